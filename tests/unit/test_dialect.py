"""What our dialect leaves out is looked for in what PostgreSQL is sent, and what it still notices in real connections."""

import time
from collections.abc import Iterator

import psycopg2
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from database import make_engine
from database.dialect import IDLE, reading
from tests.databases import empty_postgres


@pytest.fixture
def engine() -> Iterator[Engine]:
    with empty_postgres("dialect") as url:
        made = make_engine(url, "A_DATABASE_URL", pool_size=1)
        yield made
        made.dispose()


def _mine(engine: Engine) -> int:
    with reading(engine).connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())


def _end(engine: Engine, backend: int) -> None:
    with psycopg2.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
        other.cursor().execute("SELECT pg_terminate_backend(%s)", (backend,))
    for _ in range(100):
        with psycopg2.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
            cursor = other.cursor()
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", (backend,))
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.02)
    pytest.fail("the connection did not end")


def test_a_connection_is_used_again_without_a_question(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("sqlalchemy.dialects.postgresql.psycopg2.PGDialect_psycopg2.do_ping", lambda *_: asked.append(1) or True)
    first = _mine(engine)
    assert _mine(engine) == first
    assert asked == []
    connection = engine.raw_connection()
    connection.dbapi_connection.answered_at -= IDLE + 1
    connection.close()
    assert _mine(engine) == first
    assert asked == [1]


def test_a_connection_that_the_server_has_ended_is_not_used(engine: Engine) -> None:
    backend = _mine(engine)
    _end(engine, backend)
    assert _mine(engine) not in {backend, 0}


def test_reading_is_one_statement_and_leaves_no_trace(engine: Engine) -> None:
    with reading(engine).connect() as connection:
        assert connection.connection.dbapi_connection.autocommit
        assert connection.exec_driver_sql("SHOW default_transaction_isolation").scalar() == "read committed"
    with engine.begin() as connection:  # the same connection
        assert not connection.connection.dbapi_connection.autocommit
        connection.exec_driver_sql("CREATE TABLE kept (n int)")
    with engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO kept VALUES (1)")  # not committed
    with reading(engine).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept").scalar() == 0


def test_other_levels_are_as_ever(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "serializable"
    with reading(engine).connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "serializable"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"


def test_sqlite_reads_as_before() -> None:
    plain = sa.create_engine("sqlite://")
    assert reading(plain) is plain
