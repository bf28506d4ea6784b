"""What the event stream is told, written with what it tells of in one transaction: neither is ever there without the other.

The relay (`bot.events.relay`) passes it on. Nothing here waits for RabbitMQ, or knows of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations import schema
from bot.conversations.asked import UNANSWERED
from bot.conversations.errors import ConversationsUnavailable
from bot.conversations.models import OutboxRow
from bot.events.event import Event, name
from bot.monitoring.metrics import EVENTS_OLDEST, EVENTS_WAITING

CHANNEL = "website"
_MISSED = (*UNANSWERED, "error")


@dataclass(frozen=True)
class Asking:
    """How a turn came about; known while it is answered, and kept with no turn.

    Attributes:
        pressed: whether a button asked, not typed text.
        seconds: from the message to its replies; None where nobody has measured.
        topics: of the entries that were told.
    """

    pressed: bool = False
    seconds: float | None = None
    topics: Mapping[str, str] | None = None


def begun(connection: Connection, at: dt.datetime, now: dt.datetime) -> None:
    """A conversation was begun."""
    _note(connection, [_event(type="begun", at=at, channel=CHANNEL)], now)


def replied(connection: Connection, replies: Sequence[Mapping[str, Any]], asking: Asking, at: dt.datetime, now: dt.datetime) -> None:
    """A turn was answered."""
    seconds = asking.seconds
    milliseconds = None if seconds is None else min(max(round(seconds * 1000), 0), 86_400_000)
    events = []
    for part, reply in enumerate(replies, 1):
        custom = reply["custom"]
        kind = str(custom.get("kind") or "answer")
        about = _about(custom, (asking.topics or {}).get(str(custom.get("entry"))))
        facts = [one for one in map(name, custom.get("facts") or ()) if one][:100]
        how = {"part": part, "pressed": asking.pressed, "milliseconds": milliseconds, "missed": kind in _MISSED}
        events.append(_event(type="reply", at=at, channel=CHANNEL, facts=facts, **about, **how))
    _note(connection, events, now)


def handed_off(connection: Connection, reason: str, entry: str | None, at: dt.datetime, now: dt.datetime) -> None:
    """A conversation is noted as one that needs a person."""
    _note(connection, [_event(type="handoff", at=at, channel=CHANNEL, reason=reason, entry=name(entry))], now)


def rated(connection: Connection, custom: Mapping[str, Any], helpful: bool, before: bool | None, now: dt.datetime) -> None:
    """A reply was rated; `before`: what was said of it earlier. The same once more is no event."""
    if helpful == before:
        return
    told = {"helpful": helpful, "changed": before is not None}
    _note(connection, [_event(type="feedback", at=now, channel=CHANNEL, **_about(custom, None), **told)], now)


def _event(**told: Any) -> Event:
    return Event(**told)


def _about(custom: Mapping[str, Any], topic: str | None) -> dict[str, Any]:
    kind, revision = str(custom.get("kind") or "answer"), custom.get("revision")
    return {
        "kind": kind if name(kind) else "other",
        "entry": name(custom.get("entry")),
        "revision": revision if isinstance(revision, int) else None,
        "topic": name(topic),
    }


def _note(connection: Connection, events: Sequence[Event], now: dt.datetime) -> None:
    if events:
        rows = [{"event": str(one.id), "body": one.body().decode(), "created_at": now} for one in events]
        connection.execute(sa.insert(OutboxRow), rows)


def forget(connection: Connection, before: dt.datetime) -> int:
    """Give up events that nobody has fetched since then; how many there were."""
    return int(connection.execute(sa.delete(OutboxRow).where(OutboxRow.created_at < before)).rowcount)


@dataclass(frozen=True)
class Waiting:
    """An event that waits: its id, and the message."""

    event: str
    body: bytes


class Outbox:
    """What waits to be passed on. Every call blocks on the database: call it in a thread.

    Args:
        engine: the database of conversations.
        now: the time, as UTC without a zone.
    """

    def __init__(self, engine: Engine, now: Callable[[], dt.datetime] | None = None) -> None:
        self._engine = engine
        self._now = now or (lambda: dt.datetime.now(dt.timezone.utc).replace(tzinfo=None))
        self._set_up = schema.SetUp(engine)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        self._set_up()
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise ConversationsUnavailable(f"{type(error).__name__}: {str(error).splitlines()[0]}") from error

    def waiting(self, most: int) -> tuple[Waiting, ...]:
        """The oldest events.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        query = sa.select(OutboxRow.event, OutboxRow.body).order_by(OutboxRow.id).limit(most)
        with self._connected() as connection:
            return tuple(Waiting(row.event, row.body.encode()) for row in connection.execute(query))

    def sent(self, events: Sequence[str]) -> None:
        """Delete events that were passed on, by their ids (SQLite gives the number of a row to another once it is gone).

        Raises:
            ConversationsUnavailable: if they cannot be deleted.
        """
        with self._connected() as connection:
            connection.execute(sa.delete(OutboxRow).where(OutboxRow.event.in_(events)))

    def measure(self) -> bool:
        """Have the metrics tell how many events wait, and for how long.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        query = sa.select(sa.func.count(), sa.func.min(OutboxRow.created_at)).select_from(OutboxRow)
        with self._connected() as connection:
            count, oldest = connection.execute(query).one()
        EVENTS_WAITING.set(count)
        EVENTS_OLDEST.set((self._now() - oldest).total_seconds() if oldest else 0)
        return True
