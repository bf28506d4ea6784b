"""The desk's database, empty, on SQLite and PostgreSQL; and a time that stands still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from tests.databases import empty_postgres
from web.desk.database import create_engine, upgrade


class Clock:
    def __init__(self) -> None:
        self.time = dt.datetime(2026, 11, 27, 12)

    def __call__(self) -> dt.datetime:
        return self.time


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'deep' / 'desk.db'}")
        upgrade(made)
        yield made
        made.dispose()
        return
    with empty_postgres("desk") as url:
        made = create_engine(url)
        upgrade(made)
        yield made
        made.dispose()
