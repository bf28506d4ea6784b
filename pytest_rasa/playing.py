"""Plays a case against a bot, turn by turn, to its end or to the first turn that is not as expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pytest_rasa.checks import Checked, check_later, check_turn
from pytest_rasa.drivers.driver import CannotPlay, Driver, Heard
from pytest_rasa.loading import LoadedCase
from pytest_rasa.turn import NamesOf, Turn, from_events, from_messages


@dataclass
class PlayedTurn:
    """A turn with what came of its checks, and the line of the step that was held last."""

    turn: Turn
    line: int
    checked: Checked = field(default_factory=Checked)

    @property
    def is_held(self) -> bool:
        """Whether anything was expected of it, and was so."""
        return self.checked.held > 0 and not self.checked.problems


@dataclass
class Played:
    """A case that was played; `cannot` says why this channel could not play it to its end."""

    case: LoadedCase
    turns: list[PlayedTurn] = field(default_factory=list)
    cannot: str | None = None

    @property
    def failed(self) -> bool:
        """Whether a turn was not as expected."""
        return any(one.checked.problems for one in self.turns)

    @property
    def unchecked(self) -> list[str]:
        """The keys of what this channel could not tell."""
        return [key for one in self.turns for key in one.checked.unchecked]

    @property
    def held(self) -> int:
        """How many checks were made."""
        return sum(one.checked.held for one in self.turns)


class Listener(Protocol):
    """Is told of each turn as it comes."""

    def __call__(self, turn: Turn) -> None:
        """A turn has come."""


def made_turn(text: str, heard: Heard, before: Mapping[str, Any], names_of: NamesOf) -> Turn:
    """A turn, from what a channel tells of it."""
    utterances = from_events(heard.events, names_of) if heard.events is not None else from_messages(heard.messages, names_of)
    return Turn(text, utterances, heard.events, heard.slots, before)


def play(case: LoadedCase, driver: Driver, names_of: NamesOf = lambda _: (), texts: Iterable[str] | None = None) -> Played:
    """Play a case.

    Args:
        case: the case.
        driver: the way to the bot.
        names_of: more names of an utterance than Rasa's own.
        texts: what the user says instead, for each user step in order.

    Raises:
        DriverFailed: if the bot cannot be reached.
    """
    played = Played(case)
    said = iter(texts) if texts is not None else None
    try:
        conversation = driver.begin(case.slots)
        before: Mapping[str, Any] = case.slots
        read = 0
        for step in case.steps:
            if step.step.user is not None:
                text = next(said) if said is not None else step.step.user
                heard = conversation.send(text, step.sent)
                now = PlayedTurn(made_turn(text, heard, before, names_of), step.line)
                before, read = heard.slots or {}, 0
                played.turns.append(now)
                now.checked = check_turn(now.turn, step)
            else:
                now = played.turns[-1]
                checked, read = check_later(now.turn, step.step, read)
                if checked.problems:
                    now.line = step.line
                now.checked.held += checked.held
                now.checked.problems += checked.problems
                now.checked.unchecked += checked.unchecked
            if now.checked.problems:
                break
    except CannotPlay as reason:
        played.cannot = str(reason)
    return played
