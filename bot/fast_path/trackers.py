"""Tracker stores that load the tail of a conversation: its last turns, and the slots as they stood before them.

Rasa reads, replays and (in memory) rewrites the whole conversation at every message, so that the 300th takes many times as
long as the first. All events are kept here too; `retrieve_full_tracker` returns them.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.constants import POSTGRESQL_MAX_OVERFLOW, POSTGRESQL_POOL_SIZE
from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    SQLTrackerStore,
    TrackerStore,
    create_engine_kwargs,
)
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.fast_path.fences import Fences
from bot.locks.holding import fence_of
from database.dialect import brief, reading
from database.reach import bounded

#: Turns loaded, one more than needed: our rules look at the last one, our actions at the slots. What is loaded is turned into
#: states at every prediction.
TURNS = 2
#: Connections of a process to a tracker store in PostgreSQL, unless SQL_POOL_SIZE and SQL_MAX_OVERFLOW say otherwise.
POOL_SIZE = 3

_MARK = "_loaded_tail"
_T = TypeVar("_T")


@dataclass(frozen=True)
class _Loaded:
    """How much of a tracker the store has: its first `count` events, which leave the slots so."""

    count: int
    slots: dict[str, Any]


def _mark(tracker: DialogueStateTracker) -> None:
    setattr(tracker, _MARK, _Loaded(len(tracker.events), tracker.current_slot_values()))


def _recreated(sender_id: str, events: Sequence[Event], domain: Domain) -> DialogueStateTracker:
    tracker = DialogueStateTracker.from_events(sender_id, list(events), domain.slots)
    _mark(tracker)
    return tracker


def _session_start(events: Sequence[Event]) -> int | None:
    """Where the last session starts among events; None where no start is among them."""
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], SessionStarted):
            before = events[index - 1] if index else None
            opened = isinstance(before, ActionExecuted) and before.action_name == ACTION_SESSION_START_NAME
            return index - 1 if opened else index
    return None


@dataclass(frozen=True)
class _Turn:
    """What one save added, and the slots before it."""

    slots: dict[str, Any]
    events: tuple[Event, ...]


class TailInMemoryTrackerStore(TrackerStore):
    """Conversations in this process's memory, kept as events and never written out.

    Args:
        domain: the assistant's domain.
        event_broker: where new events are published, if anywhere.
        turns: how many turns are loaded.
    """

    def __init__(self, domain: Domain | None = None, event_broker: EventBroker | None = None, turns: int = TURNS) -> None:
        super().__init__(domain, event_broker)
        self._turns = turns
        self._conversations: dict[str, list[_Turn]] = {}

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tail of the last session; None for an unknown conversation."""
        kept = self._conversations.get(sender_id)
        if kept is None:
            return None
        turns = kept[-self._turns :]
        events: list[Event] = [event for turn in turns for event in turn.events]
        start = _session_start(events)
        if start is not None:
            events = events[start:]
        elif len(turns) < len(kept):
            slots = [SlotSet(name, value) for name, value in turns[0].slots.items()]
            events = [*slots, ActionExecuted(ACTION_LISTEN_NAME), *events]
        return _recreated(sender_id, events, self.domain)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All events of all sessions; None for an unknown conversation."""
        kept = self._conversations.get(conversation_id)
        if kept is None:
            return None
        return DialogueStateTracker.from_events(conversation_id, [event for turn in kept for event in turn.events], self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Add the events that are not kept yet; a tracker that was not loaded by `retrieve` replaces the conversation."""
        loaded: _Loaded = getattr(tracker, _MARK, None) or _Loaded(0, {})
        new = tuple(tracker.events)[loaded.count :]
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, list(new), tracker.sender_id)
        if loaded.count == 0 or tracker.sender_id not in self._conversations:
            self._conversations[tracker.sender_id] = []
        if new:
            self._conversations[tracker.sender_id].append(_Turn(loaded.slots, new))
        _mark(tracker)

    async def keys(self) -> Iterable[str]:
        """Ids of the conversations kept."""
        return list(self._conversations)

    async def exists(self, conversation_id: str) -> bool:
        """Whether a conversation is kept."""
        return conversation_id in self._conversations

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation; one that is not kept is none to forget."""
        self._conversations.pop(sender_id, None)


def _events(rows: Iterable[str]) -> list[Event]:
    return [event for event in map(Event.from_parameters, map(json.loads, rows)) if event is not None]


class TailSQLTrackerStore(SQLTrackerStore):
    """Rasa's SQL tracker store and its table, read from the end and in worker threads; with an end to waiting for PostgreSQL.

    In endpoints.yml: `type: bot.fast_path.trackers.TailSQLTrackerStore` with the settings of Rasa's own, which may be put
    back at any time. `turns` says how many turns are loaded.
    """

    def __init__(self, domain: Domain | None = None, *, turns: int = TURNS, threads: bool = True, **kwargs: Any) -> None:
        self._turns = int(turns)
        self._threads = threads
        super().__init__(domain, **kwargs)
        engine: Any = self.sessionmaker.kw["bind"]
        if engine.dialect.name == "postgresql":
            engine.dispose()
            engine = self.engine = _bounded_engine(engine.url)
            self.sessionmaker.configure(bind=engine)
        self._writing, self._reading = engine, reading(engine)
        self._insert = self.SQLEvent.__table__.insert()
        self._fences = Fences(engine)
        self._tail_query = self._make_tail_query()

    async def _off_loop(self, function: Callable[..., _T], *args: Any) -> _T:
        return await asyncio.to_thread(function, *args) if self._threads else function(*args)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tail of the last session; None for an unknown conversation."""
        rows = await self._off_loop(self._tail, sender_id)
        if not rows:
            return None
        return _recreated(sender_id, _events(rows), self.domain)

    def _tail(self, sender_id: str) -> list[str]:
        with self._reading.connect() as connection:
            return list(connection.execute(self._tail_query, {"sender": sender_id}).scalars())

    def _make_tail_query(self) -> Any:
        """One query for all that is loaded: the slots' last values before the tail, then the tail."""
        event, sender = self.SQLEvent, sa.bindparam("sender")

        def last(*conditions: Any) -> Any:
            return sa.select(sa.func.max(event.id)).where(event.sender_id == sender, *conditions).scalar_subquery()

        def value(column: Any, name: str) -> Any:
            """Worked out once, however often it is used."""
            return sa.select(sa.select(column.label("id")).cte(name).c.id).scalar_subquery()

        session = value(last(event.type_name == SessionStarted.type_name), "session_started")
        # The action that opened the session stands before it.
        before = value(last(event.id < session), "before_it")
        opening = last(event.id == before, event.action_name == ACTION_SESSION_START_NAME)
        opened = value(sa.func.coalesce(opening, session, 0), "opened")
        user = (
            sa.select(event.id)
            .where(event.sender_id == sender, event.type_name == UserUttered.type_name, event.id > opened)
            .order_by(event.id.desc())
            .offset(self._turns - 1)
            .limit(1)
            .scalar_subquery()
        )
        listens = (event.type_name == ActionExecuted.type_name, event.action_name == ACTION_LISTEN_NAME)
        listen = value(last(*listens, event.id < value(user, "user_uttered"), event.id > opened), "listen")
        restarted = last(event.type_name == Restarted.type_name, event.id < listen, event.id > opened)
        newest = (
            sa.select(sa.func.max(event.id))
            .where(
                event.sender_id == sender,
                event.type_name == SlotSet.type_name,
                event.id < listen,
                event.id > value(sa.func.coalesce(restarted, opened), "restarted"),
            )
            .group_by(event.action_name)
        )
        parts = sa.union_all(
            sa.select(event.id, event.data).where(event.id.in_(newest)),
            sa.select(event.id, event.data).where(event.sender_id == sender, event.id >= sa.func.coalesce(listen, opened)),
        ).subquery()
        return sa.select(parts.c.data).order_by(parts.c.id)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All events of all sessions; None for an unknown conversation."""
        rows = await self._off_loop(self._all, conversation_id)
        if not rows:
            return None
        return DialogueStateTracker.from_events(conversation_id, _events(rows), self.domain.slots)

    def _all(self, sender_id: str) -> list[str]:
        event = self.SQLEvent
        with self.session_scope() as session:
            return list(session.execute(sa.select(event.data).where(event.sender_id == sender_id).order_by(event.id)).scalars())

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Add the events that are not kept yet.

        Raises:
            Fenced: if another has taken the conversation over in the meantime.
        """
        loaded: _Loaded | None = getattr(tracker, _MARK, None)
        if loaded is None:
            kept = await self._off_loop(self._count, tracker.sender_id)
            loaded = _Loaded(kept, {})
        new = list(tracker.events)[loaded.count :]
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)
        if new:
            await self._off_loop(self._add, tracker.sender_id, new, fence_of(tracker.sender_id))
        _mark(tracker)

    def _count(self, sender_id: str) -> int:
        """How many events of the last session are kept; a tracker made anew starts behind them, as with Rasa's store."""
        with self.session_scope() as session:
            return int(self._event_query(session, sender_id, fetch_events_from_all_sessions=False).count())

    def _add(self, sender_id: str, events: Sequence[Event], fence: int | None) -> None:
        rows = [_row(sender_id, event.type_name, event.as_dict()) for event in events]
        with self._writing.begin() as connection:
            if fence is not None:
                self._fences.raise_to(connection, sender_id, fence)
            connection.execute(self._insert, rows)

    async def delete(self, sender_id: str) -> None:
        """Delete all events of a conversation."""
        await self._off_loop(_delete_rows, self, sender_id)
        await self._off_loop(self._fences.forget, sender_id)


def _row(sender_id: str, kind: str, event: dict[str, Any]) -> dict[str, Any]:
    """An event as Rasa's table has it."""
    return {
        "sender_id": sender_id,
        "type_name": kind,
        "timestamp": event.get("timestamp"),
        "intent_name": event.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": event.get("name"),
        "data": json.dumps(event),
    }


def _bounded_engine(url: Any) -> Any:
    """Rasa's engine, with limits where it has none; what endpoints.yml says under `query` comes first."""
    options = create_engine_kwargs(url)
    arguments = {"connect_timeout": 3, "tcp_user_timeout": 8000, **options.pop("connect_args", {})}
    arguments["options"] = f"{arguments.get('options', '')} -c statement_timeout=8000".strip()
    ends = bounded(url, 8, 3)
    arguments["connection_factory"] = ends.pop("connection_factory")
    options["connect_args"] = {name: value for name, value in arguments.items() if name not in url.query}
    for variable, name, most in ((POSTGRESQL_POOL_SIZE, "pool_size", POOL_SIZE), (POSTGRESQL_MAX_OVERFLOW, "max_overflow", 0)):
        if variable not in os.environ:
            options[name] = most
    return sa.create_engine(brief(url), pool_pre_ping=True, pool_timeout=5, hide_parameters=True, **ends, **options)


def _delete_rows(store: SQLTrackerStore, sender_id: str) -> None:
    with store.session_scope() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(sa.text("PRAGMA secure_delete = ON"))  # what is deleted is overwritten in the file
        session.execute(sa.delete(store.SQLEvent).where(store.SQLEvent.sender_id == sender_id).execution_options(synchronize_session=False))
        session.commit()


class CannotDelete(RuntimeError):
    """Conversations cannot be deleted from this kind of tracker store."""


async def delete_conversation(store: TrackerStore, sender_id: str) -> None:
    """Delete all events of a conversation from a tracker store, ours or Rasa's in memory or in SQL, wrapped or not.

    Raises:
        CannotDelete: for any other kind of store.
    """
    if isinstance(store, (FailSafeTrackerStore, AwaitableTrackerStore)):
        await delete_conversation(store._tracker_store, sender_id)
        spare = getattr(store, "_fallback_tracker_store", None)
        if spare is not None:
            await delete_conversation(spare, sender_id)
    elif isinstance(store, (TailInMemoryTrackerStore, TailSQLTrackerStore)):
        await store.delete(sender_id)
    elif isinstance(store, SQLTrackerStore):
        await asyncio.to_thread(_delete_rows, store, sender_id)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender_id, None)
    else:
        raise CannotDelete(f"conversations cannot be deleted from a {type(store).__name__}; use a tracker store of type 'sql'")
