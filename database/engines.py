"""The one place where engines are made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from database.dialect import brief
from database.reach import bounded

#: Those made in this process, by the setting that names their database.
_made: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()
#: Connections of one pool at most, where nothing else is said, and seconds to wait for one that is free.
_POOL_SIZE = 3
_POOL_SECONDS = 5
#: After how long a cut cable is noticed: by what was sent and not received (milliseconds), and on a silent connection (seconds).
_DEAD_PEER = {"tcp_user_timeout": 8000, "keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}
_HOW = "use sqlite:///file or postgresql://user@host/database"


class BadDatabaseUrl(ValueError):
    """A setting is no database that can be used; the message names the setting and never repeats its value."""


class BadPoolSize(ValueError):
    """A setting is no number of connections; the message names the setting."""


class DatabaseUnavailable(RuntimeError):
    """A database cannot be reached, made or brought up to date."""


def read_pool_size(environ: Mapping[str, str], name: str, default: int) -> int:
    """How many connections one process may have to a database, by a setting of the environment.

    Raises:
        BadPoolSize: for what is no number from 1 to 100.
    """
    given = environ.get(name, "").strip() or str(default)
    if not (given.isascii() and given.isdecimal()) or not 1 <= int(given[:9]) <= 100:
        raise BadPoolSize(f"{name} is '{given}'; give a number of connections from 1 to 100")
    return int(given)


def make_engine(
    url: str,
    setting: str,
    connect_seconds: int = 3,
    busy_seconds: int = 5,
    statement_seconds: int = 5,
    in_memory: bool = False,
    pool_size: int = _POOL_SIZE,
    wait_seconds: float | None = None,
) -> Engine:
    """An engine for SQLite or PostgreSQL. No value that is written or looked for stands in an error of it.

    Args:
        url: SQLAlchemy's address of the database.
        setting: where it was read from, for messages.
        connect_seconds: to wait for a connection to PostgreSQL.
        busy_seconds: to wait for another's writing to SQLite.
        statement_seconds: after which PostgreSQL gives a statement up.
        in_memory: whether an SQLite database without a file will do.
        pool_size: connections to PostgreSQL at most; who wants one more waits 5 seconds for it.
        wait_seconds: the longest wait for one answer of PostgreSQL, whatever it does; None: without end, but for who answers a
            person (see `database.patience`).

    Raises:
        BadDatabaseUrl: for a URL that is neither.
        DatabaseUnavailable: if the folder of an SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise BadDatabaseUrl(f"{setting} is no database URL; {_HOW}") from error  # it may hold a password: it is not repeated
    if backend not in {"sqlite", "postgresql"}:
        raise BadDatabaseUrl(f"{setting} names '{backend}'; {_HOW}")
    if backend == "postgresql":
        limits: dict[str, Any] = {"connect_timeout": connect_seconds, **_DEAD_PEER}
        limits["options"] = f"-c statement_timeout={statement_seconds * 1000}"
        ends = bounded(parsed, wait_seconds, connect_seconds)
        limits["connection_factory"] = ends.pop("connection_factory")
        # No overflow: the server's connections are counted out among all processes (docs/deploying.md).
        pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": _POOL_SECONDS, "pool_pre_ping": True}
        made = sa.create_engine(brief(parsed), future=True, hide_parameters=True, connect_args=limits, **pool, **ends)
        _made[made] = setting
        return made
    if parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(f"cannot make the folder {folder}: {error.strerror}") from error
    elif not in_memory:
        raise BadDatabaseUrl(f"{setting} names no file; use sqlite:///file")
    engine = sa.create_engine(parsed, future=True, hide_parameters=True, connect_args={"timeout": busy_seconds})
    sa.event.listen(engine, "connect", _pragmas)
    _made[engine] = setting
    return engine


def engines() -> dict[str, Engine]:
    """The engines that are in use, by the setting that names their database (of several, the newest)."""
    return {setting: engine for engine, setting in list(_made.items())}


def _pragmas(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten in the file
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()
