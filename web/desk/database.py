"""The one place where the desk's engine is made, its schema brought up to date, and its trouble told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import SettingsError
from database import BadDatabaseUrl, DatabaseUnavailable, Schema, make_engine
from web.desk.errors import DeskUnavailable
from web.desk.settings import DEFAULT_POOL

SCHEMA = Schema(Path(__file__).parent / "migrations")


def create_engine(url: str, pool_size: int = DEFAULT_POOL) -> Engine:
    """An engine for SQLite or PostgreSQL; no value that is written stands in an error of it.

    Raises:
        SettingsError: for a URL that is neither.
        DeskUnavailable: if the folder of an SQLite file cannot be made.
    """
    try:
        return make_engine(url, "DESK_DATABASE_URL", statement_seconds=5, pool_size=pool_size, wait_seconds=10)
    except BadDatabaseUrl as error:
        raise SettingsError(str(error)) from error
    except DatabaseUnavailable as error:
        raise DeskUnavailable(str(error)) from error


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema.

    Raises:
        DeskUnavailable: if the database cannot be reached or changed.
    """
    try:
        SCHEMA.upgrade(engine)
    except DatabaseUnavailable as error:
        raise DeskUnavailable(str(error)) from error


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
