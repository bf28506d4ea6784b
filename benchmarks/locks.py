"""Locks of a conversation in Redis: ours against Rasa's own, on the same Redis, in one run.

    python -m benchmarks.locks --port 6379

Each answers many messages to one conversation at once, and then one message after a holder was killed.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from rasa.core.lock_store import LockError, LockStore, RedisLockStore
from rasa.utils.endpoints import EndpointConfig

from bot import locks

_HOLD = 0.01  # seconds that answering takes
_PATIENCE = 30.0  # seconds that anybody would wait
_HOLDER = """
import asyncio, sys
from benchmarks.locks import STORES

async def main():
    async with STORES[sys.argv[1]](int(sys.argv[2])).lock(sys.argv[3]):
        print("held", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def _rasas(port: int) -> LockStore:
    return RedisLockStore(host="127.0.0.1", port=port, db=2)


def _ours(port: int) -> LockStore:
    return locks.RedisLockStore(EndpointConfig(url="127.0.0.1", port=port, db=2))


STORES: dict[str, Callable[[int], LockStore]] = {"ours": _ours, "Rasa's": _rasas}


@dataclass
class Flood:
    """What became of many messages at once.

    Attributes:
        answered: had their turn.
        told: were refused, so that the person can be told to wait.
        silent: had neither when nobody would wait any longer.
        last: seconds until the last of those that had.
    """

    answered: int = 0
    told: int = 0
    silent: int = 0
    last: float = 0.0


async def flood(store: LockStore, key: str, count: int) -> Flood:
    """Many messages to one conversation at once."""
    found = Flood()
    begun = time.monotonic()

    async def message() -> None:
        try:
            async with store.lock(key):
                await asyncio.sleep(_HOLD)
            found.answered += 1
        except LockError:
            found.told += 1
        found.last = time.monotonic() - begun

    _, silent = await asyncio.wait([asyncio.create_task(message()) for _ in range(count)], timeout=_PATIENCE)
    found.silent = len(silent)
    for task in silent:
        task.cancel()
    return found


async def after_a_kill(name: str, port: int, key: str) -> float:
    """Seconds that a message waits when the holder of its lock was killed; infinite where it is longer than twice the patience."""
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, name, str(port), key], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.wait()
    begun = time.monotonic()

    async def message() -> float:
        async with STORES[name](port).lock(key):
            return time.monotonic() - begun

    try:
        return await asyncio.wait_for(message(), 2 * _PATIENCE)
    except asyncio.TimeoutError:
        return float("inf")


async def _measure(port: int, count: int) -> None:
    heads = ("locks", f"of {count} messages at once: answered", "told to wait", f"nothing in {_PATIENCE:.0f} s", "the last after, s")
    print(f"| {' | '.join((*heads, 'next message after a killed holder, s'))} |")
    print("|---|---|---|---|---|---|")
    for name, make in STORES.items():
        key = f"benchmark-{time.time_ns()}"
        found = await flood(make(port), key, count)
        waited = await after_a_kill(name, port, f"{key}-killed")
        print(f"| {name} | {found.answered} | {found.told} | {found.silent} | {found.last:.1f} | {waited:.1f} |", flush=True)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Locks in Redis: ours against Rasa's.")
    parser.add_argument("--port", type=int, default=6379, help="of a Redis on this machine")
    parser.add_argument("--messages", type=int, default=1000, help="to one conversation at once")
    given = parser.parse_args()
    asyncio.run(_measure(given.port, given.messages))


if __name__ == "__main__":
    main()
