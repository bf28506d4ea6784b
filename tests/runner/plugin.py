"""pytest plugin: the real assistant as a fixture, and every conversation in tests/conversations/*.yml as a test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.assistant import Assistant, make_actions
from bot.training import MODEL, is_stale
from knowledge import KnowledgeStore, open_store
from knowledge.engine import create_engine
from knowledge.loader import load_content
from tests.runner.format import Case, TestFile, load
from tests.runner.run import Dialogue, Runner

CONVERSATIONS = Path("tests/conversations")


@dataclass(frozen=True)
class Conversation:
    """A test case with the file it stands in."""

    file: TestFile
    case: Case


def conversations(folder: Path = CONVERSATIONS) -> Iterator[tuple[str, Conversation]]:
    """All cases as (name, conversation).

    Raises:
        tests.runner.format.FormatError: for a file that cannot be read; the run stops there, loudly.
    """
    for path in sorted(folder.glob("*.yml")):
        file = load(path)
        for case in file.test_cases:
            yield f"{path.stem}: {case.test_case}", Conversation(file, case)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `conversation` every case in turn."""
    if "conversation" in metafunc.fixturenames:
        cases = list(conversations())
        metafunc.parametrize("conversation", [c for _, c in cases], ids=[name for name, _ in cases])


class Talk:
    """The session's assistant, on an event loop of its own."""

    def __init__(self, assistant: Assistant, loop: asyncio.AbstractEventLoop, store: KnowledgeStore) -> None:
        self.assistant = assistant
        self.loop = loop
        self.store = store

    def play(self, conversation: Conversation) -> Dialogue:
        """Play a conversation; fails as pytest tests do."""
        return self.loop.run_until_complete(Runner(self.assistant).play(conversation.file, conversation.case))

    def send(self, sender: str, text: str) -> list[dict[str, Any]]:
        """The replies to one message."""
        return self.loop.run_until_complete(self.assistant.send(sender, text))

    def parse(self, text: str) -> dict[str, Any]:
        """What understanding makes of a text."""
        return self.loop.run_until_complete(self.assistant.parse(text))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeStore]:
    """A store in SQLite, filled from the content as it stands."""
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('store') / 'knowledge.db'}")
    load_content(engine, Path("knowledge/content"))
    yield open_store(engine=engine)
    engine.dispose()


@pytest.fixture(scope="session")
def talk(store: KnowledgeStore) -> Iterator[Talk]:
    """The real assistant: the trained model, the real actions, the real store."""
    if is_stale():
        pytest.fail("the model is older than what it is made of; run `make train` (or the tests by `make test`)")
    loop = asyncio.new_event_loop()
    yield Talk(loop.run_until_complete(Assistant.load(MODEL, make_actions(store))), loop, store)
    loop.close()
