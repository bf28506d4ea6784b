"""Conversations that asked for a person: recorded with the turn that asked, taken and done at the desk.

Every call of `HandoffStore` blocks on the database: call it in a thread.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations import schema
from bot.conversations.errors import ConversationsUnavailable
from bot.conversations.models import HandoffRow, TurnRow

Status = Literal["open", "assigned", "done"]
#: What became of a wish to end one.
Outcome = Literal["done", "not_theirs", "asked_again"]
#: Why a person is needed, the most pressing first.
REASONS = ("crisis", "emergency", "asked", "distress", "personal", "not_understood")
_ENTRIES = {"request-human": "asked", "distress": "distress"}
PRESSING = ("crisis", "emergency")
_MOST_LISTED = 200
_COLUMNS = (
    HandoffRow.id,
    HandoffRow.reason,
    HandoffRow.entry,
    HandoffRow.turn,
    HandoffRow.asked_at,
    HandoffRow.status,
    HandoffRow.assigned_to,
    HandoffRow.assigned_at,
    HandoffRow.done_by,
    HandoffRow.done_at,
    HandoffRow.deleted_at,
)


@dataclass(frozen=True)
class Reason:
    """Why a person is needed, and the entry that was told."""

    name: str
    entry: str | None


def reason_of(replies: Sequence[Mapping[str, Any]]) -> Reason | None:
    """Why a turn's replies call for a person; None where they do not."""
    found: list[Reason] = []
    for reply in replies:
        kind, entry = reply["custom"].get("kind"), reply["custom"].get("entry")
        name = {
            "safety": "emergency" if entry == "emergency" else "crisis",
            "escalation": _ENTRIES.get(str(entry), "personal"),
            "fallback": "not_understood",
        }.get(str(kind))
        if name is not None:
            found.append(Reason(name, entry))
    return min(found, key=lambda one: REASONS.index(one.name), default=None)


def record(connection: Connection, session_id: int, turn: int, reason: Reason, now: dt.datetime) -> bool:
    """Note that a conversation needs a person; whether it was not noted yet. One that is noted already and not done is made more
    pressing, never less.

    The row is locked: where somebody marks it as done at this moment, it is looked at again afterwards, and another is noted.
    """
    mine = sa.and_(HandoffRow.session_id == session_id, HandoffRow.status != "done")
    row = connection.execute(sa.select(HandoffRow.id, HandoffRow.reason).where(mine).with_for_update()).first()
    if row is None:
        values = {"session_id": session_id, "reason": reason.name, "entry": reason.entry, "turn": turn, "asked_at": now, "status": "open"}
        connection.execute(sa.insert(HandoffRow).values(values))
        return True
    if REASONS.index(reason.name) < REASONS.index(row.reason):
        more = {"reason": reason.name, "entry": reason.entry, "turn": turn}
        connection.execute(sa.update(HandoffRow).where(HandoffRow.id == row.id).values(more))
    return False


def keep_transcripts(connection: Connection, session_ids: Sequence[int]) -> None:
    """Copy the transcripts of conversations that end into their handoffs."""
    query = sa.select(HandoffRow.id, HandoffRow.session_id).where(HandoffRow.session_id.in_(session_ids), HandoffRow.deleted_at.is_(None))
    for row in connection.execute(query).all():
        lines = [line.__dict__ for line in _lines(connection, row.session_id)]
        text = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
        connection.execute(sa.update(HandoffRow).where(HandoffRow.id == row.id).values(transcript=text))


@dataclass(frozen=True)
class Line:
    """One turn of a transcript: what the person said, redacted, and what was told; `at` as in ISO 8601."""

    turn: int
    at: str
    text: str
    replies: Sequence[str]


@dataclass(frozen=True)
class Handoff:
    """A conversation that asked for a person; times in UTC. `deleted`: its transcript is gone."""

    id: int
    reason: str
    entry: str | None
    turn: int
    asked_at: dt.datetime
    status: Status
    assigned_to: str | None
    assigned_at: dt.datetime | None
    done_by: str | None
    done_at: dt.datetime | None
    deleted: bool


class HandoffStore:
    """Handoffs in the database of conversations.

    Args:
        engine: the database.
        now: the time, as UTC without a zone.
    """

    def __init__(self, engine: Engine, now: Callable[[], dt.datetime] | None = None) -> None:
        self._engine = engine
        self._now = now or (lambda: dt.datetime.now(dt.timezone.utc).replace(tzinfo=None))
        self._set_up = schema.SetUp(engine)

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        self._set_up()
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise ConversationsUnavailable(f"{type(error).__name__}: {str(error).splitlines()[0]}") from error

    def listed(self, status: Status | None = None, most: int = _MOST_LISTED) -> tuple[Handoff, ...]:
        """Handoffs: the open and assigned with danger first, then those that wait longest; of those done the newest first; of all,
        without a status, by number.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        query = sa.select(*_COLUMNS).limit(most)
        if status is not None:
            query = query.where(HandoffRow.status == status)
        pressing = sa.case((HandoffRow.reason.in_(PRESSING), 0), else_=1)
        if status == "done":
            query = query.order_by(HandoffRow.done_at.desc(), HandoffRow.id.desc())
        else:
            query = query.order_by(HandoffRow.id) if status is None else query.order_by(pressing, HandoffRow.id)
        with self._connected() as connection:
            return tuple(_handoff(row) for row in connection.execute(query))

    def waiting(self) -> int:
        """How many nobody has taken.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        with self._connected() as connection:
            return int(
                connection.execute(sa.select(sa.func.count()).select_from(HandoffRow).where(HandoffRow.status == "open")).scalar_one()
            )

    def handoff(self, number: int) -> Handoff | None:
        """One by its number.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        with self._connected() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(HandoffRow.id == number)).first()
        return _handoff(row) if row is not None else None

    def transcript(self, number: int) -> tuple[Line, ...]:
        """What was said, redacted; empty where it was deleted.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        columns = (HandoffRow.session_id, HandoffRow.transcript, HandoffRow.deleted_at)
        with self._connected() as connection:
            row = connection.execute(sa.select(*columns).where(HandoffRow.id == number)).first()
            if row is None or row.deleted_at is not None:
                return ()
            if row.session_id is not None:
                return _lines(connection, row.session_id)
        return tuple(Line(**line) for line in json.loads(row.transcript or "[]"))

    def take(self, number: int, who: str) -> bool:
        """Take one that nobody has; False where somebody has it, or it is done. Of two at once, one gets it.

        Raises:
            ConversationsUnavailable: if it cannot be written.
        """
        values = {"status": "assigned", "assigned_to": who, "assigned_at": self._now()}
        return self._change(sa.and_(HandoffRow.id == number, HandoffRow.status == "open"), values)

    def release(self, number: int, who: str | None) -> bool:
        """Give one back that `who` has (anyone, where None); False where it is not theirs.

        Raises:
            ConversationsUnavailable: if it cannot be written.
        """
        return self._change(self._theirs(number, who), {"status": "open", "assigned_to": None, "assigned_at": None})

    def finish(self, number: int, who: str, seen: int) -> Outcome:
        """Mark one as done that `who` has and has read up to the turn `seen`; not where a later turn calls for a person again.

        Raises:
            ConversationsUnavailable: if it cannot be written.
        """
        values = {"status": "done", "done_by": who, "done_at": self._now()}
        theirs = self._theirs(number, who)
        with self._connected() as connection:
            # The write locks the row, so that a turn which is being kept waits, or is read here.
            if connection.execute(sa.update(HandoffRow).where(theirs).values(assigned_to=who)).rowcount != 1:
                return "not_theirs"
            session_id = connection.execute(sa.select(HandoffRow.session_id).where(HandoffRow.id == number)).scalar_one()
            later = sa.select(TurnRow.replies).where(TurnRow.session_id == session_id, TurnRow.number > seen)
            if any(reason_of(json.loads(replies)) is not None for replies in connection.execute(later).scalars()):
                return "asked_again"
            connection.execute(sa.update(HandoffRow).where(HandoffRow.id == number).values(values))
        return "done"

    @staticmethod
    def _theirs(number: int, who: str | None) -> Any:
        mine = sa.and_(HandoffRow.id == number, HandoffRow.status == "assigned")
        return mine if who is None else sa.and_(mine, HandoffRow.assigned_to == who)

    def _change(self, which: Any, values: Mapping[str, Any]) -> bool:
        with self._connected() as connection:
            return bool(connection.execute(sa.update(HandoffRow).where(which).values(values)).rowcount == 1)


def _handoff(row: Any) -> Handoff:
    return Handoff(
        row.id, row.reason, row.entry, row.turn, row.asked_at, row.status, row.assigned_to, row.assigned_at, row.done_by, row.done_at,
        row.deleted_at is not None,
    )  # fmt: skip


def _lines(connection: Connection, session_id: int) -> tuple[Line, ...]:
    query = sa.select(TurnRow.number, TurnRow.at, TurnRow.text, TurnRow.replies).where(TurnRow.session_id == session_id)
    return tuple(
        Line(row.number, f"{row.at:%Y-%m-%dT%H:%M:%SZ}", row.text, [str(reply["text"]) for reply in json.loads(row.replies)])
        for row in connection.execute(query.order_by(TurnRow.number))
    )
