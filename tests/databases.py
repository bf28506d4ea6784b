"""Empty PostgreSQL databases for tests, one at a time for each name and process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa


def postgres() -> str:
    """The address of the server for tests: TEST_POSTGRES_URL, or the machine's own."""
    return os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextmanager
def empty_postgres(kind: str) -> Iterator[str]:
    """The URL of an empty database that is gone afterwards. Skips where there is no PostgreSQL, unless in CI or where
    TEST_POSTGRES_URL names one: it must be there then."""
    admin = sa.create_engine(postgres(), future=True, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    name = f"{kind}_test_{os.getpid()}"
    try:
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.OperationalError as error:
        if "TEST_POSTGRES_URL" in os.environ or "CI" in os.environ:
            raise
        pytest.skip(f"no PostgreSQL at {postgres()}: {str(error).splitlines()[0]}")
    try:
        yield str(admin.url.set(database=name))
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()
