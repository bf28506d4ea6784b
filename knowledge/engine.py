"""The one place where engines are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from knowledge.errors import SettingsError, StoreUnavailable


def create_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL.

    Raises:
        SettingsError: for a URL that is neither.
        StoreUnavailable: if the folder of an SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        # The address may hold a password: it is not repeated.
        raise SettingsError("KNOWLEDGE_DATABASE_URL is no database URL; use sqlite:///file or postgresql://user@host/database") from error
    if backend not in {"sqlite", "postgresql"}:
        raise SettingsError(f"KNOWLEDGE_DATABASE_URL names '{backend}'; use sqlite:///file or postgresql://user@host/database")
    if backend == "postgresql":
        return sa.create_engine(parsed, future=True, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    if parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"cannot make the store's folder {folder}: {error.strerror}") from error
    engine = sa.create_engine(parsed, future=True, connect_args={"timeout": 10})

    sa.event.listen(engine, "connect", _pragmas)
    return engine


def _pragmas(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()
