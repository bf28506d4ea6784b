"""The one place where engines are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from knowledge.errors import SettingsError


def create_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL.

    Raises:
        SettingsError: for a URL that is neither.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise SettingsError(f"KNOWLEDGE_DATABASE_URL '{url}' is no database URL: {error}") from error
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise SettingsError(f"KNOWLEDGE_DATABASE_URL names '{backend}'; use sqlite:///file or postgresql://user@host/database")
    if backend == "postgresql":
        return sa.create_engine(parsed, future=True, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed, future=True, connect_args={"timeout": 10})

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()

    return engine
