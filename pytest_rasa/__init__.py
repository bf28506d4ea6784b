"""Conversation tests for Rasa bots: YAML in the format of Rasa Pro's end-to-end tests, collected by pytest.

What a project's own plugin needs: `Expectation` (what it expects of a turn beyond the format's assertions), `Turn`, `Utterance`
and `Problem` (what a check is given and gives back), `Driver`, `Conversation`, `Heard`, `DriverFailed` and `CannotPlay` (a way to
a bot). The hooks that it may implement stand in `pytest_rasa.hooks`.
"""

from pytest_rasa.drivers.driver import CannotPlay, Conversation, Driver, DriverFailed, Heard
from pytest_rasa.expectation import Expectation, Problem
from pytest_rasa.format import FormatError
from pytest_rasa.turn import Button, Turn, Utterance

__all__ = [
    "Button",
    "CannotPlay",
    "Conversation",
    "Driver",
    "DriverFailed",
    "Expectation",
    "FormatError",
    "Heard",
    "Problem",
    "Turn",
    "Utterance",
]
