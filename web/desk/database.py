"""The one place where the desk's engine is made, its schema brought up to date, and its trouble told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from bot.settings import SettingsError
from web.desk.errors import DeskUnavailable

_HOW = "use sqlite:///file or postgresql://user@host/database"


def create_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL; no value that is written stands in an error of it.

    Raises:
        SettingsError: for a URL that is neither.
        DeskUnavailable: if the folder of an SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise SettingsError(f"DESK_DATABASE_URL is no database URL; {_HOW}") from error  # it may hold a password: not repeated
    if backend not in {"sqlite", "postgresql"}:
        raise SettingsError(f"DESK_DATABASE_URL names '{backend}'; {_HOW}")
    if backend == "postgresql":
        limits = {"connect_timeout": 3, "options": "-c statement_timeout=5000"}
        return sa.create_engine(parsed, future=True, hide_parameters=True, pool_pre_ping=True, connect_args=limits)
    if not parsed.database or parsed.database == ":memory:":
        raise SettingsError("DESK_DATABASE_URL names no file; use sqlite:///file")
    try:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeskUnavailable(f"cannot make the folder {Path(parsed.database).parent}: {error.strerror}") from error
    engine = sa.create_engine(parsed, future=True, hide_parameters=True, connect_args={"timeout": 5})
    sa.event.listen(engine, "connect", _pragmas)
    return engine


def _pragmas(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def config(engine: Engine) -> Config:
    """Alembic's configuration for an engine; no alembic.ini is needed."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["engine"] = engine
    return settings


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema.

    Raises:
        DeskUnavailable: if the database cannot be reached or changed.
    """
    try:
        command.upgrade(config(engine), "head")
    except (SQLAlchemyError, CommandError, OSError) as error:
        raise DeskUnavailable(f"cannot set up {engine.url!r}: {type(error).__name__}: {str(error).splitlines()[0]}") from error


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is kept as a whole or not at all.

    Raises:
        DeskUnavailable: if the database cannot be reached.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise DeskUnavailable(f"{type(error).__name__}: {str(error).splitlines()[0]}") from error
