"""How many workers a traffic needs, from what was measured and what is assumed.

    python -m benchmarks.capacity
    python -m benchmarks.capacity --messages 250000 --busiest-hour 0.15

Reads what `python -m benchmarks.load` wrote, or takes the measured figures from its options.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_HOUR, _GIGABYTE = 3600.0, 1e9


@dataclass(frozen=True)
class Measured:
    """What one worker does, and what it takes.

    Attributes:
        rate: messages a second that one worker carries.
        bytes_a_message: on PostgreSQL's disk, indexes and all.
        memory: megabytes of a worker.
        postgresql, redis: connections of a worker.
    """

    rate: float
    bytes_a_message: float
    memory: float
    postgresql: float
    redis: float


@dataclass(frozen=True)
class Assumed:
    """What nobody measured: change it for your hospital.

    Attributes:
        busiest_hour: share of a day's messages that come in its busiest hour.
        peak: how much more the busiest minutes have than that hour's mean.
        used: share of what a worker carries that is planned for; the rest is for what was not foreseen.
        spare: workers beside those that are needed, for a release or a failure.
        kept_days: days for which a conversation's rows are kept.
    """

    busiest_hour: float = 0.12
    peak: float = 3.0
    used: float = 0.5
    spare: int = 1
    kept_days: float = 1.0

    def __post_init__(self) -> None:
        if not 1 / 24 <= self.busiest_hour <= 1:
            raise ValueError(f"the busiest hour's share is {self.busiest_hour:g}; it is from 1/24 to 1")
        if self.peak < 1 or not 0 < self.used <= 1 or self.spare < 0 or self.kept_days <= 0:
            raise ValueError("peak is at least 1, used above 0 and up to 1, spare not below 0, kept days above 0")


@dataclass(frozen=True)
class Need:
    """What a traffic needs.

    Attributes:
        messages: a day.
        second: messages in a second of the peak.
        workers: with those to spare.
        memory: megabytes of all workers.
        postgresql, redis: connections of all workers.
        disk: gigabytes of conversations at any time.
    """

    messages: float
    second: float
    workers: int
    memory: float
    postgresql: int
    redis: int
    disk: float


def need(messages: float, measured: Measured, assumed: Assumed) -> Need:
    """What so many messages a day need: peak = messages x busiest hour / 3600 x peak; workers = peak / (rate x used) + spare.

    Raises:
        ValueError: for no messages, or a worker that carries none.
    """
    if messages <= 0 or measured.rate <= 0:
        raise ValueError(f"{messages:g} messages a day, {measured.rate:g} a second of a worker: both must be above 0")
    second = messages * assumed.busiest_hour / _HOUR * assumed.peak
    workers = math.ceil(second / (measured.rate * assumed.used)) + assumed.spare
    return Need(
        messages=messages,
        second=second,
        workers=workers,
        memory=workers * measured.memory,
        postgresql=math.ceil(workers * measured.postgresql),
        redis=math.ceil(workers * measured.redis),
        disk=messages * assumed.kept_days * measured.bytes_a_message / _GIGABYTE,
    )


def read(folder: Path) -> Measured:
    """What the load benchmark wrote: `load-1.json`, and `load-lasting.json` for the disk.

    Raises:
        ValueError: if a file is missing or holds something else; it names the file.
    """
    told = {}
    for name in ("load-1", "load-lasting"):
        path = folder / f"{name}.json"
        try:
            told[name] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            how = "" if name == "load-1" else " --minutes 60"
            raise ValueError(f"{path}: cannot be read; run `python -m benchmarks.load{how}`, or give the figures as options") from error
    one, lasting = told["load-1"], told["load-lasting"]
    try:
        return Measured(
            rate=float(one["carried"]["ours"]),
            bytes_a_message=float(lasting["bytes_a_message"]),
            memory=float(one["memory"]["ours"]["worker 1"]),
            postgresql=float(one["connections"]["ours"]["postgresql"]),
            redis=float(one["connections"]["ours"]["redis"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder}: load-1.json or load-lasting.json has no {error}; run the load benchmark anew") from error


def table(days: Sequence[float], measured: Measured, assumed: Assumed) -> str:
    """What each traffic needs, as Markdown."""
    rows = ["| messages a day | a second at the peak | workers | memory, GB | PostgreSQL connections | Redis connections | disk, GB |"]
    rows.append("|---|---|---|---|---|---|---|")
    for messages in days:
        one = need(messages, measured, assumed)
        needed = (f"{one.second:.2f}", one.workers, f"{one.memory / 1e3:.1f}", one.postgresql, one.redis, f"{one.disk:.2f}")
        rows.append(f"| {messages:,.0f} | {' | '.join(map(str, needed))} |")
    return "\n".join(rows) + "\n"


def main(given: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    days = [100.0, 1000.0, 10_000.0, 100_000.0, 1_000_000.0]
    parser.add_argument("--messages", type=lambda text: [float(n) for n in text.split(",")], default=days, help="a day, comma separated")
    parser.add_argument("--busiest-hour", type=float, default=Assumed.busiest_hour, help="its share of a day's messages")
    parser.add_argument("--peak", type=float, default=Assumed.peak, help="times that hour's mean")
    parser.add_argument("--used", type=float, default=Assumed.used, help="share of a worker that is planned for")
    parser.add_argument("--spare", type=int, default=Assumed.spare, help="workers beside those that are needed")
    parser.add_argument("--kept-days", type=float, default=Assumed.kept_days, help="days for which conversations are kept")
    measured = parser.add_argument_group("measured (taken from --results where they are not given)")
    for name in ("rate", "bytes-a-message", "memory", "postgresql", "redis"):
        measured.add_argument(f"--{name}", type=float, help="of one worker")
    parser.add_argument("--results", type=Path, default=Path("results/benchmarks"))
    chosen = parser.parse_args(given)
    told = [chosen.rate, chosen.bytes_a_message, chosen.memory, chosen.postgresql, chosen.redis]
    try:
        if any(one is None for one in told):
            found = read(chosen.results)
            kept = (found.rate, found.bytes_a_message, found.memory, found.postgresql, found.redis)
            told = [mine if mine is not None else theirs for mine, theirs in zip(told, kept, strict=True)]
        assumed = Assumed(chosen.busiest_hour, chosen.peak, chosen.used, chosen.spare, chosen.kept_days)
        print(table(chosen.messages, Measured(*told), assumed))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
