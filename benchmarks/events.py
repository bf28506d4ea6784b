"""What the event stream adds to keeping a turn: the same turns with it and without it, in turns, in one run.

    python -m benchmarks.events --database postgresql://user@host/an-empty-database

Nothing else of the stream touches a reply: the relay and the consumer are processes of their own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from typing import Any

from bot.conversations import ConversationStore, Session, Turn
from bot.conversations.engine import create_engine
from bot.conversations.store import new_token
from bot.conversations.streaming import Asking

_FACTS = [f"survival.fact_{number}" for number in range(4)]


def _turn(number: int) -> Turn:
    custom = {"kind": "answer", "entry": "survival", "revision": 1, "facts": _FACTS, "source": None}
    reply: dict[str, Any] = {
        "id": f"r-{number}",
        "text": "An answer of some length. " * 20,
        "buttons": [],
        "custom": custom,
        "detail": None,
    }
    asking = Asking(False, 0.01, {"survival": "survival"})
    return Turn(0, f"turn-{number}", "d" * 64, "what is the survival rate", False, [reply], dt.datetime(2026, 1, 1), asking=asking)


def _opened(url: str, events: bool) -> tuple[ConversationStore, Session]:
    store, token = ConversationStore(create_engine(url), events=events), new_token()
    store.begin(token, [])
    session = store.session(token)
    assert session is not None
    return store, session


def measure(url: str, turns: int) -> dict[bool, list[float]]:
    """Seconds that each turn took, without the stream and with it."""
    opened = {events: _opened(url, events) for events in (False, True)}
    found: dict[bool, list[float]] = {False: [], True: []}
    for number in range(turns):
        for events in (number % 2 == 0, number % 2 == 1):  # neither is always the first
            store, session = opened[events]
            begun = time.perf_counter()
            store.add(session, _turn(number))
            found[events].append(time.perf_counter() - begun)
    for store, _ in opened.values():
        store.close()
    return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="What the event stream adds to keeping a turn.")
    parser.add_argument("--database", help="an empty database; an SQLite file of its own where not given")
    parser.add_argument("--turns", type=int, default=500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(given.database or f"sqlite:///{folder}/conversations.db", given.turns)
    print("| keeping a turn | half within, ms | 95 of a hundred within, ms |")
    print("|---|---|---|")
    for events, seconds in found.items():
        middle, late = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        print(f"| {'with' if events else 'without'} the event stream | {middle * 1000:.2f} | {late * 1000:.2f} |")


if __name__ == "__main__":
    main()
