"""What every engine has: an end to waiting, and a name by which operators see its pool."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from database import engines, make_engine
from tests.databases import empty_postgres


@pytest.fixture
def engine() -> Iterator[Engine]:
    with empty_postgres("engines") as url:
        made = make_engine(url, "TEST_DATABASE_URL", statement_seconds=1)
        yield made
        made.dispose()


def test_postgresql_is_never_waited_for_without_end(engine: Engine) -> None:
    with engine.connect() as connection:
        told = connection.connection.dbapi_connection.get_dsn_parameters()
        assert (told["connect_timeout"], told["tcp_user_timeout"], told["keepalives_idle"]) == ("3", "8000", "10")
        with pytest.raises(sa.exc.OperationalError, match="statement timeout"):
            connection.execute(sa.text("SELECT pg_sleep(20)"))


def test_a_pool_that_is_empty_says_so_in_time_and_is_seen(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)
    taken = [engine.connect() for _ in range(3)]
    assert engines()["TEST_DATABASE_URL"].pool.checkedout() == 3
    with pytest.raises(sa.exc.TimeoutError):
        engine.connect()
    for connection in taken:
        connection.close()
