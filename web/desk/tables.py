"""Counts as tables, charts and CSV files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.conversations import Count

#: What makes spreadsheets take a cell for a formula; the full-width signs do so in some of them as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*")
COLUMNS = ("answers", "gaps", "not understood", "out of scope", "handoffs", "helpful", "not helpful")
_OF_KIND = {"answer": "answers", "consent": "answers", "gap": "gaps", "fallback": "not understood", "clarify": "not understood"}


@dataclass(frozen=True)
class Dashboard:
    """Counts by day and by topic; each row is a name and one number for each of `COLUMNS` (a topic has no handoffs of its own)."""

    days: Sequence[tuple[str, Sequence[int]]]
    topics: Sequence[tuple[str, Sequence[int]]]
    reasons: Sequence[tuple[str, int]]


def dashboard(
    counts: Iterable[Count], handoffs: Mapping[tuple[dt.date, str], int], topic_of: Mapping[str, str], since: dt.date, until: dt.date
) -> Dashboard:
    """The dashboard of some days.

    Args:
        counts: replies by day, kind and entry.
        handoffs: by day and reason.
        topic_of: an entry's topic as it is told.
        since, until: first and last day.
    """
    names = [(since + dt.timedelta(days=n)).isoformat() for n in range((until - since).days + 1)]
    days: dict[str, dict[str, int]] = {name: {} for name in names}
    topics: dict[str, dict[str, int]] = {}
    for one in counts:
        rows = [days.setdefault(one.day.isoformat(), {})]
        if one.kind in {"answer", "consent", "gap"} and one.entry:
            rows.append(topics.setdefault(topic_of.get(one.entry, one.entry), {}))
        column = _OF_KIND.get(one.kind, "out of scope" if one.kind == "out_of_scope" else "")
        for row in rows:
            for name, more in ((column, one.replies), ("helpful", one.helpful), ("not helpful", one.not_helpful)):
                row[name] = row.get(name, 0) + more
    reasons: dict[str, int] = {}
    for (day, reason), many in handoffs.items():
        row = days.setdefault(day.isoformat(), {})
        row["handoffs"] = row.get("handoffs", 0) + many
        reasons[reason] = reasons.get(reason, 0) + many
    ordered = sorted(topics.items(), key=lambda item: (-item[1].get("answers", 0) - item[1].get("gaps", 0), item[0]))
    return Dashboard(
        [(name, _row(days[name])) for name in sorted(days)],
        [(name, _row(row)) for name, row in ordered],
        sorted(reasons.items(), key=lambda item: (-item[1], item[0])),
    )


def _row(row: Mapping[str, int]) -> list[int]:
    return [row.get(name, 0) for name in COLUMNS]


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV; no cell can be taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in head])
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return out.getvalue()


def safe_cell(value: object) -> str:
    """A cell's text; one that a spreadsheet would take for a formula is led by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return f"'{text}" if _UNSEEN.sub("", text, count=1).startswith(_FORMULA) or text.startswith(_FORMULA) else text
