"""How many cases still pass with noise, by its kind, and which do worst."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_rasa.failures import headline
from pytest_rasa.noise import KINDS
from pytest_rasa.results import CaseResult, RunResult


@dataclass(frozen=True)
class Share:
    """One kind of noise: how many cases were played with it, and how many passed."""

    kind: str
    played: int
    passed: int

    @property
    def percent(self) -> float:
        """The percentage that passed."""
        return 100 * self.passed / self.played if self.played else 100.0


@dataclass(frozen=True)
class Fallen:
    """A case that does not pass with some kinds of noise, its results with them."""

    file: str
    name: str
    results: tuple[CaseResult, ...]


@dataclass(frozen=True)
class Robustness:
    """All of a run's noise.

    Attributes:
        shares: by kind.
        fallen: the cases that fell, the worst first.
        required: the percentage of all that must pass, None where any will do.
    """

    shares: tuple[Share, ...]
    fallen: tuple[Fallen, ...]
    required: float | None = None

    @property
    def overall(self) -> Share:
        """All kinds together."""
        return Share("all", sum(one.played for one in self.shares), sum(one.passed for one in self.shares))

    @property
    def is_short(self) -> bool:
        """Whether less than required passed."""
        return self.required is not None and self.overall.percent < self.required


def measure(run: RunResult, required: float | None) -> Robustness:
    """The robustness of the cases that were played with noise; those that do not pass without it do not count."""
    out = {(case.file, case.name) for case in run.plain if case.outcome != "passed"}
    played = [case for case in run.noisy if case.outcome != "skipped" and (case.file, case.name) not in out]
    shares = []
    for kind in KINDS:
        of_kind = [case for case in played if case.noise == kind]
        if of_kind:
            shares.append(Share(kind, len(of_kind), sum(case.outcome == "passed" for case in of_kind)))
    by: dict[tuple[str, str], list[CaseResult]] = {}
    for case in played:
        if case.outcome == "failed":
            by.setdefault((case.file, case.name), []).append(case)
    fallen = sorted(by.items(), key=lambda item: (-len(item[1]), item[0]))
    return Robustness(tuple(shares), tuple(Fallen(file, name, tuple(cases)) for (file, name), cases in fallen), required)


def said_instead(result: CaseResult) -> str:
    """What was said where a case fell, and what was wrong then."""
    return f"{result.noise}: {result.turns[-1].user!r}: {headline(result)}"


def table(robustness: Robustness, worst: int) -> list[str]:
    """The shares and the worst cases as lines for a terminal."""
    lines = [f"{'':12}  played  passed        %"]
    for share in (*robustness.shares, robustness.overall):
        lines.append(f"{share.kind:12}  {share.played:>6}  {share.passed:>6}  {share.percent:>7.1f}")
    if robustness.required is not None:
        lines[-1] += f"   required {robustness.required:.0f}" + ("  short" if robustness.is_short else "")
    for one in robustness.fallen[:worst]:
        lines.append(f"{one.file}: {one.name} ({len(one.results)} kinds)")
        lines += [f"    {said_instead(result)}" for result in one.results]
    if len(robustness.fallen) > worst:
        lines.append(f"... and {len(robustness.fallen) - worst} cases more; a report (--conversation-report) lists all")
    return lines
