"""Results as plain data: one record for each case that was played, one file for each run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Optional

from pydantic import Field, ValidationError

from pytest_rasa.expectation import Strict
from pytest_rasa.playing import Played, PlayedTurn

SCHEMA = "pytest-rasa 1"
Outcome = Literal["passed", "failed", "skipped"]
_RANKED = 5


class ResultsError(ValueError):
    """A file of results that cannot be read; names the file and what is wrong."""


class SaidButton(Strict):
    """A button that was offered."""

    title: str
    payload: Optional[str] = None


class Said(Strict):
    """One message of the bot."""

    text: Optional[str] = None
    buttons: tuple[SaidButton, ...] = ()
    custom: Optional[dict[str, Any]] = None
    image: Optional[str] = None
    names: tuple[str, ...] = ()


class Wrong(Strict):
    """One thing that was not as expected."""

    about: str
    expected: str
    came: str


class TurnResult(Strict):
    """What came of one message; `exercised`: kind of coverage -> what it exercised, where something was expected of it."""

    user: str
    line: int
    said: tuple[Said, ...] = ()
    intent: Optional[str] = None
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[tuple[str, Any], ...] = ()
    actions: Optional[tuple[str, ...]] = None
    slots: Optional[dict[str, Any]] = None
    problems: tuple[Wrong, ...] = ()
    unchecked: tuple[str, ...] = ()
    exercised: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class CaseResult(Strict):
    """One case that was played.

    Attributes:
        id: file and name; with noise, the kind in brackets.
        file, line, name, markers: of the case.
        noise: the kind of noise it was played with, None for none.
        outcome: `skipped` where the channel could not play or check it.
        reason: why it was skipped.
        held: how many checks were made.
        turns: up to the first that was not as expected.
        seconds: what it took; the one thing that differs from run to run.
    """

    id: str
    file: str
    line: int
    name: str
    markers: tuple[str, ...] = ()
    noise: Optional[str] = None
    outcome: Outcome
    reason: str = ""
    held: int = 0
    turns: tuple[TurnResult, ...] = ()
    seconds: float = 0.0

    @property
    def problems(self) -> tuple[Wrong, ...]:
        """What was not as expected."""
        return tuple(problem for turn in self.turns for problem in turn.problems)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What the channel could not tell."""
        return tuple(key for turn in self.turns for key in turn.unchecked)


class RunResult(Strict):
    """A run: which bot, which seed of noise, and all cases."""

    schema_name: str = SCHEMA
    bot: str
    seed: int
    cases: tuple[CaseResult, ...]

    @property
    def plain(self) -> tuple[CaseResult, ...]:
        """The cases as they are written."""
        return tuple(case for case in self.cases if case.noise is None)

    @property
    def noisy(self) -> tuple[CaseResult, ...]:
        """The cases that were played with noise."""
        return tuple(case for case in self.cases if case.noise is not None)

    def count(self, outcome: Outcome) -> int:
        """How many cases, as they are written, came out so."""
        return sum(case.outcome == outcome for case in self.plain)

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(self.dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> RunResult:
        """Read what `write` wrote.

        Raises:
            ResultsError: if it is something else.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise ResultsError(f"{path}: cannot be read as JSON: {error}") from error
        if not isinstance(data, dict) or data.get("schema_name") != SCHEMA:
            raise ResultsError(f"{path}: not results of this version ('schema_name' is not '{SCHEMA}'); give a results.json")
        try:
            return cls.parse_obj(data)
        except ValidationError as error:
            first = error.errors()[0]
            raise ResultsError(f"{path}: {' '.join(map(str, first['loc']))}: {first['msg']}") from error


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def turn_result(one: PlayedTurn, exercised: Mapping[str, Iterable[str]]) -> TurnResult:
    """A turn as plain data."""
    turn = one.turn
    return TurnResult(
        user=turn.user,
        line=one.line,
        said=tuple(
            Said(
                text=said.text,
                buttons=tuple(SaidButton(title=button.title, payload=button.payload) for button in said.buttons),
                custom=_plain(said.custom) if said.custom is not None else None,
                image=said.image,
                names=said.names,
            )
            for said in turn.utterances
        ),
        intent=turn.intent,
        ranking=tuple((name, round(confidence, 3)) for name, confidence in turn.ranking[:_RANKED]),
        entities=tuple((name, _plain(value)) for name, value in turn.entities),
        actions=tuple(turn.actions) if turn.events is not None else None,
        slots=_plain(turn.changed_slots) if turn.slots is not None else None,
        problems=tuple(Wrong(about=wrong.about, expected=wrong.expected, came=wrong.came) for wrong in one.checked.problems),
        unchecked=tuple(one.checked.unchecked),
        exercised={kind: tuple(sorted(set(points))) for kind, points in exercised.items()},
    )


def case_result(
    identifier: str, file: str, noise: str | None, played: Played, exercised: Iterable[Mapping[str, Iterable[str]]], seconds: float
) -> CaseResult:
    """A case as plain data.

    Args:
        identifier: file and name, as pytest has it.
        file: where it stands, from pytest's root.
        noise: the kind of noise.
        played: the case as it was played.
        exercised: for each of its turns, kind of coverage -> what it exercised.
        seconds: what it took.
    """
    nothing_held = not played.held and bool(played.unchecked)
    reason = played.cannot or ("nothing that is expected can be checked over this channel" if nothing_held else "")
    outcome: Outcome = "failed" if played.failed else "skipped" if reason else "passed"
    return CaseResult(
        id=identifier,
        file=file,
        line=played.case.line,
        name=played.case.name,
        markers=played.case.markers,
        noise=noise,
        outcome=outcome,
        reason="" if played.failed else reason,
        held=played.held,
        turns=tuple(turn_result(one, points) for one, points in zip(played.turns, exercised, strict=True)),
        seconds=round(seconds, 4),
    )
