"""Copies one database, as it stood at one moment, while others write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import make_dsn

from database.within import parameters
from deploy.backup.errors import BackupError
from deploy.backup.manifest import Part, private_file
from deploy.backup.rows import counts, revisions
from deploy.backup.stores import Database

_BUSY = 30.0


def copy(database: Database, folder: Path, conversations: bool) -> Part | None:
    """Copy a database into a folder; None where nothing lies in it yet.

    Args:
        database: which one.
        folder: where to.
        conversations: whether what people said is copied as well.

    Raises:
        BackupError: if it cannot be read or written.
    """
    target = folder / database.part
    emptied = [table for store in database.stores if store.private and not conversations for table in reversed(store.tables)]
    try:
        return (_sqlite if database.kind == "sqlite" else _postgresql)(database, target, emptied)
    except (sqlite3.Error, psycopg2.Error, OSError) as error:
        raise BackupError(f"cannot copy {database}: {_first_line(error)}") from error


def _sqlite(database: Database, target: Path, emptied: Sequence[str]) -> Part | None:
    file = database.file
    assert file is not None
    if not file.exists():
        return None
    private_file(target)
    with closing(sqlite3.connect(target, isolation_level=None)) as into:
        with closing(sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=rw", uri=True, timeout=_BUSY)) as source:
            source.backup(into)  # in one step: what is committed meanwhile is not in it

        def ask(query: str) -> list[tuple[object, ...]]:
            return into.execute(query).fetchall()

        ask("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        present = {str(name) for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in emptied:
            if table in present:
                ask(f'DELETE FROM "{table}"')
        if emptied:
            ask("VACUUM")
        wrong = [str(line) for (line,) in ask("PRAGMA integrity_check") if line != "ok"]
        if wrong:
            raise BackupError(f"{database} is damaged: {wrong[0]}")
        if not present:
            target.unlink()
            return None
        told = (revisions(ask, database.stores, present), counts(ask, database.stores, present))
    return _part(database, target, sqlite3.sqlite_version, *told)


def _postgresql(database: Database, target: Path, emptied: Sequence[str]) -> Part | None:
    program = tool("pg_dump")
    with closing(psycopg2.connect(connect_timeout=10, **parameters(database.url))) as connection:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        cursor = connection.cursor()

        def ask(query: str) -> list[tuple[object, ...]]:
            cursor.execute(query)
            return list(cursor.fetchall())

        ((snapshot, server),) = ask("SELECT pg_export_snapshot(), current_setting('server_version')")
        present = {str(name) for (name,) in ask("SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid)")}
        present &= {name for store in database.stores for name in (*store.tables, store.versions) if name}
        if not present:
            return None
        found = (revisions(ask, database.stores, present), counts(ask, database.stores, present))
        found[1].update({table: 0 for table in emptied if table in present})
        private_file(target)
        command = [program, "--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=30s"]
        command += [f"--snapshot={snapshot}", f"--file={target}", *(f"--exclude-table-data={table}" for table in emptied)]
        run(database, command)
    return _part(database, target, str(server), *found)


def _part(database: Database, target: Path, server: str, found: dict[str, str], rows: dict[str, int]) -> Part:
    stores = tuple(store.name for store in database.stores)
    return Part(target.name, database.kind, server, stores, found, rows, target.stat().st_size)


def tool(name: str) -> str:
    """The path of one of PostgreSQL's programs.

    Raises:
        BackupError: if it is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is not installed; it comes with PostgreSQL's client programs (Debian: postgresql-client)")
    return found


def run(database: Database, command: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs on a database. The password is in its environment alone.

    Raises:
        BackupError: with what it says, if it fails.
    """
    told: dict[str, Any] = parameters(database.url)
    password = told.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run([*command, f"--dbname={make_dsn(**told)}"], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise BackupError(f"{Path(command[0]).name} failed on {database}: {_first_line(done.stderr)}")


def _first_line(said: object) -> str:
    return next((line.strip() for line in str(said).splitlines() if line.strip()), type(said).__name__)
