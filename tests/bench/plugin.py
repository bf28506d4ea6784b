"""Tells the bench (`pytest_rasa`) of this assistant: how it is played, what is expected of it, what there is to exercise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from bot.conversations import ConversationSettings, ConversationsUnavailable
from bot.conversations.engine import create_engine
from bot.conversations.handoffs import HandoffStore
from pytest_rasa import Driver, DriverFailed, Turn, Utterance
from pytest_rasa.coverage import Inventory
from pytest_rasa.drivers.in_process import InProcess
from pytest_rasa.loading import load
from pytest_rasa.transcripts import TranscriptError
from tests.bench.expectation import Told
from tests.bench.inventory import OwnInventory, buttons_of
from tests.bench.website import Website
from tests.talk import store_of, talk_of

CONVERSATIONS = Path("tests/conversations")
_INVENTORY = pytest.StashKey[OwnInventory]()
GREETED = "said_in_greeting"
_DESK = "desk:"


def wordings(folder: Path = CONVERSATIONS) -> list[str]:
    """Everything that a person types in the cases of a folder.

    Raises:
        pytest_rasa.FormatError: for a file that cannot be read.
    """
    said = [step.step.user for path in sorted(folder.glob("*.yml")) for case in load(path, Told).cases for step in case.steps]
    return [text for text in said if text is not None and not text.startswith("/")]


def _inventory_of(config: pytest.Config) -> OwnInventory:
    if _INVENTORY not in config.stash:
        config.stash[_INVENTORY] = OwnInventory(store_of(config))
    return config.stash[_INVENTORY]


def pytest_rasa_driver(config: pytest.Config, channel: str | None, url: str | None) -> Driver | None:
    """The assistant in this process, or over the website's channel."""
    if channel == "website" and url is not None:
        return Website(url, buttons_of(store_of(config)), config.getoption("--bot-timeout"))
    if channel is not None:
        return None
    try:
        talk = talk_of(config)
    except RuntimeError as error:
        raise DriverFailed(str(error)) from error
    return InProcess(talk.assistant.agent, talk.loop, talk.hear)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what the website says elsewhere."""
    if config.getoption("--bot-channel") == "website":
        for item in items:
            if item.get_closest_marker(GREETED):
                item.add_marker(pytest.mark.skip(reason="on the website, the greeting says it"))


def pytest_rasa_expectation() -> type[Told]:
    """Facts, kinds and entries."""
    return Told


def pytest_rasa_names(utterance: Utterance) -> Iterable[str]:
    """An utterance may be asked for by its entry."""
    entry = (utterance.custom or {}).get("entry")
    return [str(entry)] if entry else []


def pytest_rasa_inventory(config: pytest.Config) -> Inventory:
    """What the store holds."""
    return _inventory_of(config).all()


def pytest_rasa_exercised(config: pytest.Config, case: str, turns: Sequence[Turn]) -> Mapping[str, Iterable[str]]:
    """What a turn told of it."""
    return _inventory_of(config).exercised(case, turns)


def pytest_rasa_transcript(source: str) -> list[str] | None:
    """A handoff's transcript by its number at the desk: `desk:12`.

    Raises:
        TranscriptError: if there is no such handoff, its transcript is deleted, or the database cannot be read.
    """
    if not source.startswith(_DESK):
        return None
    number = source[len(_DESK) :]
    if not number.isdecimal():
        raise TranscriptError(f"'{source}': give the number that the desk shows, as in desk:12")
    store = HandoffStore(create_engine(ConversationSettings.read().database_url))
    try:
        lines = store.transcript(int(number))
    except ConversationsUnavailable as error:
        raise TranscriptError(f"'{source}': the database of conversations cannot be read: {error}") from error
    finally:
        store.close()
    if not lines:
        raise TranscriptError(f"'{source}': there is no handoff of this number, or its transcript is deleted")
    return [line.text for line in lines]
