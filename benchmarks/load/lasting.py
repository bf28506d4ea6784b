"""Mixed load for a long time at a low rate: does memory grow, what lands on the disk, does anybody wait longer?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.load import deployment
from benchmarks.load.figures import slope, step
from benchmarks.load.generator import Generator
from benchmarks.load.memory import Watch

_LOOKS, _EVERY = 30, 15.0  # so many looks at memory at least; seconds between two at most


def measure(
    generator: Generator,
    scratch: Path,
    texts: Mapping[str, Sequence[str]],
    minutes: float,
    rate: float,
    workers: int,
    seed: int,
    environment: Mapping[str, str],
    events: str = "",
) -> dict[str, Any]:
    """Run the assistant under load.

    Args:
        generator: sends the load.
        scratch: a folder for what is written.
        texts: messages of each kind.
        minutes: for how long; the first sixth is warming up and counts for no slope.
        rate: messages a second.
        workers: how many.
        seed: of the plan.
        environment: settings of the workers beside the usual.
        events: RabbitMQ, where our event stream is to run.

    Returns:
        Slopes in megabytes an hour by process, memory at the beginning and the end, times, bytes on disk for each message.

    Raises:
        benchmarks.servers.ServerFailed: if a worker does not get ready.
        benchmarks.load.generator.GeneratorFailed: if the load cannot be sent.
        RuntimeError: if a message had no answer.
    """
    with deployment.ours(scratch, workers, environment, events) as system:
        generator.ask(system.host, "ours", max(rate, 1.0), 20.0, seed + 1, texts)
        before = system.disk()
        with Watch(system.processes, min(_EVERY, minutes * 60 / _LOOKS)) as watch:
            told = generator.ask(system.host, "ours", rate, minutes * 60, seed, texts)
        found = step("ours", workers, rate, minutes * 60, told)
        connections, grown = system.connections(), system.disk() - before
    warm = minutes * 10
    end = watch.moments[-1]
    memory = {
        name: {
            "warm": _mean(watch.moments, values, warm, warm + minutes * 5),
            "end": _mean(watch.moments, values, end - minutes * 5, end),
            "slope": slope(watch.moments, values, warm),
            "second_half": slope(watch.moments, values, minutes * 30),
        }
        for name, values in watch.seen.items()
        if len(values) == len(watch.moments)
    }
    return {
        "minutes": minutes,
        "step": vars(found),
        "memory": memory,
        "connections": connections,
        "bytes_a_message": grown / found.messages,
        "moments": watch.moments,
        "seen": watch.seen,
    }


def _mean(moments: Sequence[float], values: Sequence[float], begin: float, end: float) -> float:
    chosen = [value for at, value in zip(moments, values, strict=True) if begin <= at <= end] or [values[-1]]
    return sum(chosen) / len(chosen)


def table(found: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    one = found["step"]
    rows = [
        f"{found['minutes']:g} minutes, {one['rate']:g} messages a second, {one['messages']} messages, {one['failed']} failed, "
        f"{one['workers']} workers: median {one['p50']:.0f} ms, 99th percentile {one['p99']:.0f} ms, "
        f"{found['bytes_a_message'] / 1e3:.1f} kB on disk for each message.",
        "",
        "| process | own MB after warming up | MB at the end | MB an hour | MB an hour, second half |",
        "|---|---|---|---|---|",
    ]
    for name, values in found["memory"].items():
        rows.append(f"| {name} | {values['warm']:.1f} | {values['end']:.1f} | {values['slope']:+.1f} | {values['second_half']:+.1f} |")
    return "\n".join(rows) + "\n"
