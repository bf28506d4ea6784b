"""What every way to a bot can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class DriverFailed(RuntimeError):
    """The bot cannot be reached or loaded; the message says what to do."""


class CannotPlay(RuntimeError):
    """This channel has no way to play a step; the message says why."""


@dataclass(frozen=True)
class Heard:
    """What a channel tells of one message.

    Attributes:
        messages: as Rasa's REST channel lists them: `text`, `buttons`, `custom`, `image`.
        events: Rasa's events of this turn; None where the channel does not tell them.
        slots: all slots after the turn; None where the channel does not tell them.
    """

    messages: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]] | None = None
    slots: Mapping[str, Any] | None = None


class NewEvents:
    """Tells the events of a turn from those before it, by their time: how many there are is no measure, for Rasa drops the first
    of a conversation later (what was said of it before its session began).
    """

    def __init__(self) -> None:
        self._last = 0.0

    def of(self, events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those of all events that are newer than any that was given before."""
        new = [event for event in events if float(event.get("timestamp") or 0.0) > self._last]
        self._last = max([self._last, *(float(event.get("timestamp") or 0.0) for event in new)])
        return new


class Conversation(Protocol):
    """One conversation, apart from all others."""

    def send(self, text: str, metadata: Mapping[str, Any] | None = None) -> Heard:
        """Say something and wait for everything that comes of it.

        Raises:
            DriverFailed: if the bot does not answer.
            CannotPlay: if this channel cannot send it.
        """


class Driver(Protocol):
    """A way to a bot."""

    @property
    def name(self) -> str:
        """What it is called in reports."""

    def begin(self, slots: Mapping[str, Any]) -> Conversation:
        """A new conversation that starts with these slots.

        Raises:
            DriverFailed: if the bot cannot be reached.
            CannotPlay: if slots are given and this channel cannot set them.
        """

    def close(self) -> None:
        """Let go of the bot."""
