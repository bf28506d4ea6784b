import numpy as np
import pytest

from tests.nlu.evaluation.measure import (
    Bin,
    accuracy,
    calibration,
    confusions,
    curve,
    matrix,
    per_intent,
    percentiles,
    recall_at,
)


def test_accuracy() -> None:
    assert accuracy([True, True, False, True]) == 0.75
    assert accuracy([]) == 1.0


def test_recall_at_takes_the_largest_threshold_that_keeps_enough() -> None:
    inside = [0.9] * 18 + [0.5, 0.2]  # 19 of 20 are 95%
    found = recall_at(inside, [0.0, 0.4, 0.5, 0.95])
    assert (found.at, found.kept, found.refused, found.reached) == (0.5, 0.95, 0.5, True)


def test_recall_at_says_when_too_few_are_kept_whatever_the_threshold() -> None:
    found = recall_at([0.9] * 9 + [0.0], [0.0, 0.0, 0.0, 0.1])
    assert not found.reached
    assert found.at > 0
    assert (found.kept, found.refused) == (0.9, 0.75)


def test_recall_at_keeps_all_that_score_alike() -> None:
    found = recall_at([1.0] * 20, [1.0, 0.99])
    assert (found.at, found.kept, found.refused) == (1.0, 1.0, 0.5)


def test_curve() -> None:
    assert curve([0.2, 0.4, 0.4, 0.8], [0.1, 0.4, 0.5, 0.9]).tolist() == [1.0, 0.75, 0.25, 0.0]


def test_calibration_weighs_each_bin_by_its_messages() -> None:
    # 0.9 to 1.0: mean confidence 0.95, 3 of 4 right; 0.1 to 0.2: 0.15, 1 of 1 right.
    error, bins = calibration([0.95, 0.95, 0.95, 0.95, 0.15], [True, True, True, False, True])
    assert error == pytest.approx((4 * 0.20 + 1 * 0.85) / 5)
    assert [(b.low, b.high, b.count, b.right) for b in bins] == [(0.1, 0.2, 1, 1.0), (0.9, 1.0, 4, 0.75)]
    assert [b.confidence for b in bins] == pytest.approx([0.15, 0.95])


def test_calibration_of_the_perfectly_sure_and_right() -> None:
    assert calibration([1.0, 1.0], [True, True]) == (0.0, [Bin(0.9, 1.0, 2, 1.0, 1.0)])
    assert calibration([], []) == (0.0, [])


def test_per_intent() -> None:
    expected = ["a", "a", "a", "b", "c"]
    got = ["a", "a", "b", "b", "d"]
    scores = per_intent(expected, got)
    assert [(score.intent, score.support) for score in scores] == [("a", 3), ("b", 1), ("c", 1)]
    assert [score.precision for score in scores] == [1.0, 0.5, 0.0]
    assert [score.recall for score in scores] == pytest.approx([2 / 3, 1.0, 0.0])
    assert [score.f1 for score in scores] == pytest.approx([0.8, 2 / 3, 0.0])


def test_confusions_and_matrix() -> None:
    expected = ["a", "a", "a", "b", "b"]
    got = ["b", "b", "a", "c", "b"]
    assert confusions(expected, got) == [("a", "b", 2), ("b", "c", 1)]
    assert matrix(expected, got, ["a", "b"]).tolist() == [[1, 2], [0, 1]]


def test_percentiles() -> None:
    assert percentiles(np.arange(101), (50, 95, 99)) == [50.0, 95.0, 99.0]
