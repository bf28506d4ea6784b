"""The Markdown summary of a run, short enough for a merge request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pytest_rasa.coverage import Kind
from pytest_rasa.failures import headline
from pytest_rasa.results import RunResult
from pytest_rasa.robustness import Robustness, said_instead

_WORST = 15


def escaped(text: str) -> str:
    """Text that a table cell can hold."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def summary(run: RunResult, kinds: Sequence[Kind], noise: Robustness | None) -> str:
    """Outcomes, failures, coverage and robustness."""
    return "\n".join([*_outcomes(run), *_failures(run), *_coverage(kinds), *_noise(noise, run.seed)]) + "\n"


def _outcomes(run: RunResult) -> Iterator[str]:
    yield from (f"# Conversations with {run.bot}", "", "| file | passed | failed | skipped |", "|---|---|---|---|")
    files = list(dict.fromkeys(case.file for case in run.plain))
    for name in files:
        counts = Counter(case.outcome for case in run.plain if case.file == name)
        yield f"| {name} | {counts['passed']} | {counts['failed']} | {counts['skipped']} |"
    yield f"| all | {run.count('passed')} | {run.count('failed')} | {run.count('skipped')} |"
    unchecked = Counter(key for case in run.plain for key in case.unchecked)
    if unchecked:
        yield from ("", "Not checked, because this channel cannot tell: " + ", ".join(f"{key} {n}" for key, n in unchecked.most_common()))


def _failures(run: RunResult) -> Iterator[str]:
    failed = [case for case in run.plain if case.outcome == "failed"]
    if failed:
        yield from ("", "## Failed", "")
        for case in failed:
            yield f"- `{case.file}:{case.turns[-1].line}` {escaped(case.name)}: {escaped(headline(case))}"


def _coverage(kinds: Sequence[Kind]) -> Iterator[str]:
    if kinds:
        yield from ("", "## Coverage", "", "| | there are | exercised | % | required |", "|---|---|---|---|---|")
        for kind in kinds:
            need = "" if kind.required is None else f"{kind.required:.0f}" + (" **short**" if kind.is_short else "")
            yield f"| {kind.name} | {len(kind.cases)} | {kind.exercised} | {kind.share:.1f} | {need} |"
        for kind in kinds:
            if kind.missing:
                yield from ("", f"Never exercised of {kind.name}: {escaped(', '.join(kind.missing))}")


def _noise(noise: Robustness | None, seed: int) -> Iterator[str]:
    if noise is None:
        return
    yield from ("", f"## Robustness, seed {seed}", "", "| noise | played | passed | % |", "|---|---|---|---|")
    for share in (*noise.shares, noise.overall):
        yield f"| {share.kind} | {share.played} | {share.passed} | {share.percent:.1f} |"
    if noise.required is not None:
        yield from ("", f"Required: {noise.required:.0f}%." + (" **Short.**" if noise.is_short else ""))
    if noise.fallen:
        yield from ("", "The worst:", "")
        for one in noise.fallen[:_WORST]:
            yield f"- {escaped(one.file)}: {escaped(one.name)}"
            for result in one.results:
                yield f"  - {escaped(said_instead(result))}"
