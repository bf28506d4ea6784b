"""Lookups in stores of 100 to 100,000 entries, on SQLite and PostgreSQL.

    python -m benchmarks.store_size --sizes 100,1000,10000,100000

The entries are made up, plainly so, and live in databases that are gone afterwards.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from knowledge import KnowledgeStore, create_engine
from knowledge import models as m
from knowledge.schema import upgrade
from tests.databases import empty_postgres
from tests.nlu.evaluation.measure import percentiles

A_TOPIC = 4  # entries of a topic: one without a condition, the others with one each
_VALUES, _SECTIONS, _CONTACTS = 9, 40, 4
_SUGGESTIONS = 3
_BATCH = 2000
_WORDS = "amber basil cedar delta ember fjord grove haze iris jade kelp lilac maple north onyx pearl quartz ridge slate tulip".split()
_DAY = dt.date(2026, 1, 1)


def entry_id(number: int) -> str:
    """Of a made-up entry."""
    return f"made-up-{number:06d}"


def intent(number: int) -> str:
    """Of the topic that an entry belongs to."""
    return f"ask_made_up_{number // A_TOPIC:06d}"


def condition(number: int) -> str | None:
    """The facet value that an entry is for; None for the first of a topic."""
    place = number % A_TOPIC
    return f"value{(place + number // A_TOPIC) % _VALUES}" if place else None


def prepare(engine: Engine) -> None:
    """Make the schema, and what all made-up entries share.

    Raises:
        knowledge.StoreUnavailable: if the database cannot be reached.
    """
    upgrade(engine)
    with engine.begin() as connection:
        _add(connection, m.Source, [{"id": "made-up", "title": "Made up for a measurement", "reviewed_on": _DAY}])
        sections = [{"title": f"Made-up section {n}", "source_id": "made-up", "position": n} for n in range(_SECTIONS)]
        _add(connection, m.Section, sections)
        contacts = [{"id": f"contact{n}", "position": n, "label": "made up", "value": f"number {n}"} for n in range(_CONTACTS)]
        _add(connection, m.Contact, contacts)
        _add(connection, m.Facet, [{"id": "colour", "title": "Colour", "position": 0}])
        values = [{"facet_id": "colour", "value": f"value{n}", "title": f"Value {n}", "position": n} for n in range(_VALUES)]
        _add(connection, m.FacetValue, values)


def _add(connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table.__table__), list(rows))


def fill(engine: Engine, begin: int, end: int) -> None:
    """Add the made-up entries from one number to another, published, with facts, conditions, suggestions and search documents.

    Args:
        engine: of a store that was prepared and holds the entries before.
        begin: a multiple of `A_TOPIC`.
        end: the number after the last.
    """
    for first in range(begin, end, _BATCH):
        _fill(engine, range(first, min(end, first + _BATCH)))
        # PostgreSQL's triggers would go on with plans that were made when the tables were all but empty.
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))


def _fill(engine: Engine, numbers: range) -> None:
    chance = random.Random(numbers.start)
    said = {number: " ".join(chance.choices(_WORDS, k=30)) for number in numbers}
    topics = [number for number in numbers if number % A_TOPIC == 0]
    conditions = [
        {"entry_id": entry_id(n), "number": 1, "facet_id": "colour", "value": value, "position": 0}
        for n in numbers
        if (value := condition(n))
    ]
    with engine.begin() as connection:
        _add(
            connection,
            m.Topic,
            [{"id": f"made-up-{n // A_TOPIC}", "intent": intent(n), "title": f"Made up {n}", "question": f"Made up {n}?"} for n in topics],
        )
        facts = [
            {"id": f"made.{n}", "section_title": f"Made-up section {n % _SECTIONS}", "position": n, "text": said[n][:60], "figures": []}
            for n in numbers
        ]
        _add(connection, m.Fact, facts)
        entries = [{"id": entry_id(n), "topic_id": f"made-up-{n // A_TOPIC}", "position": n % A_TOPIC} for n in numbers]
        _add(connection, m.Entry, entries)
        _add(connection, m.EntryRevision, [_revision(n, said[n]) for n in numbers])
        _add(
            connection,
            m.RevisionFact,
            [{"entry_id": entry_id(n), "number": 1, "fact_id": f"made.{n}", "told_in": "answer", "position": 0} for n in numbers],
        )
        suggestions = [
            {"entry_id": entry_id(n), "number": 1, "position": p, "target_id": entry_id(chance.choice(numbers))}
            for n in numbers
            for p in range(_SUGGESTIONS)
        ]
        _add(connection, m.RevisionSuggestion, suggestions)
        _add(connection, m.RevisionFacet, conditions)
        of_entries = [{key: value for key, value in row.items() if key != "number"} for row in conditions]
        _add(connection, m.EntryFacet, of_entries)
        among = sa.bindparam("ids", [entry_id(n) for n in numbers], expanding=True)
        revision, entry = m.EntryRevision.__table__, m.Entry.__table__
        connection.execute(sa.update(revision).where(revision.c.entry_id.in_(among)).values(status="published"))
        connection.execute(sa.update(entry).where(entry.c.id.in_(among)).values(published_number=1))
        _add(connection, m.SearchDocument, [{"entry_id": entry_id(n), "heading": f"Made up {n}", "body": said[n]} for n in numbers])


def _revision(number: int, said: str) -> dict[str, Any]:
    return {
        "entry_id": entry_id(number),
        "number": 1,
        "status": m.ENTERING,
        "kind": "answer",
        "title": f"Made up {number}",
        "answer": f"{said} {{contact{number % _CONTACTS}}}",
        "detail": said,
        "section_title": f"Made-up section {number % _SECTIONS}",
        "sensitivity": "standard",
        "author": "a measurement",
        "reviewer": "another",
        "reviewed_on": _DAY,
        "review_by": _DAY,
        "content_hash": f"{number:064d}",
    }


Lookup = Callable[[KnowledgeStore, int], object]


def _plain(store: KnowledgeStore, number: int) -> object:
    (found,) = store.find_answers(intent(number), {})
    assert found.entry == entry_id(number - number % A_TOPIC)
    return found


def _narrowed(store: KnowledgeStore, number: int) -> object:
    narrow = number - number % A_TOPIC + 1 + number % (A_TOPIC - 1)
    (found,) = store.find_answers(intent(number), {"colour": (str(condition(narrow)),)})
    assert found.entry == entry_id(narrow)
    return found


def _by_id(store: KnowledgeStore, number: int) -> object:
    found = store.entry(entry_id(number))
    assert found is not None
    return found


def _questions(store: KnowledgeStore, number: int) -> object:
    found = store.questions([intent(number)])
    assert found
    return found


LOOKUPS: dict[str, Lookup] = {
    "answer to an intent": _plain,
    "answer to an intent and a facet": _narrowed,
    "entry by id": _by_id,
    "question of a topic": _questions,
}


def look(store: KnowledgeStore, size: int, count: int, seed: int) -> dict[str, list[float]]:
    """Milliseconds at the median and the 99th percentile of each lookup of entries chosen at random; each answer is checked.

    Args:
        store: with so many made-up entries.
        size: how many.
        count: lookups of each sort.
        seed: of the choice.
    """
    found = dict[str, list[float]]()
    for name, lookup in LOOKUPS.items():
        chance, taken = random.Random(seed), list[float]()
        for _ in range(count):
            number = chance.randrange(size)
            started = time.perf_counter()
            lookup(store, number)
            taken.append((time.perf_counter() - started) * 1e3)
        found[name] = percentiles(taken[count // 10 :], (50, 99))  # the first tenth warms up
    return found


@contextmanager
def _engines(scratch: Path) -> Iterator[dict[str, Engine]]:
    with empty_postgres("store_size") as url:
        engines = {"SQLite": create_engine(f"sqlite:///{scratch / 'store.db'}"), "PostgreSQL": create_engine(url)}
        try:
            yield engines
        finally:
            for engine in engines.values():
                engine.dispose()


def measure(sizes: Sequence[int], count: int, seed: int) -> dict[str, Any]:
    """Every lookup at every size, as plain data: database -> lookup -> size -> median and 99th percentile."""
    found: dict[str, dict[str, dict[int, list[float]]]] = {}
    with tempfile.TemporaryDirectory() as name, _engines(Path(name)) as engines:
        for engine in engines.values():
            prepare(engine)
        held = 0
        for size in sizes:
            for database, engine in engines.items():
                started = time.perf_counter()
                fill(engine, held, size)
                print(f"{database}: {size} entries, filled in {time.perf_counter() - started:.0f} s", flush=True)
                ways = {database: KnowledgeStore(engine)}
                if database == "SQLite":
                    ways["SQLite, nothing remembered"] = KnowledgeStore(engine, remember=False)
                for way, store in ways.items():
                    for lookup, ms in look(store, size, count, seed).items():
                        found.setdefault(way, {}).setdefault(lookup, {})[size] = ms
            held = size
    return {"sizes": list(sizes), "found": found}


def table(found: Mapping[str, Any]) -> str:
    """The figures as Markdown: milliseconds at the median, and at the 99th percentile."""
    sizes = found["sizes"]
    rows = [f"| database | lookup | {' | '.join(f'{size:,}' for size in sizes)} | {sizes[-1]:,} against {sizes[0]:,} |"]
    rows.append("|---" * (len(sizes) + 3) + "|")
    for database, lookups in found["found"].items():
        for lookup, by_size in lookups.items():
            cells = [f"{by_size[size][0]:.2f} ({by_size[size][1]:.2f})" for size in sizes]
            times = by_size[sizes[-1]][0] / by_size[sizes[0]][0]
            rows.append(f"| {database} | {lookup} | {' | '.join(cells)} | {times:.2f} times |")
    return "\n".join(rows) + "\n"


def main(given: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], default=[100, 1000, 10_000, 100_000])
    parser.add_argument("--lookups", type=int, default=1000, help="of each sort")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="where store-size.json and store-size.md go")
    chosen = parser.parse_args(given)
    if any(size % A_TOPIC for size in chosen.sizes) or chosen.sizes != sorted(set(chosen.sizes)):
        parser.error(f"--sizes must rise, in multiples of {A_TOPIC}")
    found = measure(chosen.sizes, chosen.lookups, chosen.seed)
    text = table(found)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "store-size.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    (chosen.out / "store-size.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
