"""The figures that are recorded, and the floors that the tests hold them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

SEED = 7  # of the typos that the floors are recorded with
# The sentence encoder computes in int8, and CPUs round its products differently: a message on the brink may tip over.
# On one machine the figures are the same every time.
TOLERANCE = 0.5  # points


class FloorsError(ValueError):
    """The floors cannot be read; one line that says where and why."""


@dataclass(frozen=True)
class Figure:
    """One recorded figure: what it is called, and whether it counts messages or is a percentage, and which way is better."""

    name: str
    title: str
    unit: str = "%"
    lower_is_better: bool = False

    def told(self, value: float) -> str:
        """A value as people read it."""
        if self.unit == "messages":
            return f"{value:.0f}"
        return f"{value:.2f}{'%' if self.unit == '%' else ' points'}"

    def broken(self, value: float, floor: float) -> bool:
        """Whether the value is worse than what was recorded; counts are held to the message."""
        tolerance = 0.0 if self.unit == "messages" else TOLERANCE
        worse = value - floor if self.lower_is_better else floor - value
        return worse > tolerance + 1e-9


FIGURES = (
    Figure("in_scope", "In scope: told the right fact, or the right gap named"),
    Figure("answerable", "In scope, answerable: a wanted fact told"),
    Figure("gaps", "In scope, gap: its own topic's gap named"),
    Figure("out_of_scope_no_fact", "Out of scope: told no fact"),
    Figure("out_of_scope_recall_at_95", "Out of scope: refused with 95% of in-scope kept"),
    Figure("crisis", "Crisis: met with 988"),
    Figure("emergency", "Emergency: met with 911"),
    Figure("false_alarms", "False alarms", "messages", lower_is_better=True),
    Figure("distress", "Distress: heard"),
    Figure("follow_ups", "Follow-ups: right turn by turn"),
    Figure("two_questions", "Two questions in one: both answered, and one only once"),
    Figure("typos_1_alarms", "Crisis and emergency, one typo a message"),
    Figure("typos_2_alarms", "Crisis and emergency, two typos a message"),
    Figure("typos_1_points_lost", "In scope, lost to one typo a message", "points", lower_is_better=True),
    Figure("typos_2_points_lost", "In scope, lost to two typos a message", "points", lower_is_better=True),
)


def read_floors(path: Path) -> dict[str, float]:
    """The recorded figures.

    Raises:
        FloorsError: if the file is missing, is no YAML, or does not hold exactly the figures there are.
    """
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise FloorsError(" ".join(f"{path}: cannot be read: {error}".split())) from error
    names = [figure.name for figure in FIGURES]
    if not isinstance(data, dict):
        raise FloorsError(f"{path}: expected figures with their values, as in `{names[0]}: 95.0`")
    for name in [*data, *names]:
        if name not in names:
            raise FloorsError(f"{path}: unknown figure '{name}'; known: {', '.join(names)}")
        value = data.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FloorsError(f"{path}: '{name}' must be a number, and is {value!r}; record the floors anew")
    return {name: float(data[name]) for name in names}


def write_floors(path: Path, values: Mapping[str, float]) -> None:
    """Record the figures as they were measured."""
    lines = ["# Recorded by `make evaluate ARGS=--record`; tests/nlu/test_understanding.py holds understanding to it."]
    for figure in FIGURES:
        way = "at most" if figure.lower_is_better else "at least"
        lines.append(f"{figure.name}: {_plain(values[figure.name])}  # {figure.unit}, {way}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
