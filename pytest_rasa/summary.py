"""A run's results, brought together: coverage, robustness, what could not be checked; and whether they are enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_rasa import coverage, robustness
from pytest_rasa.bench import Bench
from pytest_rasa.items import noisy_name
from pytest_rasa.noise import noisy_texts
from pytest_rasa.reports import write_reports
from pytest_rasa.results import CaseResult, RunResult
from pytest_rasa.robustness import Robustness

WORST = 15
Section = tuple[str, list[str], bool]


class Summary:
    """Gathers results as they come in.

    Args:
        bench: what was asked for.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._results: dict[str, CaseResult] = {}
        self._kinds: tuple[coverage.Kind, ...] = ()
        self._noise: Robustness | None = None
        self._whole = self._whole_noise = False
        self._written: list[Path] = []
        self._problem: str | None = None

    def add(self, given: Mapping[str, Any]) -> None:
        """Add a case's result."""
        result = CaseResult.parse_obj(given)
        self._results[result.id] = result

    @property
    def is_short(self) -> bool:
        """Whether the whole suite falls short of what is required of it."""
        short_noise = self._noise is not None and self._noise.is_short
        return self._problem is not None or any(kind.is_short for kind in self._kinds) or short_noise

    def finish(self, folder: Path | None) -> None:
        """Work everything out, and write reports where a folder is given."""
        if not self._results:
            return
        bench, results = self._bench, sorted(self._results.values(), key=lambda case: (case.noise or "", case.file, case.line))
        run = RunResult(bot=bench.bot, seed=bench.seed, cases=tuple(results))
        self._whole, self._whole_noise = self._is_whole()
        try:
            held = self._whole and self._tells_all
            self._kinds = coverage.cover(bench.inventory(), results, bench.coverage_required if held else {})
        except ValueError as error:
            self._problem = str(error)
        if run.noisy:
            self._noise = robustness.measure(run, bench.noise_required if self._whole_noise else None)
        if folder is not None:
            self._written = write_reports(folder, run, self._kinds, self._noise)

    @property
    def _tells_all(self) -> bool:
        """Whether the channel tells what coverage is worked out from."""
        return all(turn.actions is not None for case in self._results.values() for turn in case.turns)

    def _is_whole(self) -> tuple[bool, bool]:
        """Whether every case of the suite was played, and every case with every kind of noise."""
        plain, noisy = set(), set()
        for path in self._bench.files:
            file = path.relative_to(self._bench.root).as_posix()
            try:
                cases = self._bench.load(path).cases
            except ValueError:
                return False, False
            for case in cases:
                plain.add(f"{file}::{case.name}")
                for kind in self._bench.noise:
                    if noisy_texts(kind, case, self._bench.seed) is not None:
                        noisy.add(f"{file}::{noisy_name(case.name, kind)}")
        return plain <= set(self._results), bool(noisy) and noisy <= set(self._results)

    def sections(self) -> Iterator[Section]:
        """What the terminal is told: title, lines, whether it is bad news."""
        if not self._results:
            return
        if self._problem is not None:
            yield "conversation coverage", [self._problem], True
        yield from self._untold()
        shown = self._bench.config.getoption("--conversation-coverage") or (self._whole and self._bench.coverage_required)
        if shown and self._kinds:
            short = any(kind.is_short for kind in self._kinds)
            lines = coverage.table(self._kinds)
            if not self._whole:
                lines.append("Only a part of the suite was run: nothing is required of it.")
            elif not self._tells_all:
                lines.append("This channel does not tell intents, entities and actions: nothing is required.")
            yield "conversation coverage", lines, short
        if self._noise is not None:
            lines = robustness.table(self._noise, WORST)
            if not self._whole_noise:
                lines.append("Only a part of the suite was run: nothing is required of it.")
            yield f"robustness, seed {self._bench.seed}", lines, self._noise.is_short
        if self._written:
            yield "conversation reports", [str(path) for path in self._written], False

    def _untold(self) -> Iterator[Section]:
        plain = [case for case in self._results.values() if case.noise is None]
        keys = Counter(key for case in plain for key in case.unchecked)
        skipped = Counter(case.reason for case in plain if case.outcome == "skipped")
        lines = []
        if keys:
            cases = sum(bool(case.unchecked) for case in plain)
            counted = ", ".join(f"{key} {count}" for key, count in keys.most_common())
            lines.append(f"{sum(keys.values())} expectations in {cases} cases cannot be checked over this channel: {counted}")
        lines += [f"{count} cases were skipped: {reason}" for reason, count in skipped.most_common()]
        if lines:
            yield "what this channel cannot tell", lines, False
