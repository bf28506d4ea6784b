"""What the tables say: counts by day, kind, entry, topic and fact, what stayed without an answer, how long replies took."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from tabulate import tabulate

from bot.analytics.models import EventRow, FactRow
from bot.analytics.store import AnalyticsStore

FORMS = ("table", "json", "csv")
Row = dict[str, Any]
_HEADINGS = {
    "total": "All",
    "days": "Days (UTC)",
    "kinds": "Kinds of reply",
    "entries": "Entries",
    "topics": "Topics",
    "facts": "Facts told",
    "handoffs": "Handoffs by reason",
}


class BadSince(ValueError):
    """A time to count from is none."""


def since(given: str, now: dt.datetime) -> dt.datetime:
    """The hour that events are counted from.

    Args:
        given: `7d`, `24h`, or a day such as 2026-11-28.
        now: the time, as UTC without a zone.

    Raises:
        BadSince: for anything else.
    """
    found = re.fullmatch(r"(\d{1,4})([dh])", given)
    if found:
        hours = int(found[1]) * (24 if found[2] == "d" else 1)
        return (now - dt.timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
    try:
        return dt.datetime.combine(dt.date.fromisoformat(given), dt.time())
    except ValueError as error:
        raise BadSince(f"--since is '{given}'; give days as 7d, hours as 24h, or a day as 2026-11-28") from error


@dataclass(frozen=True)
class Report:
    """Rows by section, in order."""

    since: dt.datetime
    sections: Mapping[str, list[Row]]


def report(store: AnalyticsStore, begin: dt.datetime) -> Report:
    """Count what happened since.

    Raises:
        AnalyticsUnavailable: if the database cannot be read.
    """
    e = EventRow
    first = e.part == 1
    alike = [
        sa.func.date(e.at).label("day"), e.type, e.kind, e.entry, e.topic, e.pressed, e.missed, e.reason, e.helpful, e.changed,
        sa.case((first, 1), else_=0).label("first"),
    ]  # fmt: skip
    counted = store.rows(sa.select(*alike, sa.func.count().label("n")).where(e.at >= begin).group_by(*alike))
    timed = sa.select(alike[0], e.milliseconds, sa.func.count().label("n")).where(e.at >= begin, first, e.milliseconds.is_not(None))
    times = store.rows(timed.group_by(alike[0], e.milliseconds))
    told = sa.select(FactRow.fact, sa.func.count().label("n")).join(e, FactRow.event_id == e.id).where(e.at >= begin)
    facts = Counter({row.fact: int(row.n) for row in store.rows(told.group_by(FactRow.fact))})
    days = sorted({str(row.day) for row in counted})
    replies = [row for row in counted if row.type == "reply"]
    return Report(
        begin,
        {
            "total": [_sums(counted, times)] if counted else [],
            "days": [
                {"day": day, **_sums([row for row in counted if str(row.day) == day], [row for row in times if str(row.day) == day])}
                for day in days
            ],
            "kinds": _shares("kind", replies),
            "entries": _ratings("entry", counted),
            "topics": _shares("topic", [row for row in replies if row.topic]),
            "facts": [{"fact": fact, "told": n} for fact, n in _ranked(facts)],
            "handoffs": [{"reason": reason, "handoffs": n} for reason, n in _ranked(_counter(counted, "reason", "handoff"))],
        },
    )


def _sums(rows: Iterable[Any], times: Iterable[Any]) -> Row:
    rows = list(rows)

    def n(type_: str, **wanted: Any) -> int:
        chosen = (row for row in rows if row.type == type_ and all(getattr(row, name) == value for name, value in wanted.items()))
        return sum(int(row.n) for row in chosen)

    replies, missed = n("reply"), n("reply", missed=True)
    return {
        "conversations": n("begun"),
        "messages": n("reply", first=1),
        "buttons": n("reply", first=1, pressed=True),
        "replies": replies,
        "unanswered": missed,
        "unanswered_share": round(missed / replies, 4) if replies else None,
        "safety": n("reply", kind="safety"),
        "handoffs": n("handoff"),
        **_rated(rows),
        "median_seconds": _median((int(row.milliseconds), int(row.n)) for row in times),
    }


def _rated(rows: Iterable[Any]) -> Row:
    """Who changed their mind takes back what they said before."""
    given = Counter[tuple[bool, bool]]()
    for row in rows:
        if row.type == "feedback":
            given[bool(row.helpful), bool(row.changed)] += int(row.n)
    yes, no = (given[value, False] + given[value, True] - given[not value, True] for value in (True, False))
    return {"helpful": max(yes, 0), "not_helpful": max(no, 0)}  # where the first half lies before the time that is asked for


def _shares(name: str, rows: list[Any]) -> list[Row]:
    counts = _counter(rows, name, "reply")
    total = sum(counts.values())
    return [{name: key, "replies": n, "share": round(n / total, 4)} for key, n in _ranked(counts)]


def _ratings(name: str, rows: list[Any]) -> list[Row]:
    entries = _counter([row for row in rows if getattr(row, name)], name, "reply")
    return [{name: key, "replies": n, **_rated(row for row in rows if getattr(row, name) == key)} for key, n in _ranked(entries)]


def _counter(rows: Iterable[Any], name: str, kind: str) -> Counter[str]:
    counts = Counter[str]()
    for row in rows:
        if row.type == kind:
            counts[str(getattr(row, name))] += int(row.n)
    return counts


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _median(times: Iterable[tuple[int, int]]) -> float | None:
    """The median of milliseconds that were each counted so often, in seconds."""
    ordered = sorted(times)
    total = sum(n for _, n in ordered)
    if not total:
        return None
    found: list[int] = []
    for place in ((total - 1) // 2, total // 2):
        seen = 0
        for milliseconds, n in ordered:
            seen += n
            if seen > place:
                found.append(milliseconds)
                break
    return round(sum(found) / len(found) / 1000, 4)


def written(told: Report, form: str) -> str:
    """The report as text.

    Args:
        told: what is written.
        form: `table`, `json`, or `csv` (a line for each value: section, name, measure, value).
    """
    start = told.since.strftime("%Y-%m-%dT%H:00Z")
    if form == "json":
        return json.dumps({"since": start, **told.sections}, indent=1)
    if form == "csv":
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("section", "name", "measure", "value"))
        for section, rows in told.sections.items():
            for row in rows:
                label = "" if section == "total" else next(iter(row.values()))
                for measure, value in list(row.items())[0 if section == "total" else 1 :]:
                    writer.writerow((section, label, measure, "" if value is None else value))
        return lines.getvalue().rstrip("\n")
    parts = [f"Since {start}"]
    for section, rows in told.sections.items():
        if rows:
            parts.append(f"{_HEADINGS[section]}\n{tabulate(rows, headers='keys', missingval='-')}")
    return "\n\n".join(parts if len(parts) > 1 else [*parts, "Nothing is counted."])
