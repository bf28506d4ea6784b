"""An engine whose work is part of one PostgreSQL transaction, which somebody else ends: all of it is seen at once, or none."""

from __future__ import annotations

from typing import Any

import psycopg2
import psycopg2.extensions
import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlalchemy.pool import StaticPool


class _Nested(psycopg2.extensions.connection):
    """What commits and rolls back only to its last savepoint."""

    def commit(self) -> None:
        with self.cursor() as cursor:
            cursor.execute("RELEASE SAVEPOINT step; SAVEPOINT step")

    def rollback(self) -> None:
        with self.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT step")


class Transaction:
    """One transaction on a connection of its own.

    Args:
        url: the database.
        connect_seconds: to wait for the connection.

    Raises:
        psycopg2.Error: if it cannot be reached.
    """

    def __init__(self, url: URL, connect_seconds: int = 5) -> None:
        self.connection: Any = psycopg2.connect(connection_factory=_Nested, connect_timeout=connect_seconds, **parameters(url))
        with self.connection.cursor() as cursor:
            cursor.execute("SAVEPOINT step")
        #: Each of its transactions is a step of this one.
        self.engine: Engine = sa.create_engine(
            "postgresql+psycopg2://",
            creator=lambda: self.connection,
            poolclass=StaticPool,
            pool_reset_on_return=None,
            future=True,
            hide_parameters=True,
        )

    def keep(self) -> None:
        """Have everybody see what was done.

        Raises:
            psycopg2.Error: if it cannot be; nothing was done then.
        """
        psycopg2.extensions.connection.commit(self.connection)

    def close(self) -> None:
        """Let go of the connection; what was not kept has never been."""
        self.connection.close()


def parameters(url: URL) -> dict[str, Any]:
    """What libpq is to be told of a URL, the password among it."""
    _, told = url.get_dialect()().create_connect_args(url)
    return dict(told)
