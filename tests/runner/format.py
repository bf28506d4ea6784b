"""Conversation tests as YAML, in the format of Rasa Pro's end-to-end tests; what is not supported is rejected by name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Optional, Union

from pydantic import BaseModel, Extra, Field, ValidationError, root_validator, validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


class FormatError(ValueError):
    """A test file that cannot be read; names file, test case and key."""


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid
        frozen = True


class Expectation(_Strict):
    """Our own expectations of a turn, under `metadata`.

    `facts`: all of these are told. `facts_any`: at least one of these. `no_facts`: none at all. `kind`, `entry`: of the
    first reply. `kinds`, `entries`: of all replies, in order. `replies`: how many there are.
    """

    facts: Optional[tuple[str, ...]] = None
    facts_any: Optional[tuple[str, ...]] = None
    no_facts: Optional[bool] = None
    kind: Optional[str] = None
    entry: Optional[str] = None
    kinds: Optional[tuple[str, ...]] = None
    entries: Optional[tuple[str, ...]] = None
    replies: Optional[int] = None


class Button(_Strict):
    """A button that must be there, by title, payload or both."""

    title: Optional[str] = None
    payload: Optional[str] = None


class Uttered(_Strict):
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


class SlotIs(_Strict):
    """A slot, and the value it must have; any value where none is given."""

    name: str
    value: Any = Field(default=...)


class SlotNamed(_Strict):
    """A slot by name."""

    name: str
    value: Any = None


class Assertion(_Strict):
    """One assertion; exactly one key."""

    action_executed: Optional[str] = None
    slot_was_set: Optional[tuple[Union[SlotIs, SlotNamed], ...]] = None
    slot_was_not_set: Optional[tuple[Union[SlotIs, SlotNamed], ...]] = None
    bot_uttered: Optional[Uttered] = None
    bot_did_not_utter: Optional[Uttered] = None

    @root_validator(skip_on_failure=True)
    def _one_key(cls, values: dict[str, Any]) -> dict[str, Any]:
        if sum(value is not None for value in values.values()) != 1:
            raise ValueError("an assertion has exactly one key")
        return values


SlotList = tuple[Union[str, dict[str, Any]], ...]


class Step(_Strict):
    """One step: what the user says, or what must have come of it."""

    user: Optional[str] = None
    bot: Optional[str] = None
    utter: Optional[str] = None
    slot_was_set: Optional[SlotList] = None
    slot_was_not_set: Optional[SlotList] = None
    assertions: Optional[tuple[Assertion, ...]] = None
    metadata: Optional[Union[Expectation, str]] = None

    @root_validator(skip_on_failure=True)
    def _one_key(cls, values: dict[str, Any]) -> dict[str, Any]:
        keys = [name for name in ("user", "bot", "utter", "slot_was_set", "slot_was_not_set") if values.get(name) is not None]
        if len(keys) != 1:
            raise ValueError("a step has exactly one of user, bot, utter, slot_was_set, slot_was_not_set")
        if keys != ["user"] and (values.get("assertions") is not None or values.get("metadata") is not None):
            raise ValueError("assertions and metadata belong to a user step")
        return values


class Case(_Strict):
    """A conversation."""

    test_case: str
    steps: tuple[Step, ...]
    fixtures: tuple[str, ...] = ()
    metadata: Optional[str] = None

    @validator("steps")
    def _starts_with_user(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if not steps:
            raise ValueError("a test case has at least one step")
        if steps[0].user is None and steps[0].slot_was_set is None:
            raise ValueError("the first step is a user step")
        return steps


class TestFile(_Strict):
    """A file of conversations."""

    __test__ = False
    test_cases: tuple[Case, ...]
    fixtures: tuple[dict[str, list[dict[str, Any]]], ...] = ()
    metadata: tuple[dict[str, Expectation], ...] = ()

    def expectation(self, step: Step) -> Optional[Expectation]:
        """What a user step expects beyond its assertions."""
        if isinstance(step.metadata, str):
            named = {name: value for item in self.metadata for name, value in item.items()}
            return named[step.metadata]
        return step.metadata

    def slots(self, case: Case) -> dict[str, Any]:
        """The slots that a case starts with."""
        named = {name: value for item in self.fixtures for name, value in item.items()}
        return {k: v for name in case.fixtures for slots in named[name] for k, v in slots.items()}

    @root_validator(skip_on_failure=True)
    def _names_known(cls, values: dict[str, Any]) -> dict[str, Any]:
        fixtures = {name for item in values["fixtures"] for name in item}
        metadata = {name for item in values["metadata"] for name in item}
        seen = set()
        for case in values["test_cases"]:
            if case.test_case in seen:
                raise ValueError(f"test case '{case.test_case}' stands twice")
            seen.add(case.test_case)
            for name in case.fixtures:
                if name not in fixtures:
                    raise ValueError(f"test case '{case.test_case}': unknown fixture '{name}'")
            for name in [case.metadata, *(step.metadata for step in case.steps)]:
                if isinstance(name, str) and name not in metadata:
                    raise ValueError(f"test case '{case.test_case}': unknown metadata '{name}'")
        return values


def _where(location: tuple[Union[int, str], ...], data: Any) -> str:
    parts: list[str] = []
    for key in location:
        if key == "__root__":
            continue
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            data = None
        name = data.get("test_case") if isinstance(data, dict) else None
        parts.append(f"'{name}'" if name else str(key))
    return " → ".join(parts)


def load(path: Path) -> TestFile:
    """Read a test file.

    Raises:
        FormatError: naming file, place and what is wrong; unknown keys are errors.
    """
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise FormatError(f"{path}: not YAML: {error}") from error
    if not isinstance(data, dict):
        raise FormatError(f"{path}: expected a mapping with `test_cases`")
    try:
        return TestFile.parse_obj(data)
    except ValidationError as error:
        problems = "\n".join(f"{path}: {_where(item['loc'], data)}: {item['msg']}" for item in error.errors())
        raise FormatError(problems) from error
