"""Reads test files: what they hold, where it stands, and what is wrong with it by file, line, case and key."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pytest_rasa.expectation import Expectation
from pytest_rasa.format import PRO_ONLY, Assertion, Button, Case, FormatError, Step, Suite, Uttered

Key = Union[int, str]
Location = tuple[Key, ...]
_KEYED: Mapping[str, Any] = {"test_cases": Case, "steps": Step, "assertions": Assertion, "buttons": Button}


@dataclass(frozen=True)
class LoadedStep:
    """A step, the line it stands on, and what its metadata says: expectations, or what is sent with the message."""

    step: Step
    line: int
    expected: Expectation
    expects: bool
    sent: Mapping[str, Any]

    def with_user(self, text: str) -> LoadedStep:
        """The same with other words of the user."""
        return LoadedStep(self.step.copy(update={"user": text}), self.line, self.expected, self.expects, self.sent)


@dataclass(frozen=True)
class LoadedCase:
    """A case: where it stands, its steps, the slots that it starts with, its markers."""

    file: Path
    line: int
    name: str
    steps: tuple[LoadedStep, ...]
    slots: Mapping[str, Any]
    markers: tuple[str, ...]


@dataclass(frozen=True)
class LoadedFile:
    """A file's cases, in order."""

    path: Path
    cases: tuple[LoadedCase, ...]


class _Lines:
    """Where things stand in a file."""

    def __init__(self, root: Any) -> None:
        self._root = root

    def of(self, location: Sequence[Key]) -> int:
        """The line, from 1, of a key or item; of what holds it, where it is not there."""
        node, line = self._root, 1
        for key in location:
            found = self._step(node, key)
            if found is None:
                break
            mark, node = found
            line = mark.start_mark.line + 1
        return int(line)

    @staticmethod
    def _step(node: Any, key: Key) -> tuple[Any, Any] | None:
        if isinstance(key, int):
            items = node.value if node is not None and node.id == "sequence" else []
            return (items[key], items[key]) if key < len(items) else None
        pairs = node.value if node is not None and node.id == "mapping" else []
        return next(((name, value) for name, value in pairs if name.value == key), None)


@dataclass(frozen=True)
class _Reader:
    path: Path
    data: Any
    lines: _Lines

    def told(self, location: Location, message: str) -> str:
        """One problem: file, line, case, place and what is wrong."""
        return ": ".join([f"{self.path}:{self.lines.of(location)}", *self._place(location), message])

    def _place(self, location: Location) -> Iterator[str]:
        rest = list(location)
        if len(rest) >= 2 and rest[0] == "test_cases" and isinstance(rest[1], int):
            case = self.data["test_cases"][rest[1]]
            name = case.get("test_case") if isinstance(case, Mapping) else None
            yield f"test case '{name}'" if isinstance(name, str) else f"test case {rest[1] + 1}"
            rest = rest[2:]
        if len(rest) >= 2 and rest[0] == "steps" and isinstance(rest[1], int):
            yield f"step {rest[1] + 1}"
            rest = rest[2:]
        words = [f"{key + 1}" if isinstance(key, int) else key for key in rest]
        if words:
            yield " ".join(words)


def load(path: Path, expectation: type[Expectation] | None = None) -> LoadedFile:
    """Read a test file.

    Args:
        path: the file.
        expectation: what the project expects under `metadata`; without it, metadata is sent with the message, as Rasa Pro does.

    Raises:
        FormatError: naming file, line, test case, key and what is wrong; unknown keys are errors.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = YAML(typ="safe").load(text)
        lines = _Lines(YAML(typ="safe").compose(text))
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: cannot be read: {error}") from error
    except YAMLError as error:
        raise FormatError(_not_yaml(path, error)) from error
    reader = _Reader(path, data, lines)
    if not isinstance(data, dict):
        raise FormatError(f"{path}:1: expected a mapping with `test_cases`")
    try:
        suite = Suite.parse_obj(data)
    except ValidationError as error:
        raise FormatError("\n".join(reader.told(*_problem(item)) for item in error.errors())) from error
    return _Assembler(reader, suite, expectation).file()


def _not_yaml(path: Path, error: YAMLError) -> str:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    where = f"{path}:{mark.line + 1}" if mark is not None else str(path)
    problem = error.problem if isinstance(error, MarkedYAMLError) else str(error)
    return f"{where}: not YAML: {problem}"


def _problem(item: Mapping[str, Any]) -> tuple[Location, str]:
    location: Location = tuple(key for key in item["loc"] if key != "__root__")
    if item["type"] == "value_error.extra":
        return location, _unknown(location)
    if item["type"] == "value_error.missing":
        return location[:-1], f"the key '{location[-1]}' is missing"
    return location, str(item["msg"])


def _unknown(location: Location) -> str:
    key = str(location[-1])
    if key in PRO_ONLY:
        return f"'{key}' needs Rasa Pro; open-source Rasa has nothing to hold it against"
    owner: Any = Suite
    for name in location[:-1]:
        owner = _KEYED.get(str(name), owner) if name not in {"bot_uttered", "bot_did_not_utter"} else Uttered
    known = list(owner.__fields__)
    near = difflib.get_close_matches(key, known, 1)
    return f"unknown key '{key}'" + (f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}")


class _Assembler:
    """From a file's models to its cases: names are looked up, metadata is read as the project's expectations."""

    def __init__(self, reader: _Reader, suite: Suite, expectation: type[Expectation] | None) -> None:
        self._reader = reader
        self._suite = suite
        self._expectation = expectation
        self._problems: list[str] = []
        self._fixtures = self._named("fixtures", suite.fixtures)
        self._metadata = self._named("metadata", suite.metadata)

    def file(self) -> LoadedFile:
        cases = []
        seen: set[str] = set()
        for number, case in enumerate(self._suite.test_cases):
            if case.test_case in seen:
                self._wrong(("test_cases", number), "this name stands twice in the file; a name belongs to one test case")
            seen.add(case.test_case)
            cases.append(self._case(number, case))
        for name, item in self._metadata.items():  # also those that no case uses
            place = next(number for number, named in enumerate(self._suite.metadata) if name in named)
            self._expected(("metadata", place, name), item)
        if self._problems:
            raise FormatError("\n".join(dict.fromkeys(self._problems)))
        return LoadedFile(self._reader.path, tuple(cases))

    def _wrong(self, location: Location, message: str) -> None:
        self._problems.append(self._reader.told(location, message))

    def _named(self, key: str, listed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, item in enumerate(listed):
            for name, value in item.items():
                if name in found:
                    self._wrong((key, number, name), f"'{name}' stands twice under {key}")
                found[name] = value
        return found

    def _case(self, number: int, case: Case) -> LoadedCase:
        here: Location = ("test_cases", number)
        slots: dict[str, Any] = {}
        for name in case.fixtures:
            if name not in self._fixtures:
                self._wrong((*here, "fixtures"), f"unknown fixture '{name}'; known are {', '.join(self._fixtures) or 'none'}")
            for given in self._fixtures.get(name, ()):
                slots.update(given)
        whole = self._looked_up((*here, "metadata"), case.metadata)
        steps = tuple(self._step((*here, "steps", place), step, whole) for place, step in enumerate(case.steps))
        markers = tuple(dict.fromkeys((*self._suite.markers, *case.markers)))
        return LoadedCase(self._reader.path, self._reader.lines.of(here), case.test_case, steps, slots, markers)

    def _step(self, here: Location, step: Step, whole: Mapping[str, Any]) -> LoadedStep:
        given: Mapping[str, Any] = {}
        if step.user is not None:
            given = {**whole, **self._looked_up((*here, "metadata"), step.metadata)}
        expected = self._expected((*here, "metadata"), given)
        return LoadedStep(
            step, self._reader.lines.of(here), expected, bool(given and self._expectation), {} if self._expectation else given
        )

    def _looked_up(self, here: Location, given: Any) -> Mapping[str, Any]:
        """A name, or several, or metadata written out; of what stands twice the later counts."""
        if given is None:
            return {}
        if isinstance(given, Mapping):
            return {str(key): value for key, value in given.items()}
        names = given if isinstance(given, list) else [given]
        found: dict[str, Any] = {}
        for name in names:
            if not isinstance(name, str) or name not in self._metadata:
                self._wrong(here, f"unknown metadata '{name}'; known are {', '.join(self._metadata) or 'none'}")
            else:
                found.update(self._metadata[name])
        return found

    def _expected(self, here: Location, given: Mapping[str, Any]) -> Expectation:
        model = self._expectation or Expectation
        if self._expectation is None:
            return model()
        try:
            return model.parse_obj(given)
        except ValidationError as error:
            for item in error.errors():
                key = str(item["loc"][0])
                if item["type"] == "value_error.extra":
                    known = list(model.__fields__)
                    near = difflib.get_close_matches(key, known, 1)
                    self._wrong(
                        (*here, key),
                        f"unknown key '{key}'" + (f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}"),
                    )
                else:
                    self._wrong((*here, *item["loc"]), str(item["msg"]))
            return model()
