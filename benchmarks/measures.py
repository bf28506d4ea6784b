"""What is worked out from a system's guesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.data import Dataset
from benchmarks.systems import Guess, System
from tests.nlu.evaluation.measure import accuracy, calibration, percentiles, recall_at


@dataclass(frozen=True)
class Row:
    """What one system did on one set; shares are percentages.

    A message's score is the confidence of its intent, 0 where that intent is a refusal.

    Attributes:
        system: its name.
        accuracy: of in-scope messages, as typed.
        two_typos: the same with two typos a message.
        recall: kind -> out-of-scope messages that score below the threshold that keeps 95% of in-scope messages.
        kept: in-scope messages that this threshold keeps: below 95 where more than 5% are refused whatever the threshold.
        auroc: kind -> how often an in-scope message scores higher than an out-of-scope one (a tie counts half).
        own_kept: in-scope messages that the system answers at its own threshold, rightly or wrongly.
        own_refused: kind -> out-of-scope messages that it refuses there.
        calibration_error: expected calibration error of the confidences in scope, in points.
        ms: median milliseconds a message as typed, in scope and out.
        p95: their 95th percentile.
        ms_typos: median milliseconds a message with two typos: spelling takes time where there is something to spell.
        ratio: its median time over that of Rasa's default in the same run; None without it.
        train_seconds: of training.
        model_mb: of the trained model.
        encoder_mb: of the sentence encoder that models share; 0 where there is none.
    """

    system: str
    accuracy: float
    two_typos: float
    recall: Mapping[str, float]
    kept: float
    auroc: Mapping[str, float]
    own_kept: float
    own_refused: Mapping[str, float]
    calibration_error: float
    ms: float
    p95: float
    ms_typos: float
    ratio: float | None
    train_seconds: float
    model_mb: float
    encoder_mb: float


def auroc(inside: ArrayLike, outside: ArrayLike) -> float:
    """How often a score from inside is higher than one from outside, 0 to 1; a tie counts half."""
    ins, out = np.asarray(inside, dtype=float), np.sort(np.asarray(outside, dtype=float))
    below, upto = np.searchsorted(out, ins, side="left"), np.searchsorted(out, ins, side="right")
    return float((below + upto).sum() / (2 * ins.size * out.size))


def row(
    dataset: Dataset,
    typed: Sequence[str],
    system: System,
    guesses: Mapping[str, Guess],
    milliseconds: Sequence[float],
    with_typos: Sequence[float],
    base: float | None,
) -> Row:
    """All measures of one system.

    Args:
        dataset: what was asked.
        typed: its in-scope messages with typos, in their order.
        system: the one that was asked.
        guesses: its guess for every text.
        milliseconds: what each took as typed.
        with_typos: what each took with typos.
        base: the median milliseconds that times are compared with.
    """

    def score(text: str) -> float:
        guess = guesses[text]
        return guess.confidence if guess.intent.startswith(dataset.answers) else 0.0

    def answered(text: str) -> bool:
        return not guesses[text].refused and guesses[text].intent.startswith(dataset.answers)

    texts = [text for text, _ in dataset.test]
    intents = [intent for _, intent in dataset.test]
    right = [guesses[text].intent == intent for text, intent in dataset.test]
    inside = [score(text) for text in texts]
    outside = {kind: [score(text) for text in kind_texts] for kind, kind_texts in dataset.outside.items()}
    thresholds = {kind: recall_at(inside, scores) for kind, scores in outside.items()}
    error, _ = calibration([guesses[text].confidence for text in texts], right)
    median, p95 = percentiles(milliseconds, (50, 95))
    return Row(
        system=system.name,
        accuracy=100 * accuracy(right),
        two_typos=100 * accuracy([guesses[text].intent == intent for text, intent in zip(typed, intents, strict=True)]),
        recall={kind: 100 * threshold.refused for kind, threshold in thresholds.items()},
        kept=100 * recall_at(inside, []).kept,
        auroc={kind: 100 * auroc(inside, scores) for kind, scores in outside.items()},
        own_kept=100 * accuracy([answered(text) for text in texts]),
        own_refused={kind: 100 * accuracy([not answered(text) for text in kind_texts]) for kind, kind_texts in dataset.outside.items()},
        calibration_error=100 * error,
        ms=median,
        p95=p95,
        ms_typos=percentiles(with_typos, (50,))[0],
        ratio=median / base if base else None,
        train_seconds=system.train_seconds,
        model_mb=system.model_mb,
        encoder_mb=system.encoder_mb,
    )
