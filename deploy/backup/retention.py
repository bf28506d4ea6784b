"""What must not come back with a backup: conversations whose time is over, what people deleted since, and who was signed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.website.talk import sender_of
from bot.conversations import ConversationSettings, ConversationStore
from bot.conversations.models import AskedRow, HandoffRow
from bot.conversations.models import SessionRow as ChatRow
from deploy.backup.stores import STORES
from web.desk.audit import note
from web.desk.models import FlowRow, LinkRow, SessionRow

_AT_ONCE = 500
_events = sa.table("events", sa.column("sender_id"), sa.column("timestamp"))
_fences = sa.table("conversation_fences", sa.column("sender_id"))


@dataclass(frozen=True)
class Known:
    """What a store that is replaced says of deletions.

    Attributes:
        sessions: hashes of the tokens of the conversations it has.
        deleted: numbers of handoffs whose transcript was deleted.
        asked: of every question that was asked: day, kind and entry, and whether its wording is gone.
    """

    sessions: frozenset[str] = frozenset()
    deleted: frozenset[int] = frozenset()
    asked: Mapping[int, tuple[Any, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, engine: Engine) -> Known | None:
        """Read a store; None for one that cannot be read."""
        a = AskedRow
        try:
            with engine.connect() as connection:
                sessions = connection.execute(sa.select(ChatRow.token_hash)).scalars().all()
                deleted = connection.execute(sa.select(HandoffRow.id).where(HandoffRow.deleted_at.is_not(None))).scalars().all()
                asked = connection.execute(sa.select(a.id, a.day, a.kind, a.entry, a.wording.is_(None).label("gone"))).all()
        except SQLAlchemyError:
            return None
        return cls(frozenset(sessions), frozenset(deleted), {row.id: tuple(row)[1:] for row in asked})


@dataclass(frozen=True)
class Gone:
    """How many conversations were deleted: their time was over, people had deleted them; and whether the latter could be known."""

    expired: int = 0
    deleted: int = 0
    known: bool = False


def empty(engine: Engine, names: Sequence[str]) -> None:
    """Leave nothing of some stores but their tables."""
    present = set(sa.inspect(engine).get_table_names())
    with engine.begin() as connection:
        for name in names:
            for table in reversed(STORES[name].tables):
                if table in present:
                    connection.execute(sa.delete(sa.table(table)))


def conversations(engine: Engine, settings: ConversationSettings, known: Known | None, now: dt.datetime) -> Gone:
    """Delete what would have been deleted meanwhile.

    Args:
        engine: the restored conversations, with the newest schema.
        settings: for how long things are kept.
        known: what the replaced store says; None where nothing is known.
        now: the time, in UTC.

    Raises:
        bot.conversations.ConversationsUnavailable, SQLAlchemyError: if they cannot be deleted.
    """
    store = ConversationStore(engine, dt.timedelta(seconds=settings.keep_seconds), lambda: now)
    deleted = 0
    later = known is not None and _is_later(engine, known)
    if known is not None and later:
        hashes = _deleted(engine, known, now)
        deleted = len(hashes)
        for some in _portions(sorted(hashes)):
            store.delete(*some)
        _erase(engine, known, now)
    expired = store.expired()
    for some in _portions(expired):
        store.expire(*some)
    days = (settings.handoffs_keep_days, settings.asked_keep_days, settings.handoffs_open_keep_days)
    store.forget_old(*(dt.timedelta(days=one) for one in days))
    return Gone(len(expired), deleted, later)


def _is_later(engine: Engine, known: Known) -> bool:
    """Whether the replaced store is the restored one at a later time, and not another that was begun since: what was asked is
    counted without an end, so that the newest counts of the one stand in the other."""
    a = AskedRow
    with engine.connect() as connection:
        newest = connection.execute(sa.select(a.id, a.day, a.kind, a.entry).order_by(a.id.desc()).limit(20)).all()
    return bool(newest) and all(known.asked.get(row.id, ())[:3] == tuple(row)[1:] for row in newest)


def _deleted(engine: Engine, known: Known, now: dt.datetime) -> set[str]:
    """Conversations that are missing before their time, or whose handoff says that they were deleted."""
    early = sa.select(ChatRow.token_hash).where(ChatRow.expires_at > now)
    handed = sa.select(ChatRow.token_hash, HandoffRow.id).join(HandoffRow, HandoffRow.session_id == ChatRow.id)
    with engine.connect() as connection:
        missing = set(connection.execute(early).scalars()) - known.sessions
        return missing | {row.token_hash for row in connection.execute(handed) if row.id in known.deleted}


def _erase(engine: Engine, known: Known, now: dt.datetime) -> None:
    erased = sorted(number for number, (*_, gone) in known.asked.items() if gone)
    with engine.begin() as connection:
        for some in _portions(sorted(known.deleted)):
            mine = sa.and_(HandoffRow.id.in_(some), HandoffRow.deleted_at.is_(None))
            connection.execute(sa.update(HandoffRow).where(mine).values(transcript=None, session_id=None, deleted_at=now))
        for some in _portions(erased):
            mine = sa.and_(AskedRow.id.in_(some), AskedRow.wording.is_not(None))
            connection.execute(sa.update(AskedRow).where(mine).values(wording=None, reply_id=None))


def trackers(engine: Engine, chats: Engine | None, settings: ConversationSettings, now: dt.datetime) -> int:
    """Delete Rasa's events of conversations that are no more, and of those that nobody uses; how many conversations.

    Args:
        engine: the restored tracker store.
        chats: the conversations beside it, as they are kept now; None where there are none.
        settings: for how long things are kept.
        now: the time, in UTC.
    """
    if not sa.inspect(engine).has_table("events"):
        return 0
    kept: set[str] = set()
    if chats is not None:
        with chats.connect() as connection:
            kept = {sender_of(hashed) for hashed in connection.execute(sa.select(ChatRow.token_hash)).scalars()}
    oldest = now.replace(tzinfo=dt.timezone.utc).timestamp() - settings.keep_seconds
    newest = sa.select(_events.c.sender_id, sa.func.max(_events.c.timestamp).label("at")).group_by(_events.c.sender_id)
    website = sender_of("")
    with engine.begin() as connection:
        gone = [
            row.sender_id
            for row in connection.execute(newest).all()
            if row.sender_id not in kept and (row.sender_id.startswith(website) or row.at is None or row.at < oldest)
        ]
        fenced = sa.inspect(connection).has_table("conversation_fences")
        for some in _portions(gone):
            for table in (_events, *([_fences] if fenced else [])):
                connection.execute(sa.delete(table).where(table.c.sender_id.in_(some)))
    return len(gone)


def sign_everybody_out(engine: Engine, name: str, now: dt.datetime) -> None:
    """End the desk's sessions, links and sign-ins under way: somebody may have been shut out since. The trail tells of the restore."""
    with engine.begin() as connection:
        for table in (SessionRow, LinkRow, FlowRow):
            connection.execute(sa.delete(table))
        note(connection, now, "command line", "restored from a backup", name)


def _portions(values: Collection[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    return (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))
