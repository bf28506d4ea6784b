"""The command line of the load benchmark.

python -m benchmarks.load                          # against stock, one worker each
python -m benchmarks.load --workers 2
python -m benchmarks.load --minutes 60 --rate 4    # does memory grow? the assistant alone
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load import arrivals, comparison, lasting
from benchmarks.load.generator import Generator
from tests.postgres_server import PostgresServer


def _pairs(given: Sequence[str]) -> dict[str, str]:
    for one in given:
        if "=" not in one:
            raise SystemExit(f"error: --set is '{one}'; give NAME=VALUE")
    return dict(one.split("=", 1) for one in given)


def _keep(folder: Path, name: str, found: dict[str, Any], text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


@contextmanager
def _postgres(under: Path | None) -> Iterator[None]:
    """Where the databases are made: on a server of this run's own, or on the machine's."""
    if under is None:
        yield
        return
    server = PostgresServer(under)
    os.environ["TEST_POSTGRES_URL"] = server.url
    try:
        yield
    finally:
        server.stop()


def main(given: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=1, help="of each system")
    parser.add_argument("--minutes", type=float, help="load on the assistant alone for so long, watching its memory")
    parser.add_argument("--rate", type=float, default=4.0, help="messages a second, with --minutes")
    parser.add_argument("--first", type=float, default=8.0, help="messages a second of stock's first step")
    parser.add_argument("--factor", type=float, default=1.25, help="from one step to the next")
    parser.add_argument("--seconds", type=float, default=20.0, help="of a step")
    parser.add_argument("--pair-seconds", type=float, default=40.0, help="of the steps in which both are asked at the same rate")
    parser.add_argument("--conversations", type=int, default=1, help="long conversations")
    parser.add_argument("--examples", type=int, default=20, help="of each intent, for the stock model")
    parser.add_argument("--postgres-in", type=Path, help="run a PostgreSQL that keeps its data under this folder; /dev/shm: no disk")
    parser.add_argument("--amqp", default="amqp://guest:guest@127.0.0.1/", help="RabbitMQ")
    parser.add_argument("--events", action="store_true", help="run our event stream as well: workers, a relay, and that RabbitMQ")
    parser.add_argument("--seed", type=int, default=7, help="of the arrivals")
    parser.add_argument("--nice", type=int, default=0, help="how far the generator stands back, 0 to 19")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of our workers; as often as needed")
    parser.add_argument("--cache", type=Path, default=Path(".data/benchmarks"), help="where Locust and trained stock models are kept")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="where the figures go")
    chosen = parser.parse_args(given)
    events = chosen.amqp if chosen.events else ""
    texts, environment = arrivals.texts(), _pairs(chosen.set)
    generator = Generator(chosen.cache / "locust", chosen.nice)
    generator.install()
    with _postgres(chosen.postgres_in), tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        if chosen.minutes:
            found = lasting.measure(
                generator, scratch, texts, chosen.minutes, chosen.rate, chosen.workers, chosen.seed, environment, events
            )
            _keep(chosen.out, "load-lasting", found, lasting.table(found))
            return 0
        found = comparison.measure(
            generator,
            scratch,
            texts,
            workers=chosen.workers,
            seed=chosen.seed,
            first=chosen.first,
            factor=chosen.factor,
            seconds=chosen.seconds,
            pair_seconds=chosen.pair_seconds,
            conversations=chosen.conversations,
            examples=chosen.examples,
            cache=chosen.cache,
            amqp=chosen.amqp,
            environment=environment,
            events=events,
        )
        _keep(chosen.out, f"load-{chosen.workers}", found, comparison.table(found))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:  # what the tests' servers say where a program is not installed
        sys.exit(f"error: {missing}")
