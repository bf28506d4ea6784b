"""What the conversations exercise of all there is, and what they never do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_rasa.results import CaseResult

#: Kind -> what there is of it -> why it needs no case of its own; None: it needs one.
Inventory = Mapping[str, Mapping[str, "str | None"]]


class ThresholdError(ValueError):
    """A threshold that cannot be used; says which."""


@dataclass(frozen=True)
class Kind:
    """Coverage of one kind.

    Attributes:
        name: of the kind.
        cases: what there is -> the ids of the cases that exercise it.
        excused: what needs no case -> why; counted only where a case exercises it all the same.
        required: the percentage that must be exercised, None where any will do.
    """

    name: str
    cases: Mapping[str, tuple[str, ...]]
    excused: Mapping[str, str]
    required: float | None = None

    @property
    def missing(self) -> list[str]:
        """What is never exercised and not excused."""
        return [point for point, cases in self.cases.items() if not cases]

    @property
    def exercised(self) -> int:
        """How many are."""
        return len(self.cases) - len(self.missing)

    @property
    def share(self) -> float:
        """The percentage exercised; 100 where there is nothing."""
        return 100 * self.exercised / len(self.cases) if self.cases else 100.0

    @property
    def is_short(self) -> bool:
        """Whether less than required is exercised."""
        return self.required is not None and self.share < self.required


def cover(inventory: Inventory, results: Iterable[CaseResult], required: Mapping[str, float]) -> tuple[Kind, ...]:
    """The coverage of each kind by the cases that passed, as they are written.

    Raises:
        ThresholdError: for a threshold of a kind that there is none of.
    """
    for name in required:
        if name not in inventory:
            raise ThresholdError(f"conversation coverage: there is no kind '{name}'; there are {', '.join(inventory)}")
    by: dict[str, dict[str, list[str]]] = {kind: {point: [] for point in points} for kind, points in inventory.items()}
    for case in results:
        if case.noise is not None or case.outcome != "passed":
            continue
        for turn in case.turns:
            for kind, reached in turn.exercised.items():
                for point in reached:
                    seen = by.get(kind, {}).get(point)
                    if seen is not None and case.id not in seen:
                        seen.append(case.id)
    found = []
    for kind, points in inventory.items():
        excused = {point: reason for point, reason in points.items() if reason is not None and not by[kind][point]}
        cases = {point: tuple(by[kind][point]) for point in points if point not in excused}
        found.append(Kind(kind, cases, excused, required.get(kind)))
    return tuple(found)


def thresholds(lines: Sequence[str], source: str) -> dict[str, float]:
    """Thresholds written as `kind = percent`, one a line or comma separated.

    Raises:
        ThresholdError: naming the source and the line.
    """
    found: dict[str, float] = {}
    for part in [part.strip() for line in lines for part in line.split(",") if part.strip()]:
        name, _, value = part.partition("=")
        try:
            percent = float(value)
        except ValueError:
            percent = -1.0
        if not name.strip() or not 0 <= percent <= 100:
            raise ThresholdError(f"{source}: '{part}' is no threshold; write a kind and a percentage, as in entries = 100")
        found[name.strip()] = percent
    return found


def table(kinds: Sequence[Kind]) -> list[str]:
    """The coverage as lines for a terminal; what is missing is named."""
    width = max([len(kind.name) for kind in kinds] + [4])
    lines = [f"{'':{width}}  there are  exercised        %  required"]
    for kind in kinds:
        need = "" if kind.required is None else f"{kind.required:.0f}"
        mark = "  short" if kind.is_short else ""
        lines.append(f"{kind.name:{width}}  {len(kind.cases):>9}  {kind.exercised:>9}  {kind.share:>7.1f}  {need:>8}{mark}")
    for kind in kinds:
        if kind.missing:
            lines.append(f"never exercised of {kind.name}: {', '.join(kind.missing)}")
        lines += [f"excused of {kind.name}: {point} ({reason})" for point, reason in kind.excused.items()]
    return lines
