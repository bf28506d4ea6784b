"""The SQL tracker store, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from sqlalchemy.engine import make_url

from bot.fast_path.trackers import TailSQLTrackerStore
from tests.databases import empty_postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TailSQLTrackerStore]:
    if request.param == "sqlite":
        yield TailSQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(tmp_path / "trackers.db"))
        return
    with empty_postgres("trackers") as address:
        url = make_url(address)
        made = TailSQLTrackerStore(
            Domain.empty(),
            dialect="postgresql",
            host=url.host,
            port=url.port,
            db=url.database,
            username=url.username,
            password=url.password,
        )
        yield made
        made.engine.dispose()
