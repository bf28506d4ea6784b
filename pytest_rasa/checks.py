"""Holds a turn against what a case expects of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_rasa.expectation import Problem
from pytest_rasa.format import Assertion, Button, SlotCheck, Step, Uttered
from pytest_rasa.loading import LoadedStep
from pytest_rasa.turn import Turn, Utterance


@dataclass
class Checked:
    """What came of checks.

    Attributes:
        held: how many were made.
        problems: what was not as expected.
        unchecked: what this channel cannot tell, and so could not be held against anything: the key of each.
    """

    held: int = 0
    problems: list[Problem] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    def add(self, key: str, found: Sequence[Problem] | None) -> None:
        """Note the result of one check; None where the channel cannot tell."""
        if found is None:
            self.unchecked.append(key)
        else:
            self.held += 1
            self.problems += found


@dataclass(frozen=True)
class _Found:
    """Where in the turn an assertion holds (as a place in its events), or why it does not."""

    place: int = 0
    problem: Problem | None = None


def check_turn(turn: Turn, step: LoadedStep) -> Checked:
    """Hold a turn against the assertions and expectations of its user step."""
    checked = Checked()
    after = -1
    for assertion in step.step.assertions or ():
        if not step.step.assertion_order_enabled:
            checked.add(assertion.key, _problems(_assertion(turn, assertion, -1)))
            continue
        found = _assertion(turn, assertion, after) if turn.events is not None else None
        checked.add(assertion.key, _problems(found))
        if found is not None and found.problem is None:
            after = max(after, found.place)
    problems = step.expected.check(turn)
    if step.expects:
        checked.held += 1
    checked.problems += problems
    return checked


def check_later(turn: Turn, step: Step, read: int) -> tuple[Checked, int]:
    """Hold a turn against a step that follows its user step.

    Args:
        turn: the turn.
        step: a `bot`, `utter`, `slot_was_set` or `slot_was_not_set` step.
        read: how many texts of the turn earlier `bot` steps have read.

    Returns:
        What came of it, and how many texts are read now.
    """
    checked = Checked()
    if step.bot is not None:
        texts = [one.text for one in turn.utterances if one.text is not None]
        said = texts[read] if read < len(texts) else None
        same = said is not None and said.strip() == step.bot.strip()
        checked.add("bot", [] if same else [Problem("bot", repr(step.bot), repr(said) if said is not None else "no further text")])
        return checked, read + 1
    if step.utter is not None:
        names = [name for one in turn.utterances for name in one.names]
        if not names and turn.events is None:
            checked.add("utter", None)
        else:
            checked.add(
                "utter", [] if step.utter in names else [Problem("utter", step.utter, ", ".join(names) or "nothing that has a name")]
            )
        return checked, read
    checked.add(step.key, _problems(_slots(turn, step.slot_was_set or step.slot_was_not_set or (), step.slot_was_set is not None, -1)))
    return checked, read


def _problems(found: _Found | list[_Found] | None) -> list[Problem] | None:
    if found is None:
        return None
    listed = found if isinstance(found, list) else [found]
    return [one.problem for one in listed if one.problem is not None]


def _assertion(turn: Turn, assertion: Assertion, after: int) -> Any:
    if assertion.action_executed is not None:
        return _action(turn, assertion.action_executed, after)
    if assertion.bot_uttered is not None:
        return _uttered(turn, assertion.bot_uttered, after)
    if assertion.bot_did_not_utter is not None:
        return _did_not_utter(turn, assertion.bot_did_not_utter)
    found = _slots(turn, assertion.slot_was_set or assertion.slot_was_not_set or (), assertion.slot_was_set is not None, after)
    if found is None:
        return None
    wrong = [one for one in found if one.problem is not None]
    return wrong[0] if wrong else _Found(max(one.place for one in found))


def _later(after: int) -> str:
    return " after what was asserted before it" if after >= 0 else ""


def _action(turn: Turn, name: str, after: int) -> _Found | None:
    if turn.events is None:
        return None
    places = [
        place for place, event in enumerate(turn.events) if event["event"] == "action" and event.get("name") == name and place > after
    ]
    return (
        _Found(places[0])
        if places
        else _Found(problem=Problem("action_executed", f"{name}{_later(after)}", ", ".join(turn.actions) or "no action"))
    )


def _slots(turn: Turn, wanted: Sequence[SlotCheck], is_set: bool, after: int) -> list[_Found] | None:
    if turn.slots is None:
        return None
    found = []
    for one in wanted:
        actual = turn.slots.get(one.name)
        holds = (actual is not None if one.is_any else actual == one.value) == is_set
        places = [
            place
            for place, event in enumerate(turn.events or ())
            if event["event"] == "slot"
            and event.get("name") == one.name
            and place > after
            and (one.is_any or event.get("value") == one.value)
        ]
        wish = "a value" if one.is_any else repr(one.value)
        if not holds or (after >= 0 and is_set and not places):
            expected = f"{wish if is_set else f'not {wish}'}{_later(after) if holds else ''}"
            found.append(_Found(problem=Problem(f"slot '{one.name}'", expected, repr(actual))))
        else:
            found.append(_Found(places[-1] if places and is_set else after))
    return found


def _mismatch(turn: Turn, wanted: Uttered, one: Utterance) -> list[Problem] | None:
    """What of the keys one message does not fit; None where it fits all that can be told, and something cannot."""
    wrong, untold = [], False
    if wanted.text_matches is not None and not re.search(wanted.text_matches, one.text or ""):
        wrong.append(Problem("text_matches", wanted.text_matches, repr(one.text)))
    if wanted.utter_name is not None and wanted.utter_name not in one.names:
        if turn.events is None and not one.names:
            untold = True
        else:
            wrong.append(Problem("utter_name", wanted.utter_name, ", ".join(one.names) or "no name"))
    if wanted.buttons is not None:
        fits = _fits_buttons(wanted.buttons, one)
        if fits is None:
            untold = True
        elif not fits:
            wrong.append(Problem("buttons", _told(wanted.buttons), _told(one.buttons)))
    return None if untold and not wrong else wrong


def _fits_buttons(wanted: Sequence[Button], one: Utterance) -> bool | None:
    """Whether the message has exactly these buttons, in order; None where the channel does not tell their payloads."""
    if len(wanted) != len(one.buttons):
        return False
    untold = False
    for want, have in zip(wanted, one.buttons, strict=True):
        if want.title is not None and want.title != have.title:
            return False
        if want.payload is not None:
            if have.payload is None:
                untold = True
            elif want.payload != have.payload:
                return False
    return None if untold else True


def _told(buttons: Sequence[Any]) -> str:
    return " | ".join(" ".join(part for part in (one.title, one.payload) if part) for one in buttons) or "no buttons"


def _place(turn: Turn, utterance: Utterance) -> int:
    """The place of an utterance in the turn's events."""
    number = next(number for number, one in enumerate(turn.utterances) if one is utterance)
    places = [place for place, event in enumerate(turn.events or ()) if event["event"] == "bot"]
    return places[number] if number < len(places) else 0


def _uttered(turn: Turn, wanted: Uttered, after: int) -> _Found | None:
    candidates = [one for one in turn.utterances if after < 0 or _place(turn, one) > after]
    results = [_mismatch(turn, wanted, one) for one in candidates]
    for one, wrong in zip(candidates, results, strict=True):
        if wrong == []:
            return _Found(_place(turn, one) if turn.events is not None else 0)
    if any(wrong is None for wrong in results):
        return None
    nearest = min((wrong for wrong in results if wrong is not None), key=len, default=[])
    expected = "one message with " + ", ".join(f"{name} {_shown(value)}" for name, value in wanted if value is not None) + _later(after)
    came = "; ".join(f"{problem.about}: {problem.came}" for problem in nearest) if nearest else "no message"
    return _Found(problem=Problem("bot_uttered", expected, came))


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else _told(value)


def _did_not_utter(turn: Turn, wanted: Uttered) -> _Found | None:
    results = [_mismatch(turn, wanted, one) for one in turn.utterances]
    for one, wrong in zip(turn.utterances, results, strict=True):
        if wrong == []:
            expected = "no message with " + ", ".join(f"{name} {_shown(value)}" for name, value in wanted if value is not None)
            return _Found(problem=Problem("bot_did_not_utter", expected, repr(one.text)))
    return None if any(wrong is None for wrong in results) else _Found(-1)
