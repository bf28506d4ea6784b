"""The format of test files: that of Rasa Pro's end-to-end tests; what is not supported is refused by name.

The models say what a file may hold. `pytest_rasa.loading` reads files into them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional

from pydantic import root_validator, validator

from pytest_rasa.expectation import Strict

#: Keys of Rasa Pro's that need Rasa Pro.
PRO_ONLY = frozenset(
    {
        "flow_started",
        "flow_completed",
        "flow_cancelled",
        "pattern_clarification_contains",
        "generative_response_is_relevant",
        "generative_response_is_grounded",
        "commands",
        "stub_custom_actions",
        "mcp",
    }
)


class FormatError(ValueError):
    """A test file that cannot be read; each line names file, line, test case and key."""


class Button(Strict):
    """A button that must be there, by title, payload or both."""

    title: Optional[str] = None
    payload: Optional[str] = None

    @root_validator(skip_on_failure=True)
    def _says_something(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["title"] is None and values["payload"] is None:
            raise ValueError("give a button's title, payload or both")
        return values


class Uttered(Strict):
    """One message of the bot that fits every key given."""

    text_matches: Optional[str] = None
    utter_name: Optional[str] = None
    buttons: Optional[tuple[Button, ...]] = None

    @validator("text_matches")
    def _compiles(cls, value: Optional[str]) -> Optional[str]:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from error
        return value

    @root_validator(skip_on_failure=True)
    def _says_something(cls, values: dict[str, Any]) -> dict[str, Any]:
        if all(value is None for value in values.values()):
            raise ValueError("give at least one of text_matches, utter_name, buttons")
        return values


class SlotCheck(Strict):
    """A slot, and the value it must have; any value where none is given.

    Attributes:
        name: the slot.
        value: the value.
        is_any: whether any value will do.
    """

    name: str
    value: Any = None
    is_any: bool = False


def _assertion_slots(given: Any) -> tuple[SlotCheck, ...]:
    """`- name: topic` with or without `value:`."""
    if not isinstance(given, list) or not given:
        raise ValueError("give a list of slots, each as `- name: …` and, on the next line, `value: …`")
    found = []
    for item in given:
        if not isinstance(item, Mapping) or not isinstance(item.get("name"), str) or set(item) - {"name", "value"}:
            raise ValueError(f"{item!r} is not a slot; write `- name: …` and, on the next line, `value: …`")
        found.append(SlotCheck(name=item["name"], value=item.get("value"), is_any="value" not in item))
    return tuple(found)


def _step_slots(given: Any) -> tuple[SlotCheck, ...]:
    """`- topic` or `- topic: value`."""
    if not isinstance(given, list) or not given:
        raise ValueError("give a list of slots, each as `- name` or `- name: value`")
    found = []
    for item in given:
        if isinstance(item, str):
            found.append(SlotCheck(name=item, is_any=True))
        elif isinstance(item, Mapping):
            found += [SlotCheck(name=str(name), value=value) for name, value in item.items()]
        else:
            raise ValueError(f"{item!r} is not a slot; write `- name` or `- name: value`")
    return tuple(found)


class Assertion(Strict):
    """One assertion; exactly one key."""

    action_executed: Optional[str] = None
    slot_was_set: Optional[tuple[SlotCheck, ...]] = None
    slot_was_not_set: Optional[tuple[SlotCheck, ...]] = None
    bot_uttered: Optional[Uttered] = None
    bot_did_not_utter: Optional[Uttered] = None

    _slots = validator("slot_was_set", "slot_was_not_set", pre=True, allow_reuse=True)(_assertion_slots)

    @root_validator(skip_on_failure=True)
    def _one_key(cls, values: dict[str, Any]) -> dict[str, Any]:
        if sum(value is not None for value in values.values()) != 1:
            raise ValueError("an assertion has exactly one key")
        return values

    @property
    def key(self) -> str:
        """Its key."""
        return next(name for name, value in self if value is not None)


class Step(Strict):
    """One step: what the user says, or what must have come of it."""

    user: Optional[str] = None
    bot: Optional[str] = None
    utter: Optional[str] = None
    slot_was_set: Optional[tuple[SlotCheck, ...]] = None
    slot_was_not_set: Optional[tuple[SlotCheck, ...]] = None
    assertions: Optional[tuple[Assertion, ...]] = None
    assertion_order_enabled: bool = False
    metadata: Any = None

    _slots = validator("slot_was_set", "slot_was_not_set", pre=True, allow_reuse=True)(_step_slots)

    @root_validator(skip_on_failure=True)
    def _one_key(cls, values: dict[str, Any]) -> dict[str, Any]:
        keys = [name for name in ("user", "bot", "utter", "slot_was_set", "slot_was_not_set") if values.get(name) is not None]
        if len(keys) != 1:
            raise ValueError("a step has exactly one of user, bot, utter, slot_was_set, slot_was_not_set")
        if keys != ["user"] and any(values.get(name) for name in ("assertions", "metadata", "assertion_order_enabled")):
            raise ValueError("assertions, assertion_order_enabled and metadata belong to a user step")
        if values["assertion_order_enabled"] and not values["assertions"]:
            raise ValueError("assertion_order_enabled orders assertions; give some")
        if values.get("user") is not None and not values["user"].strip():
            raise ValueError("the user says nothing; give a text")
        return values

    @property
    def key(self) -> str:
        """Its key."""
        return next(name for name in ("user", "bot", "utter", "slot_was_set", "slot_was_not_set") if getattr(self, name) is not None)


class Case(Strict):
    """A conversation."""

    test_case: str
    steps: tuple[Step, ...]
    fixtures: tuple[str, ...] = ()
    metadata: Any = None
    markers: tuple[str, ...] = ()

    @validator("test_case")
    def _is_named(cls, name: str) -> str:
        if not name.strip() or "\n" in name or "::" in name or "[" in name:
            raise ValueError("a test case needs a name of one line, without '::' and '['")
        return name

    @validator("steps")
    def _starts_with_user(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if not steps:
            raise ValueError("a test case has at least one step")
        if steps[0].user is None:
            raise ValueError("the first step is a user step (for slots at the start, use fixtures)")
        return steps


class Suite(Strict):
    """A file of conversations."""

    test_cases: tuple[Case, ...]
    fixtures: tuple[dict[str, list[dict[str, Any]]], ...] = ()
    metadata: tuple[dict[str, dict[str, Any]], ...] = ()
    markers: tuple[str, ...] = ()


#: Everything that has keys in a file, as documentation and error messages name them.
MODELS: Mapping[str, type[Strict]] = {
    "the file": Suite,
    "a test case": Case,
    "a step": Step,
    "an assertion": Assertion,
    "bot_uttered": Uttered,
    "a button": Button,
}
