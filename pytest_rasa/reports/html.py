"""The HTML pages: one file each, no address is asked for anything, pictures inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pytest_rasa.coverage import Kind
from pytest_rasa.reports.pictures import Bar, bars
from pytest_rasa.results import CaseResult, RunResult
from pytest_rasa.robustness import Robustness

_GREEN, _RED, _GREY = "#2f855a", "#c53030", "#718096"
_pages = Environment(loader=PackageLoader("pytest_rasa", "reports/templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def _page(name: str, **given: Any) -> str:
    return _pages.get_template(name).render(**given)


def _by_file(cases: Sequence[CaseResult]) -> dict[str, list[CaseResult]]:
    found: dict[str, list[CaseResult]] = {}
    for case in cases:
        found.setdefault(case.file, []).append(case)
    return found


def _outcomes(run: RunResult) -> str:
    colours = (("passed", _GREEN), ("failed", _RED), ("skipped", _GREY))
    rows = []
    for file, cases in _by_file(run.plain).items():
        parts = tuple((name, sum(case.outcome == name for case in cases), colour) for name, colour in colours)
        rows.append(Bar(file, parts, str(len(cases))))
    return bars("Outcomes by file", rows)


def _covered(kinds: Sequence[Kind]) -> str:
    rows = [
        Bar(kind.name, (("exercised", kind.exercised, _GREEN), ("never", len(kind.missing), _RED)), f"{kind.share:.1f}%")
        for kind in kinds
        if kind.cases
    ]
    return bars("Coverage by kind", rows, same_length=True)


def _robust(noise: Robustness | None) -> str:
    shares = noise.shares if noise is not None else ()
    rows = [
        Bar(one.kind, (("passed", one.passed, _GREEN), ("missed", one.played - one.passed, _RED)), f"{one.percent:.1f}%") for one in shares
    ]
    return bars("Cases that pass with noise, by kind", rows, same_length=True)


def report(run: RunResult, kinds: Sequence[Kind], noise: Robustness | None) -> str:
    """The page of a run: outcomes, coverage, robustness, and every case with its transcript."""
    pictures = [picture for picture in (_outcomes(run), _covered(kinds), _robust(noise)) if picture]
    return _page("report.html", run=run, files=_by_file(run.plain), noise=noise, kinds=kinds, pictures=pictures)


def coverage(run: RunResult, kinds: Sequence[Kind]) -> str:
    """The page of what is exercised, by which cases, and what is never."""
    return _page("coverage.html", run=run, kinds=kinds, picture=_covered(kinds))


def difference(**given: Any) -> str:
    """The page of what has changed between two runs."""
    return _page("difference.html", **given)
