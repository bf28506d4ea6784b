"""The arithmetic of the load benchmark: arrivals, percentiles, what is carried, slopes, and the model of capacity."""

from __future__ import annotations

import dataclasses
import itertools
import statistics
from pathlib import Path
from typing import Any

import pytest

from benchmarks import capacity
from benchmarks.load.arrivals import MESSAGES, SHARES, plan, poisson, texts
from benchmarks.load.figures import Step, carried, grows, slope, step

WORDS = {kind: (f"{kind} one", f"{kind} two") for kind in SHARES}


def sample(due: float, ms: float, do: str = "message", why: str = "") -> dict[str, Any]:
    return {"do": do, "kind": "answer", "due": due, "sent": due + 0.001, "done": due + ms / 1e3, "why": why}


def told(samples: list[dict[str, Any]]) -> dict[str, Any]:
    return {"samples": samples, "waiting": 0, "processor": 0.1}


def test_arrivals_come_at_the_rate_and_each_regardless_of_the_others() -> None:
    moments = poisson(20, 500, 3)
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    assert moments == sorted(moments)
    assert 0 < moments[0] < moments[-1] < 500
    assert len(moments) == pytest.approx(10_000, rel=0.03)
    assert statistics.stdev(gaps) == pytest.approx(statistics.mean(gaps), rel=0.05)  # as exponential gaps have it
    assert poisson(20, 500, 3) == moments != poisson(20, 500, 4)


@pytest.mark.parametrize(("rate", "seconds"), [(0, 10), (-1, 10), (1, 0)])
def test_a_rate_of_nothing_is_refused(rate: float, seconds: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        poisson(rate, seconds, 1)


def test_both_systems_are_sent_the_same_messages() -> None:
    ours, stock = plan(30, 100, 5, WORDS), plan(30, 100, 5, WORDS, others=False)
    assert [one for one in ours if one.do == "message"] == stock
    assert {one.do for one in ours} == {"message", "begin", "history", "feedback"}
    assert sum(one.do == "begin" for one in ours) == pytest.approx(len(stock) / MESSAGES, rel=0.15)
    for kind, share in SHARES.items():
        assert sum(one.kind == kind for one in stock) / len(stock) == pytest.approx(share / 100, abs=0.03)


def test_there_are_texts_of_every_kind() -> None:
    found = texts()
    assert found.keys() == SHARES.keys()
    assert all(len(of_kind) > 20 and all(of_kind) for of_kind in found.values())


def test_a_step_by_hand() -> None:
    samples = [sample(n / 10, 10 * (n + 1)) for n in range(100)] + [sample(1, 500, do="begin")]
    found = step("ours", 1, 10, 10, told(samples))
    assert (found.messages, found.failed, found.grew) == (100, 0, True)
    assert (found.p50, found.most) == (pytest.approx(505), pytest.approx(1000))
    assert found.p99 == pytest.approx(990.1)
    assert found.others == {"begin": pytest.approx(500)}
    # Of the last ones, due at 9 s and later, each takes longer than what is left until the end.
    assert found.answered == pytest.approx(sum(n / 10 + (n + 1) / 100 <= 10 for n in range(100)) / 10)


def test_what_warms_up_counts_for_failures_alone() -> None:
    samples = [sample(0.5, 5000), sample(0.6, 1, why="status 503"), sample(3, 20), sample(4, 20)]
    found = step("ours", 1, 1, 10, told(samples), warm=2)
    assert (found.most, found.failed, found.why) == (pytest.approx(20), 1, "status 503")
    assert not found.carried


def test_a_backlog_grows_where_the_last_wait_longer() -> None:
    assert grows([50.0] * 30 + [100.0] * 30 + [400.0] * 30)
    assert not grows([50.0] * 30 + [100.0] * 30 + [140.0] * 30)
    assert not grows([1.0, 1000.0])


def steps(*told: tuple[float, float, int]) -> list[Step]:
    plain = step("ours", 1, 1, 10, {"samples": [sample(1, 1)], "waiting": 0, "processor": 0.0})
    return [dataclasses.replace(plain, rate=rate, p99=p99, failed=failed) for rate, p99, failed in told]


def test_what_is_carried_is_the_highest_rate_below_the_first_that_is_too_much() -> None:
    found = carried(steps((40, 900, 0), (10, 90, 0), (20, 200, 0), (30, 2500, 0)))
    assert found is not None
    assert found.rate == 20
    assert carried(steps((10, 90, 1), (20, 100, 0))) is None


def test_a_slope_leaves_the_warming_up_out() -> None:
    moments = [60.0 * n for n in range(60)]
    grown = [500 + 40 * min(n, 10) / 10 + 0.1 * n for n in range(60)]
    assert slope(moments, grown, 600) == pytest.approx(6)
    with pytest.raises(ValueError, match="too few"):
        slope(moments, grown, 3500)


MEASURED = capacity.Measured(rate=40, bytes_a_message=10_000, memory=500, postgresql=8, redis=4)


def test_the_model_by_hand() -> None:
    found = capacity.need(1_000_000, MEASURED, capacity.Assumed(busiest_hour=0.1, peak=3, used=0.5, spare=1, kept_days=2))
    assert found.second == pytest.approx(83.33, abs=0.01)
    assert (found.workers, found.memory, found.postgresql, found.redis) == (6, 3000, 48, 24)
    assert found.disk == pytest.approx(20)
    assert capacity.need(100, MEASURED, capacity.Assumed()).workers == 2


@pytest.mark.parametrize("wrong", [{"busiest_hour": 0.01}, {"busiest_hour": 2}, {"peak": 0.5}, {"used": 0}, {"used": 2}, {"spare": -1}])
def test_assumptions_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"from 1/24|at least 1"):
        capacity.Assumed(**wrong)


def test_the_command_names_the_file_that_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert capacity.main(["--results", str(tmp_path)]) == 2
    assert "load-1.json: cannot be read" in capsys.readouterr().err
    given = ["--rate", "40", "--bytes-a-message", "10000", "--memory", "500", "--postgresql", "8", "--redis", "4"]
    assert capacity.main(["--messages", "1000000", *given]) == 0
    assert "| 1,000,000 | 100.00 | 6 |" in capsys.readouterr().out
