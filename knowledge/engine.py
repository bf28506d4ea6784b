"""The one place where this package's engines are made."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from database import BadDatabaseUrl, DatabaseUnavailable, make_engine
from knowledge.errors import SettingsError, StoreUnavailable
from knowledge.settings import DEFAULT_POOL


def create_engine(url: str, pool_size: int = DEFAULT_POOL, longest_seconds: float | None = None) -> Engine:
    """An engine for SQLite or PostgreSQL.

    Args:
        url: of the database.
        longest_seconds: after which PostgreSQL is waited for no more; None: it may take its time, as for loading content.

    Raises:
        SettingsError: for a URL that is neither.
        StoreUnavailable: if the folder of an SQLite file cannot be made.
    """
    try:
        return make_engine(
            url,
            "KNOWLEDGE_DATABASE_URL",
            connect_seconds=5,
            busy_seconds=10,
            statement_seconds=10,
            in_memory=True,
            pool_size=pool_size,
            wait_seconds=longest_seconds,
        )
    except BadDatabaseUrl as error:
        raise SettingsError(str(error)) from error
    except DatabaseUnavailable as error:
        raise StoreUnavailable(str(error)) from error
