"""The one place where this package's engines are made."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from bot.conversations.errors import ConversationsUnavailable
from bot.conversations.settings import DEFAULT_POOL
from bot.settings import SettingsError
from database import BadDatabaseUrl, DatabaseUnavailable, make_engine


def create_engine(url: str, pool_size: int = DEFAULT_POOL) -> Engine:
    """An engine for SQLite or PostgreSQL; what people said never stands in an error of it.

    Raises:
        SettingsError: for a URL that is neither.
        ConversationsUnavailable: if the folder of an SQLite file cannot be made.
    """
    try:
        return make_engine(url, "CONVERSATIONS_DATABASE_URL", statement_seconds=5, pool_size=pool_size, wait_seconds=5)
    except BadDatabaseUrl as error:
        raise SettingsError(str(error)) from error
    except DatabaseUnavailable as error:
        raise ConversationsUnavailable(str(error)) from error


def empty_journal(engine: Engine) -> None:
    """Have SQLite write its journal into the file and empty it, so that nothing deleted is left there."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
