"""What is worked out from the samples: percentiles, what a system carries, and whether memory grows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.nlu.evaluation.measure import percentiles

#: A system carries a rate as long as its 99th percentile stays below this many seconds.
BOUND = 2.0


@dataclass(frozen=True)
class Step:
    """What one system did with one rate of messages; milliseconds count from the moment a message was due.

    Attributes:
        system: its name.
        workers: of it.
        rate: messages a second that were due.
        messages: messages in all.
        p50, p95, p99, most: milliseconds to the answer.
        answered: messages answered in a second while more were due.
        failed: messages without an answer, with the first reason.
        why: that reason.
        waiting: requests without an answer when the last was due.
        grew: whether the last third waited clearly longer than the first.
        late: 99th percentile of the milliseconds by which the generator itself was late.
        generator: share of a processor that the generator took.
        others: 99th percentile of the other requests (begin, history, feedback), in milliseconds.
        kinds: median of each kind of message, in milliseconds.
    """

    system: str
    workers: int
    rate: float
    messages: int
    p50: float
    p95: float
    p99: float
    most: float
    answered: float
    failed: int
    why: str
    waiting: int
    grew: bool
    late: float
    generator: float
    others: Mapping[str, float] = field(default_factory=dict)
    kinds: Mapping[str, float] = field(default_factory=dict)

    @property
    def carried(self) -> bool:
        """Whether the system carries this rate: nothing failed, the 99th percentile within the bound, no growing backlog."""
        return not self.failed and not self.grew and self.p99 <= BOUND * 1e3


def _milliseconds(samples: Sequence[Mapping[str, Any]], start: str = "due", end: str = "done") -> list[float]:
    return [(sample[end] - sample[start]) * 1e3 for sample in samples]


def grows(milliseconds: Sequence[float]) -> bool:
    """Whether those that came last waited clearly longer than those that came first: twice as long, and 100 ms longer."""
    third = len(milliseconds) // 3
    if not third:
        return False
    first, last = float(np.median(milliseconds[:third])), float(np.median(milliseconds[-third:]))
    return last > 2 * first and last > first + 100


def step(system: str, workers: int, rate: float, seconds: float, told: Mapping[str, Any], warm: float = 0.0) -> Step:
    """The figures of one run of the generator.

    Args:
        system: its name.
        workers: of it.
        rate: messages a second that were due.
        seconds: for how long.
        told: what the generator wrote.
        warm: what was due in so many first seconds is left out, but for failures.

    Raises:
        ValueError: if nothing was due.
    """
    samples = sorted((sample for sample in told["samples"]), key=lambda sample: float(sample["due"]))
    failed = [sample for sample in samples if sample["why"]]
    right = [sample for sample in samples if not sample["why"] and sample["due"] >= warm]
    messages = [sample for sample in right if sample["do"] == "message"]
    if not samples:
        raise ValueError(f"nothing was due at {rate:g} messages a second for {seconds:g} s")
    taken = _milliseconds(messages) or [math.inf]
    p50, p95, p99 = percentiles(taken, (50, 95, 99))
    others = {do: _milliseconds([s for s in right if s["do"] == do]) for do in ("begin", "history", "feedback")}
    kinds = {kind: _milliseconds([s for s in messages if s["kind"] == kind]) for kind in sorted({s["kind"] for s in messages})}
    return Step(
        system=system,
        workers=workers,
        rate=rate,
        messages=sum(sample["do"] == "message" for sample in samples),
        p50=p50,
        p95=p95,
        p99=p99,
        most=max(taken),
        answered=sum(sample["done"] <= seconds for sample in messages) / (seconds - warm),
        failed=len(failed),
        why=str(failed[0]["why"]) if failed else "",
        waiting=int(told["waiting"]),
        grew=grows(taken),
        late=percentiles(_milliseconds(right, "due", "sent") or [0.0], (99,))[0],
        generator=float(told["processor"]),
        others={do: percentiles(ms, (99,))[0] for do, ms in others.items() if ms},
        kinds={kind: float(np.median(ms)) for kind, ms in kinds.items()},
    )


def carried(steps: Sequence[Step]) -> Step | None:
    """The step of the highest rate that a system carries, none of the lower rates being too much for it."""
    best = None
    for one in sorted(steps, key=lambda one: one.rate):
        if not one.carried:
            break
        best = one
    return best


def slope(moments: Sequence[float], megabytes: Sequence[float], warm: float) -> float:
    """Megabytes an hour by which memory grows, by least squares over what was seen after `warm` seconds.

    Raises:
        ValueError: for fewer than three moments.
    """
    seen = [(at / 3600, value) for at, value in zip(moments, megabytes, strict=True) if at >= warm]
    if len(seen) < 3:
        raise ValueError(f"{len(seen)} moments after {warm:g} s: too few for a slope")
    at, value = np.array(seen).T
    return float(np.polyfit(at, value, 1)[0])
