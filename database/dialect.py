"""SQLAlchemy's dialect for PostgreSQL over psycopg2, with ways to the server and back that tell nothing left out.

Each such way takes two processes and, on a small machine, as long as a lookup: of the 35 that a message took, 20 were of this kind.
"""

from __future__ import annotations

import select
import time
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.engine import URL

_NAME = "brief"
#: Seconds after which a connection that was not used is asked whether it still answers: something between may have let it drop.
IDLE = 10.0


class BriefDialect(PGDialect_psycopg2):
    """As SQLAlchemy's own, but for two things.

    * A connection that has answered a moment ago is not asked whether it lives; a server that ended has closed it, and that shows
      on this side. What has never said when it answered, or long ago, is asked.
    * Autocommit is switched on and off on this side alone. SQLAlchemy's way sends two statements for it each time.
    """

    supports_statement_cache = True

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Whether a connection from the pool can be used."""
        answered = getattr(dbapi_connection, "answered_at", None)
        if answered is None or time.monotonic() - answered > IDLE or dbapi_connection.in_doubt():
            return bool(super().do_ping(dbapi_connection))
        return not dbapi_connection.closed and not _has_come_to_an_end(dbapi_connection)

    def set_isolation_level(self, connection: Any, level: str) -> None:
        """Set a level, as SQLAlchemy names it."""
        if level == "AUTOCOMMIT":
            connection.autocommit = True
            return
        was = connection.autocommit
        if was:
            connection.autocommit = False
        if not was or level != self.default_isolation_level:
            super().set_isolation_level(connection, level)


def _has_come_to_an_end(connection: Any) -> bool:
    """Whether something has come that nobody asked for: a server that ends says so, and closes."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


registry.register(f"postgresql.{_NAME}", __name__, BriefDialect.__name__)


def brief(url: URL) -> URL:
    """The same database over this dialect; `url` must be one of PostgreSQL."""
    return url.set(drivername=f"postgresql+{_NAME}")


def reading(engine: Any) -> Any:
    """An engine on the same connections for reading by single queries: on PostgreSQL without a transaction around each."""
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else engine
