"""Events in tables: each once, no longer than they are kept, and counted right; on SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.analytics.models import VERSIONS, Base, EventRow, FactRow
from bot.analytics.report import BadSince, report, since, written
from bot.analytics.settings import AnalyticsSettings
from bot.analytics.store import AnalyticsStore, EventRefused
from bot.events.event import Event
from bot.settings import SettingsError
from database import make_engine
from tests.databases import empty_postgres

_NOW = dt.datetime(2026, 11, 28, 12)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnalyticsStore]:
    def opened(url: str) -> AnalyticsStore:
        return AnalyticsStore(make_engine(url, "ANALYTICS_DATABASE_URL"), dt.timedelta(days=400), lambda: _NOW)

    if request.param == "sqlite":
        yield opened(f"sqlite:///{tmp_path / 'analytics.db'}")
        return
    with empty_postgres("analytics") as url:
        one = opened(url)
        yield one
        one.close()


def _event(kind: str = "reply", hours: float = 1, **told: Any) -> Event:
    if kind == "reply":
        told = {"kind": "answer", "part": 1, "pressed": False, "missed": False, **told}
    return Event(type=kind, at=_NOW - dt.timedelta(hours=hours), channel="website", **told)


def test_the_migrations_make_what_the_models_say(store: AnalyticsStore) -> None:
    assert store.ready()
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
        assert compare_metadata(context, Base.metadata) == []


def test_an_event_is_there_once_however_often_it_is_written(store: AnalyticsStore) -> None:
    one, other = _event(facts=["a.b", "c.d"]), _event(facts=["a.b"])
    assert store.add([one, one]) == 1
    assert store.add([one, other]) == 1
    assert store.add([one, other]) == 0
    assert len(store.rows(Base.metadata.tables["analytics_fact"].select())) == 3


def test_a_batch_is_written_whole_or_not_at_all(store: AnalyticsStore) -> None:
    wrong = _event().copy(update={"channel": None})
    with pytest.raises(EventRefused):
        store.add([_event(), wrong])
    assert store.rows(EventRow.__table__.select()) == []


def test_what_is_older_than_is_kept_is_deleted_with_its_facts(store: AnalyticsStore) -> None:
    old, young = _event(hours=24 * 401, facts=["a.b"]), _event(facts=["c.d"])
    assert (store.is_old(old), store.is_old(young)) == (True, False)
    store.add([old, young])
    assert store.forget_old() == 1
    assert store.forget_old() == 0
    assert [row.fact for row in store.rows(FactRow.__table__.select())] == ["c.d"]


def _filled(store: AnalyticsStore) -> None:
    store.add(
        [
            _event("begun"),
            _event("begun", 24),
            _event(entry="survival", topic="survival", milliseconds=10, facts=["a.b", "c.d"]),
            _event(entry="survival", topic="survival", milliseconds=30, pressed=True, facts=["a.b"]),
            _event(entry="treatment", topic="treatment", milliseconds=30, part=2),
            _event(hours=24, milliseconds=200).copy(update={"kind": "fallback", "missed": True}),
            _event(hours=24, entry="crisis", milliseconds=20).copy(update={"kind": "safety"}),
            _event("handoff", 24, reason="crisis"),
            _event("feedback", 24, entry="survival", helpful=True, changed=False),
            _event("feedback", 1, entry="survival", helpful=False, changed=True),
            _event("feedback", 1, entry="survival", helpful=True, changed=False),
            _event(hours=24 * 30, entry="long-ago"),
        ]
    )


def test_the_report_counts_right(store: AnalyticsStore) -> None:
    _filled(store)
    told = report(store, since("7d", _NOW))
    sections = told.sections
    assert sections["total"] == [
        {
            "conversations": 2, "messages": 4, "buttons": 1, "replies": 5, "unanswered": 1, "unanswered_share": 0.2, "safety": 1,
            "handoffs": 1, "helpful": 1, "not_helpful": 1, "median_seconds": 0.025,
        }
    ]  # fmt: skip
    assert [(row["day"], row["messages"], row["median_seconds"]) for row in sections["days"]] == [
        ("2026-11-27", 2, 0.11), ("2026-11-28", 2, 0.02),
    ]  # fmt: skip
    assert sections["kinds"] == [
        {"kind": "answer", "replies": 3, "share": 0.6},
        {"kind": "fallback", "replies": 1, "share": 0.2},
        {"kind": "safety", "replies": 1, "share": 0.2},
    ]
    assert sections["entries"][0] == {"entry": "survival", "replies": 2, "helpful": 1, "not_helpful": 1}
    assert [row["topic"] for row in sections["topics"]] == ["survival", "treatment"]
    assert sections["facts"] == [{"fact": "a.b", "told": 2}, {"fact": "c.d", "told": 1}]
    assert sections["handoffs"] == [{"reason": "crisis", "handoffs": 1}]


def test_the_report_is_told_in_three_forms(store: AnalyticsStore) -> None:
    assert "Nothing is counted." in written(report(store, since("24h", _NOW)), "table")
    _filled(store)
    told = report(store, since("2026-11-20", _NOW))
    assert json.loads(written(told, "json"))["total"][0]["replies"] == 5
    lines = list(csv.DictReader(io.StringIO(written(told, "csv"))))
    assert {"section": "entries", "name": "survival", "measure": "replies", "value": "2"} in lines
    assert {"section": "total", "name": "", "measure": "median_seconds", "value": "0.025"} in lines
    table = written(told, "table")
    assert "Entries\n" in table
    assert "survival" in table


@pytest.mark.parametrize("given", ["", "7", "7w", "yesterday", "-1d", "2026-13-01"])
def test_a_time_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(BadSince, match="give days as 7d"):
        since(given, _NOW)


def test_settings() -> None:
    assert AnalyticsSettings.read({}) == AnalyticsSettings()
    for wrong in ("0", "x", "nan", "9999"):
        with pytest.raises(SettingsError, match=f"ANALYTICS_KEEP_DAYS is '{wrong}'"):
            AnalyticsSettings.read({"ANALYTICS_KEEP_DAYS": wrong})
