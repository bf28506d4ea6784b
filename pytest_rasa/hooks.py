"""The hooks by which a project tells the plugin about its bot. All are optional; implement them in a conftest.py or plugin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pytest

from pytest_rasa.coverage import Inventory
from pytest_rasa.drivers.driver import Driver
from pytest_rasa.expectation import Expectation
from pytest_rasa.turn import Turn, Utterance


@pytest.hookspec(firstresult=True)
def pytest_rasa_driver(config: pytest.Config, channel: str | None, url: str | None) -> Driver | None:
    """The way to the bot, asked for once in each process.

    Without an implementation the plugin loads the project's model in this process, and knows the channel `rest`.

    Args:
        config: pytest's.
        channel: the channel that `--bot-channel` names; None without `--bot-url`: play in this process.
        url: the server that `--bot-url` names.

    Returns:
        A driver; None where this is not the implementation's concern.
    """


@pytest.hookspec(firstresult=True)
def pytest_rasa_expectation(config: pytest.Config) -> type[Expectation] | None:
    """What the project expects of a turn, under `metadata` of a case. Without it, metadata is sent with the message."""


@pytest.hookspec
def pytest_rasa_names(config: pytest.Config, utterance: Utterance) -> Iterable[str]:
    """More names that an utterance may be asked for by, in `utter` and `utter_name`."""
    raise NotImplementedError


@pytest.hookspec
def pytest_rasa_inventory(config: pytest.Config) -> Inventory:
    """What there is to exercise, beside what domain and rules say: kind -> name -> why it needs no case, or None."""
    raise NotImplementedError


@pytest.hookspec
def pytest_rasa_exercised(config: pytest.Config, case: str, turns: Sequence[Turn]) -> Mapping[str, Iterable[str]]:
    """What the last of a conversation's turns exercised, beside intents, entities, actions, responses and rules.

    Args:
        config: pytest's.
        case: the name of the test case.
        turns: the conversation so far.
    """
    raise NotImplementedError


@pytest.hookspec(firstresult=True)
def pytest_rasa_transcript(config: pytest.Config, source: str) -> Sequence[str] | None:
    """What the user said in a conversation that the project keeps somewhere, for `record --transcript SOURCE`.

    Returns:
        The user's messages in order; None where the source is none of the implementation's.
    """
