"""Whoever was overtaken writes nothing."""

import asyncio
import contextvars

import pytest
import sqlalchemy as sa
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.fast_path.fences import Fenced
from bot.fast_path.trackers import TailSQLTrackerStore
from bot.locks.holding import Held, hold


def _said(store: TailSQLTrackerStore, text: str, fence: int | None) -> None:
    async def save() -> None:
        if fence is not None:
            hold(Held("somebody", fence))
        tracker = await store.get_or_create_tracker("somebody", append_action_listen=False)
        tracker.update(UserUttered(text))
        await store.save(tracker)

    contextvars.copy_context().run(asyncio.run, save())


def _heard(store: TailSQLTrackerStore) -> list[str]:
    async def read() -> DialogueStateTracker | None:
        return await store.retrieve_full_tracker("somebody")

    tracker = asyncio.run(read())
    return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


def test_a_lower_fence_is_refused_and_nothing_is_written(store: TailSQLTrackerStore) -> None:
    _said(store, "first", 5)
    _said(store, "second", 6)
    with pytest.raises(Fenced):
        _said(store, "late", 5)
    _said(store, "third", 6)
    _said(store, "without", None)  # no Redis: it cannot be told, and is kept
    assert _heard(store) == ["first", "second", "third", "without"]


def test_deleting_a_conversation_forgets_its_fence(store: TailSQLTrackerStore) -> None:
    _said(store, "first", 5)
    asyncio.run(store.delete("somebody"))
    with store.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM conversation_fences")).scalar() == 0


def test_postgresql_is_not_waited_for_without_end(store: TailSQLTrackerStore) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("a file has no server")
    assert (store.engine.pool.size(), store.engine.pool._max_overflow) == (3, 0)
    with store.engine.connect() as connection:
        assert connection.execute(sa.text("SHOW statement_timeout")).scalar() == "8s"
