"""Writes what was measured: report.md for people, report.json and latency.json for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.nlu.evaluation.evaluation import TOLD_BESIDES, Evaluation, Result
from tests.nlu.evaluation.figures import FIGURES, Figure
from tests.nlu.evaluation.measure import confusions, per_intent, percentiles

MOST_CONFUSED = 20
_PLACES = 6  # decimals in report.json


def summary(evaluation: Evaluation, floors: Mapping[str, float] | None) -> list[tuple[str, str, str, str]]:
    """The short table: figure, value, how many messages, recorded value (`–` where none is)."""
    rows = []
    for figure in FIGURES:
        value = figure.told(evaluation.values[figure.name])
        floor = figure.told(floors[figure.name]) if floors else "–"
        rows.append((figure.title, value, str(_count(evaluation, figure)), floor))
    return rows


def _count(evaluation: Evaluation, figure: Figure) -> int:
    if figure.name.endswith("_alarms") and figure.unit == "%":
        return sum(len(evaluation.groups[name].results) for name in ("crisis", "emergency"))
    name = "in_scope" if figure.unit == "points" else figure.name
    return len(evaluation.groups[name].results)


def as_text(evaluation: Evaluation, floors: Mapping[str, float] | None) -> str:
    """The short table for a terminal."""
    rows = [("figure", "measured", "of", "recorded"), *summary(evaluation, floors)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if not column else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def write(evaluation: Evaluation, folder: Path, floors: Mapping[str, float] | None) -> None:
    """Write report.md, report.json and latency.json into a folder that is there."""
    (folder / "report.json").write_text(_json(as_data(evaluation)), encoding="utf-8")
    (folder / "latency.json").write_text(_json(latency(evaluation)), encoding="utf-8")
    (folder / "report.md").write_text(as_markdown(evaluation, floors), encoding="utf-8")


def _json(data: Any) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def as_data(evaluation: Evaluation) -> dict[str, Any]:
    """Everything but latency, ready for JSON; the same every time for the same cases, model and seed."""
    labelled = evaluation.labelled
    data = {
        "seed": evaluation.seed,
        "figures": evaluation.values,
        "strict_intent_accuracy": evaluation.strict,
        "threshold": asdict(evaluation.threshold),
        "out_of_scope_kinds": [asdict(kind) for kind in evaluation.kinds],
        "typos": [asdict(typos) for typos in evaluation.typos],
        "calibration": {"error": evaluation.error, "bins": [asdict(b) for b in evaluation.bins]},
        "intents": [asdict(score) for score in per_intent(labelled.expected, labelled.got)],
        "confusions": [{"expected": e, "got": g, "count": n} for e, g, n in confusions(labelled.expected, labelled.got)],
        "groups": {
            name: {"count": len(group.results), "wrong": [_failure(result) for result in group.wrong]}
            for name, group in evaluation.groups.items()
        },
    }
    rounded: dict[str, Any] = _rounded(data)
    return rounded


def _failure(result: Result) -> dict[str, str]:
    return {"text": result.text, "expected": result.expected, "got": result.got}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _PLACES)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value


def latency(evaluation: Evaluation) -> dict[str, Any]:
    """Milliseconds of understanding a message: median, 95th and 99th percentile."""
    median, p95, p99 = (round(value, 1) for value in percentiles(evaluation.latencies))
    return {"messages": len(evaluation.latencies), "median_ms": median, "p95_ms": p95, "p99_ms": p99}


def as_markdown(evaluation: Evaluation, floors: Mapping[str, float] | None) -> str:
    """The report."""
    labelled, groups, threshold = evaluation.labelled, evaluation.groups, evaluation.threshold
    confused = confusions(labelled.expected, labelled.got)
    lines = ["# How well messages are understood", ""]
    lines += [f"Wording written apart from the training examples, asked of the real assistant. Typos: seed {evaluation.seed}.", ""]
    lines += _table(("figure", "measured", "messages", "recorded"), summary(evaluation, floors))

    lines += ["## In scope", "", "Right: what was wanted is told. Strict: the settled intent is the expected one.", ""]
    rows = [
        (name, len(groups[name].results), _percent(groups[name].share), _percent(evaluation.strict[name])) for name in evaluation.strict
    ]
    lines += _table(("questions", "messages", "right", "strict intent"), rows)

    besides = groups[TOLD_BESIDES]
    lines += [f"Told a fact, though their topic has no reviewed answer: {len(besides.wrong)} of {len(besides.results)} gaps.", ""]

    lines += ["## Out of scope", "", _threshold_told(evaluation), ""]
    kinds = [(kind.kind_of, kind.count, _percent(kind.no_fact), _percent(kind.refused)) for kind in evaluation.kinds]
    lines += _table(("kind", "messages", "told no fact", f"scored below {threshold.at:.3f}"), kinds)

    lines += ["## Safety", ""]
    recalls = [(name, len(groups[name].results), _percent(groups[name].share)) for name in ("crisis", "emergency", "distress")]
    lines += _table(("label", "messages", "recall"), recalls)
    lines += [f"False alarms: {len(groups['false_alarms'].wrong)} among {len(groups['false_alarms'].results)} other messages.", ""]

    lines += ["## Typos", "", "The same messages, misspelled; only words of four letters or more.", ""]
    heads = (
        "typos a message",
        "in scope",
        "answerable",
        "gaps",
        "points lost",
        "crisis",
        "emergency",
        "false alarms in scope",
        "unchanged",
    )
    lines += _table(heads, _typo_rows(evaluation))

    lines += ["## Calibration", "", f"Expected calibration error of what was answered in scope: {evaluation.error:.4f}.", ""]
    bins = [(f"{b.low:.1f} to {b.high:.1f}", b.count, f"{b.confidence:.3f}", f"{b.right:.3f}") for b in evaluation.bins]
    lines += _table(("confidence", "messages", "mean confidence", "right"), bins)

    lines += [f"## The {MOST_CONFUSED} most frequent confusions", ""]
    lines += _table(("expected", "settled as", "messages"), confused[:MOST_CONFUSED])

    lines += ["## Intents", "", "In scope, out of scope, crisis, emergency and distress together.", ""]
    scores = [
        (score.intent, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", score.support)
        for score in per_intent(labelled.expected, labelled.got)
    ]
    lines += _table(("intent", "precision", "recall", "F1", "messages"), scores)

    lines += ["## Pictures", ""]
    for file, title in PICTURES.items():
        lines += [f"![{title}]({file})", ""]

    lines += ["## What went wrong", ""]
    for figure in FIGURES:
        if figure.name != "in_scope":
            lines += _failures(figure.title, groups[figure.name].wrong)
    lines += _failures("Gaps that were told a fact", besides.wrong)
    for typos in evaluation.typos:
        lines += _failures(f"Alarms missed with {typos.count} typo{'s' if typos.count > 1 else ''} a message", typos.missed_alarms)

    found = latency(evaluation)
    lines += ["## Latency", "", "This section, and only this one, differs from run to run.", ""]
    rest = f"95th percentile {found['p95_ms']} ms, 99th percentile {found['p99_ms']} ms."
    lines += [f"Understanding one message, over {found['messages']}: median {found['median_ms']} ms, {rest}", ""]
    return "\n".join(lines)


PICTURES = {
    "confusion.png": "The most confused intents",
    "confusion_all.png": "All intents",
    "confidence.png": "Confidence in scope and out of scope",
    "threshold.png": "In scope kept and out of scope refused, by threshold",
}


def _threshold_told(evaluation: Evaluation) -> str:
    threshold = evaluation.threshold
    told = (
        "A message's score is the confidence of what was answered, and 0 where it was refused. "
        f"At {threshold.at:.4f}, {_percent(threshold.kept)} of in-scope messages are kept "
        f"and {_percent(threshold.refused)} of out-of-scope messages refused."
    )
    if not threshold.reached:
        told += " **Fewer than 95% of in-scope messages score above 0, so no threshold keeps 95%; this is the lowest there is.**"
    return told


def _typo_rows(evaluation: Evaluation) -> list[tuple[Any, ...]]:
    groups = evaluation.groups
    shares = [_percent(groups[name].share) for name in ("in_scope", "answerable", "gaps")]
    safety = [_percent(groups[name].share) for name in ("crisis", "emergency")]
    inside = {result.text for result in groups["in_scope"].results}
    false = sum(result.text in inside for result in groups["false_alarms"].wrong)
    rows: list[tuple[Any, ...]] = [("none", *shares, "–", *safety, false, "–")]
    for typos in evaluation.typos:
        lost = f"{evaluation.values[f'typos_{typos.count}_points_lost']:.2f}"
        right = [_percent(share) for share in (typos.in_scope, typos.answerable, typos.gaps)]
        met = [_percent(share) for share in (typos.crisis, typos.emergency)]
        rows.append((typos.count, *right, lost, *met, typos.false_alarms, typos.untouched))
    return rows


def _failures(title: str, wrong: Sequence[Result]) -> list[str]:
    lines = [f"### {title}: {len(wrong)}", ""]
    return lines + (_table(("message", "expected", "got"), [(r.text, r.expected, r.got) for r in wrong]) if wrong else [])


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    cells = [list(heads), ["---"] * len(heads), *([_cell(cell) for cell in row] for row in rows)]
    return [*(f"| {' | '.join(row)} |" for row in cells), ""]


def _cell(value: Any) -> str:
    return " ".join(str(value).split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
