"""The one place where this package's engines are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bot.conversations.errors import ConversationsUnavailable
from bot.settings import SettingsError

_HOW = "use sqlite:///file or postgresql://user@host/database"


def create_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL; what people said never stands in an error of it.

    Raises:
        SettingsError: for a URL that is neither.
        ConversationsUnavailable: if the folder of an SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        # The address may hold a password: it is not repeated.
        raise SettingsError(f"CONVERSATIONS_DATABASE_URL is no database URL; {_HOW}") from error
    if backend not in {"sqlite", "postgresql"}:
        raise SettingsError(f"CONVERSATIONS_DATABASE_URL names '{backend}'; {_HOW}")
    if backend == "postgresql":
        limits = {"connect_timeout": 3, "options": "-c statement_timeout=5000"}
        return sa.create_engine(parsed, future=True, hide_parameters=True, pool_pre_ping=True, connect_args=limits)
    if not parsed.database or parsed.database == ":memory:":
        raise SettingsError("CONVERSATIONS_DATABASE_URL names no file; use sqlite:///file")
    folder = Path(parsed.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConversationsUnavailable(f"cannot make the folder {folder}: {error.strerror}") from error
    engine = sa.create_engine(parsed, future=True, hide_parameters=True, connect_args={"timeout": 5})
    sa.event.listen(engine, "connect", _pragmas)
    return engine


def _pragmas(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten in the file
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def empty_journal(engine: Engine) -> None:
    """Have SQLite write its journal into the file and empty it, so that nothing deleted is left there."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
