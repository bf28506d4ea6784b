"""A conversation's events are deleted from every tracker store that we serve with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.fast_path.trackers import CannotDelete, TailInMemoryTrackerStore, TailSQLTrackerStore, delete_conversation

Make = Callable[[Path], TrackerStore]
STORES: dict[str, Make] = {
    "tail in memory": lambda _: TailInMemoryTrackerStore(Domain.empty()),
    "tail sql": lambda folder: TailSQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(folder / "t.db")),
    "rasa in memory": lambda _: InMemoryTrackerStore(Domain.empty()),
    "rasa sql": lambda folder: SQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(folder / "t.db")),
    "wrapped": lambda folder: FailSafeTrackerStore(SQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(folder / "t.db"))),
}


@pytest.mark.parametrize("make", STORES.values(), ids=STORES)
def test_it_is_gone_and_others_stay(tmp_path: Path, make: Make) -> None:
    async def run() -> None:
        store = make(tmp_path)
        for sender in ("mine", "other"):
            await store.save(DialogueStateTracker.from_events(sender, [UserUttered(f"zebrafinch of {sender}")]))
        await delete_conversation(store, "mine")
        assert await store.retrieve("mine") is None
        assert await store.retrieve("other") is not None
        await delete_conversation(store, "nobody")

    asyncio.run(run())
    for file in tmp_path.glob("t.db*"):
        assert b"zebrafinch of mine" not in file.read_bytes()


def test_a_store_that_it_cannot_be_deleted_from_is_named() -> None:
    class Other(TrackerStore):
        async def retrieve(self, sender_id: str) -> Any: ...

    with pytest.raises(CannotDelete, match="Other"):
        asyncio.run(delete_conversation(Other(Domain.empty()), "mine"))
