"""What people ask, for counting: written with each turn, kept without anything that leads back to a person."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations import schema
from bot.conversations.errors import ConversationsUnavailable
from bot.conversations.models import AskedRow, HandoffRow, SessionRow, TurnRow

#: Kinds of reply that leave a question without an answer.
UNANSWERED = ("fallback", "out_of_scope", "gap", "clarify")
_LONGEST = 300
_INSERT = sa.insert(AskedRow.__table__)


def _key(hashed: str) -> str:
    """What groups a conversation's rows; made from the hash of its token, which is gone with the conversation."""
    return hashlib.sha256(f"asked\0{hashed}".encode()).hexdigest()


def _key_of(connection: Connection, session_id: int) -> str:
    return _key(connection.execute(sa.select(SessionRow.token_hash).where(SessionRow.id == session_id)).scalar_one())


def count(connection: Connection, hashed: str, text: str, replies: Sequence[Mapping[str, Any]], day: dt.date) -> None:
    """Count a turn's replies, of the conversation whose token has this hash; the (redacted) wording is kept where one left the
    question without an answer."""
    key, rows = _key(hashed), []
    for reply in replies:
        custom = reply["custom"]
        kind = str(custom.get("kind") or "answer")
        wording = text[:_LONGEST] if kind in UNANSWERED and text.strip() else None
        values = {"conversation": key, "reply_id": reply["id"], "day": day, "kind": kind, "entry": custom.get("entry"), "wording": wording}
        rows.append(values)
    if rows:
        connection.execute(_INSERT, rows)


def rate(connection: Connection, session_id: int, reply_id: str, helpful: bool) -> None:
    """Keep with a reply whether it helped; where it did not, with the wording of its question."""
    values: dict[str, Any] = {"helpful": helpful}
    if not helpful:
        mine = sa.and_(TurnRow.session_id == session_id, TurnRow.replies.contains(reply_id, autoescape=True))
        wording = connection.execute(sa.select(TurnRow.text).where(mine)).scalars().first()
        values["wording"] = wording[:_LONGEST] if wording else None
    connection.execute(sa.update(AskedRow).where(AskedRow.reply_id == reply_id).values(values))


def let_go(connection: Connection, session_ids: Sequence[int]) -> None:
    """The conversations end: their rows stay, and no reply leads to them any more."""
    for session_id in session_ids:
        connection.execute(sa.update(AskedRow).where(AskedRow.conversation == _key_of(connection, session_id)).values(reply_id=None))


def erase(connection: Connection, session_ids: Sequence[int]) -> None:
    """The conversations were deleted by the person: bare counts stay, without wording and without what groups them."""
    for session_id in session_ids:
        mine = AskedRow.conversation == _key_of(connection, session_id)
        for row in list(connection.execute(sa.select(AskedRow.id).where(mine)).scalars()):
            bare = {"reply_id": None, "wording": None, "conversation": secrets.token_hex(16)}
            connection.execute(sa.update(AskedRow).where(AskedRow.id == row).values(bare))


def forget(connection: Connection, before: dt.date) -> int:
    """Forget wordings of before a day; how many there were."""
    old = sa.and_(AskedRow.day < before, AskedRow.wording.is_not(None))
    return int(connection.execute(sa.update(AskedRow).where(old).values(wording=None, reply_id=None)).rowcount)


@dataclass(frozen=True)
class Wording:
    """A question that had no answer, or one that did not help; `conversation` is only good for counting."""

    text: str
    kind: str
    entry: str | None
    conversation: str
    helpful: bool | None


@dataclass(frozen=True)
class Count:
    """How many replies of a kind and entry a day had, and how they were rated."""

    day: dt.date
    kind: str
    entry: str | None
    replies: int
    helpful: int
    not_helpful: int


class AskedStore:
    """Reads what was asked. Every call blocks on the database: call it in a thread.

    Args:
        engine: the database of conversations.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._set_up = schema.SetUp(engine)

    def _rows(self, query: Any) -> list[Any]:
        self._set_up()
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query).all())
        except SQLAlchemyError as error:
            raise ConversationsUnavailable(f"{type(error).__name__}: {str(error).splitlines()[0]}") from error

    def wordings(self, since: dt.date, most: int = 2000) -> tuple[Wording, ...]:
        """The newest wordings without an answer, or badly rated, since a day.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        a = AskedRow
        query = (
            sa.select(a.wording, a.kind, a.entry, a.conversation, a.helpful)
            .where(a.day >= since, a.wording.is_not(None), sa.or_(a.kind.in_(UNANSWERED), a.helpful.is_(False)))
            .order_by(a.id.desc())
            .limit(most)
        )
        return tuple(Wording(r.wording, r.kind, r.entry, r.conversation, r.helpful) for r in self._rows(query))

    def counts(self, since: dt.date) -> tuple[Count, ...]:
        """Replies by day, kind and entry since a day.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        a = AskedRow
        rated = [sa.func.coalesce(sa.func.sum(sa.case((a.helpful.is_(value), 1), else_=0)), 0) for value in (True, False)]
        query = (
            sa.select(a.day, a.kind, a.entry, sa.func.count().label("replies"), rated[0].label("yes"), rated[1].label("no"))
            .where(a.day >= since)
            .group_by(a.day, a.kind, a.entry)
            .order_by(a.day, a.kind, a.entry)
        )
        return tuple(Count(r.day, r.kind, r.entry, int(r.replies), int(r.yes), int(r.no)) for r in self._rows(query))

    def handoffs(self, since: dt.date) -> dict[tuple[dt.date, str], int]:
        """Handoffs by day and reason since a day.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        query = sa.select(HandoffRow.asked_at, HandoffRow.reason).where(HandoffRow.asked_at >= dt.datetime.combine(since, dt.time()))
        counted: dict[tuple[dt.date, str], int] = {}
        for row in self._rows(query):
            key = (row.asked_at.date(), row.reason)
            counted[key] = counted.get(key, 0) + 1
        return counted
