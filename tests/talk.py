"""The real assistant for tests, made once in a process: the trained model, the real actions, a store filled from the content."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.assistant import Assistant, make_actions
from bot.training import MODEL, is_stale
from knowledge import KnowledgeStore, open_store
from knowledge.engine import create_engine
from knowledge.loader import load_content

STALE = "the model is older than what it is made of; run `make train` (or the tests by `make test`)"
_STORE = pytest.StashKey["OwnStore"]()
_TALK = pytest.StashKey["Talk"]()


class OwnStore:
    """A store in SQLite, filled from the content as it stands, in a folder of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="assistant-tests-")
        self._engine = create_engine(f"sqlite:///{Path(self._folder.name) / 'knowledge.db'}")
        load_content(self._engine, Path("knowledge/content"))
        self.store: KnowledgeStore = open_store(engine=self._engine)

    def close(self) -> None:
        """Delete it."""
        self._engine.dispose()
        self._folder.cleanup()


class Talk:
    """An assistant on an event loop of its own."""

    def __init__(self, store: KnowledgeStore) -> None:
        self.store = store
        self.loop = asyncio.new_event_loop()
        self.assistant = self.loop.run_until_complete(Assistant.load(MODEL, make_actions(store)))

    def send(self, sender: str, text: str) -> list[dict[str, Any]]:
        """The replies to one message."""
        return self.loop.run_until_complete(self.assistant.send(sender, text))

    def parse(self, text: str) -> dict[str, Any]:
        """What understanding makes of a text."""
        return self.loop.run_until_complete(self.assistant.parse(text))

    async def hear(self, sender: str, text: str, metadata: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """The replies to one message, for the bench."""
        return await self.assistant.send(sender, text)


def store_of(config: pytest.Config) -> KnowledgeStore:
    """The run's store, made when it is first needed."""
    if _STORE not in config.stash:
        config.stash[_STORE] = OwnStore()
    return config.stash[_STORE].store


def talk_of(config: pytest.Config) -> Talk:
    """The run's assistant, loaded when it is first needed.

    Raises:
        RuntimeError: if the model is stale.
    """
    if _TALK not in config.stash:
        if is_stale():
            raise RuntimeError(STALE)
        config.stash[_TALK] = Talk(store_of(config))
    return config.stash[_TALK]


@pytest.fixture(scope="session")
def store(pytestconfig: pytest.Config) -> KnowledgeStore:
    """A store in SQLite, filled from the content as it stands."""
    return store_of(pytestconfig)


@pytest.fixture(scope="session")
def talk(pytestconfig: pytest.Config) -> Talk:
    """The real assistant: the trained model, the real actions, the real store."""
    if is_stale():
        pytest.fail(STALE)
    return talk_of(pytestconfig)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of both."""
    if _TALK in config.stash:
        config.stash[_TALK].loop.close()
    if _STORE in config.stash:
        config.stash[_STORE].close()
