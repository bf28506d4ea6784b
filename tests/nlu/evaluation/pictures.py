"""The report's pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from tests.nlu.evaluation.evaluation import Evaluation
from tests.nlu.evaluation.measure import Threshold, confusions, curve, matrix
from tests.nlu.evaluation.report import MOST_CONFUSED

_BLUE, _RED, _GREY = "#2b6cb0", "#c53030", "#718096"


def draw(evaluation: Evaluation, folder: Path) -> None:
    """Write confusion.png, confusion_all.png, confidence.png and threshold.png into a folder that is there."""
    labelled = evaluation.labelled
    confused = confusions(labelled.expected, labelled.got)[:MOST_CONFUSED]
    some = sorted({name for expected, got, _ in confused for name in (expected, got)})
    every = sorted({*labelled.expected, *labelled.got})
    _matrix(evaluation, some, 9.0, numbers=True).savefig(folder / "confusion.png", dpi=120)
    _matrix(evaluation, every, 26.0, numbers=False).savefig(folder / "confusion_all.png", dpi=90)
    _confidence(evaluation).savefig(folder / "confidence.png", dpi=120)
    _threshold(evaluation).savefig(folder / "threshold.png", dpi=120)


def _matrix(evaluation: Evaluation, labels: Sequence[str], inches: float, numbers: bool) -> Figure:
    """Rows: expected, columns: settled as; the colour is the share of the row, the number the count."""
    counts = matrix(evaluation.labelled.expected, evaluation.labelled.got, labels)
    expected = np.array([sum(label == e for e in evaluation.labelled.expected) for label in labels])
    shares = counts / np.maximum(expected, 1)[:, None]
    figure = Figure(figsize=(inches, inches), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=7)
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    axes.set_xlabel("settled as")
    axes.set_ylabel("expected")
    if numbers:
        for row, column in np.argwhere(counts):
            dark = shares[row, column] > 0.5
            axes.text(column, row, str(counts[row, column]), ha="center", va="center", fontsize=7, color="white" if dark else "black")
    return figure


def _confidence(evaluation: Evaluation) -> Figure:
    scores = evaluation.scores
    figure = Figure(figsize=(8, 6), layout="constrained")
    groups = (("in scope, right", scores.right, _BLUE), ("in scope, wrong", scores.wrong, _RED), ("out of scope", scores.outside, _GREY))
    for place, (title, values, colour) in enumerate(groups):
        axes = figure.add_subplot(3, 1, place + 1)
        axes.hist(values, bins=np.linspace(0, 1, 41).tolist(), color=colour)
        axes.set_title(f"{title} ({len(values)} messages)", fontsize=9, loc="left")
        axes.set_yscale("symlog", linthresh=1)
        axes.set_xlim(0, 1)
    axes.set_xlabel("score: confidence of what was answered, 0 where it was refused")
    return figure


def _threshold(evaluation: Evaluation) -> Figure:
    scores, threshold = evaluation.scores, evaluation.threshold
    places = np.linspace(0, 1, 501)[1:]
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(places, curve((*scores.right, *scores.wrong), places), color=_BLUE, label="in scope kept")
    axes.plot(places, 1 - curve(scores.outside, places), color=_RED, label="out of scope refused")
    axes.axvline(threshold.at, color=_GREY, linestyle="--", label=_label(threshold))
    axes.set_xlabel("threshold on the score")
    axes.set_ylabel("share of messages")
    axes.set_ylim(0, 1.01)
    axes.legend(loc="lower left")
    return figure


def _label(threshold: Threshold) -> str:
    return f"at {threshold.at:.3f}: {threshold.kept:.1%} kept, {threshold.refused:.1%} refused"
