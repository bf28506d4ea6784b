"""The measures: pure functions on arrays and lists of labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 10


def accuracy(right: ArrayLike) -> float:
    """The share that is right, 0 to 1; 1 of nothing."""
    values = np.asarray(right, dtype=float)
    return float(values.mean()) if values.size else 1.0


@dataclass(frozen=True)
class Threshold:
    """Where a threshold on the scores falls and what it does.

    Attributes:
        at: in-scope messages with a score of at least this are kept; always above 0, for 0 is a refusal.
        kept: the share of in-scope messages that are kept.
        refused: the share of out-of-scope messages that are refused, which is the recall of out-of-scope.
        reached: whether as many in-scope messages are kept as was wanted; if not, more than was allowed score 0.
    """

    at: float
    kept: float
    refused: float
    reached: bool


def recall_at(inside: ArrayLike, outside: ArrayLike, keep: float = 0.95) -> Threshold:
    """The largest threshold that keeps at least the share `keep` of the in-scope scores, and what it refuses outside.

    Where no threshold above 0 keeps so many, the lowest is taken: whatever scores above 0 is kept.
    """
    kept, other = np.asarray(inside, dtype=float), np.asarray(outside, dtype=float)
    if not kept.size:
        raise ValueError("no in-scope scores")
    needed = int(np.ceil(round(keep * kept.size, 9)))
    at = float(np.sort(kept)[::-1][max(needed, 1) - 1])
    reached = at > 0
    if not reached:
        at = float(np.nextafter(0.0, 1.0))
    return Threshold(at, accuracy(kept >= at), accuracy(other < at), reached)


def curve(scores: ArrayLike, thresholds: ArrayLike) -> NDArray[np.float64]:
    """For each threshold, the share of scores that reach it."""
    ordered = np.sort(np.asarray(scores, dtype=float))
    below = np.searchsorted(ordered, np.asarray(thresholds, dtype=float), side="left")
    shares: NDArray[np.float64] = 1.0 - below / max(len(ordered), 1)
    return shares


@dataclass(frozen=True)
class Bin:
    """Answers whose confidence lies between `low` and `high`: how many, how sure on average, how often right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def calibration(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> tuple[float, list[Bin]]:
    """The expected calibration error (bins of equal width, weighted by how many lie in each) and the bins that hold any."""
    sure, hit = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    found = []
    for number in range(bins):
        inside = place == number
        if inside.any():
            found.append(Bin(number / bins, (number + 1) / bins, int(inside.sum()), float(sure[inside].mean()), float(hit[inside].mean())))
    error = sum(b.count * abs(b.confidence - b.right) for b in found) / max(sure.size, 1)
    return float(error), found


@dataclass(frozen=True)
class Score:
    """How well one intent is told from the others; `support` is how many messages have it."""

    intent: str
    precision: float
    recall: float
    f1: float
    support: int


def per_intent(expected: Sequence[str], got: Sequence[str]) -> list[Score]:
    """Precision, recall and F1 of every intent that is expected somewhere, by name; 0 where there is nothing to divide by."""
    both = Counter(e for e, g in zip(expected, got, strict=True) if e == g)
    wanted, given = Counter(expected), Counter(got)
    scores = []
    for intent in sorted(wanted):
        precision = both[intent] / given[intent] if given[intent] else 0.0
        recall = both[intent] / wanted[intent]
        f1 = 2 * precision * recall / (precision + recall) if both[intent] else 0.0
        scores.append(Score(intent, precision, recall, f1, wanted[intent]))
    return scores


def confusions(expected: Sequence[str], got: Sequence[str]) -> list[tuple[str, str, int]]:
    """(expected, got, how often) for all that differ, most frequent first, then by name."""
    counts = Counter((e, g) for e, g in zip(expected, got, strict=True) if e != g)
    return sorted(((e, g, n) for (e, g), n in counts.items()), key=lambda item: (-item[2], item[0], item[1]))


def matrix(expected: Sequence[str], got: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """How often each label (row) was taken for each (column); pairs with a label that is not listed are left out."""
    place = {label: number for number, label in enumerate(labels)}
    counts: NDArray[np.int64] = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for e, g in zip(expected, got, strict=True):
        if e in place and g in place:
            counts[place[e], place[g]] += 1
    return counts


def percentiles(values: ArrayLike, wanted: Sequence[float] = (50, 95, 99)) -> list[float]:
    """The percentiles of some values, in the order wanted."""
    found: Any = np.percentile(np.asarray(values, dtype=float), wanted)
    return [float(value) for value in found]
