"""Puts a copy back in a database's place, which others see when it is kept, and never before."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import psycopg2
import sqlalchemy as sa
from psycopg2 import extensions
from sqlalchemy.engine import Engine

from database import make_engine
from database.within import Transaction
from deploy.backup.copying import tool
from deploy.backup.errors import BackupError
from deploy.backup.stores import Database

_COPY = re.compile(rb"COPY \S+ \(.*\) FROM stdin;\s*$")
_IN_USE = "is in use; stop the workers and the desk first"


class Target(Protocol):
    """A database that a copy is put into."""

    database: Database

    @property
    def engine(self) -> Engine:
        """On what was put there, for us alone until it is kept."""

    @property
    def before(self) -> Engine | None:
        """On what is to be replaced, before `fill`; None where there is nothing."""

    def fill(self, part: Path) -> None:
        """Put the copy there.

        Raises:
            BackupError: if it cannot be.
        """

    def keep(self) -> None:
        """Have everybody see it."""

    def settle(self) -> None:
        """Take away what was replaced; there is no way back."""

    def close(self) -> None:
        """Let go; what was not settled is as it was."""


def open_target(database: Database, replace: bool) -> Target:
    """A database to put a copy into.

    Raises:
        BackupError: if there is something in it already and it is not to be replaced, if it is in use, or cannot be reached.
    """
    try:
        return SqliteTarget(database, replace) if database.kind == "sqlite" else PostgresTarget(database, replace)
    except (sqlite3.Error, psycopg2.Error, OSError) as error:
        raise BackupError(f"cannot reach {database}: {str(error).splitlines()[0]}") from error


def _not_empty(database: Database) -> BackupError:
    return BackupError(f"{database} is not empty; --replace puts the backup in its place, and what is there now is lost")


class SqliteTarget:
    """A file beside the one that it takes the place of."""

    def __init__(self, database: Database, replace: bool) -> None:
        assert database.file is not None
        self.database, self._file = database, database.file
        self._new = self._file.with_name(f".{self._file.name}.restoring")
        self._old = self._file.with_name(f".{self._file.name}.before-restore")
        self._undo = ExitStack()
        self._held: sqlite3.Connection | None = None
        self._engine: Engine | None = None
        if self._old.exists():
            raise BackupError(f"a restore was cut short: {self._old} is what {self._file} was before; move it back, or delete it")
        if self._file.exists():
            self._hold(replace)
        self._file.parent.mkdir(parents=True, exist_ok=True)

    def _hold(self, replace: bool) -> None:
        self._held = sqlite3.connect(self._file, isolation_level=None, timeout=1)
        try:
            if self._held.execute("SELECT 1 FROM sqlite_master").fetchone() and not replace:
                raise _not_empty(self.database)
            self._held.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._held.execute("BEGIN EXCLUSIVE")
            self._held.execute("COMMIT")  # the lock stays
        except sqlite3.OperationalError as error:
            raise BackupError(f"{self.database} {_IN_USE}") from error
        except sqlite3.DatabaseError as error:
            if not replace:
                raise BackupError(f"{self._file} is no SQLite database; --replace puts the backup in its place") from error

    @property
    def before(self) -> Engine | None:
        """On the file that is replaced."""
        if self._held is None:
            return None
        return sa.create_engine("sqlite://", creator=lambda: self._held, poolclass=sa.pool.StaticPool, future=True, hide_parameters=True)

    @property
    def engine(self) -> Engine:
        """On the new file."""
        if self._engine is None:
            self._engine = make_engine(f"sqlite:///{self._new}", self.database.setting)
        return self._engine

    def fill(self, part: Path) -> None:
        """Copy it beside the file."""
        self._clear()
        os.close(os.open(self._new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        shutil.copyfile(part, self._new)
        with closing(sqlite3.connect(self._new)) as connection:
            for query in ("PRAGMA integrity_check", "PRAGMA foreign_key_check"):
                wrong = [row for row in connection.execute(query).fetchall() if row != ("ok",)]
                if wrong:
                    raise BackupError(f"{part} is damaged: {wrong[0][0]}")

    def keep(self) -> None:
        """Rename it into the file's place."""
        engine = self.engine
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        self._engine = None
        like = (self._file if self._file.exists() else self._file.parent).stat()
        if os.geteuid() == 0:  # who serves need not be who restores
            os.chown(self._new, like.st_uid, like.st_gid)
        if self._file.exists():
            self._new.chmod(stat.S_IMODE(like.st_mode))
            self._let_go()
            for end in ("-wal", "-shm"):
                self._file.with_name(self._file.name + end).unlink(missing_ok=True)  # it would be read into the new file
            self._file.rename(self._old)
            self._undo.callback(self._old.replace, self._file)
        self._new.rename(self._file)

    def settle(self) -> None:
        """Delete the old file."""
        self._undo.pop_all()
        self._old.unlink(missing_ok=True)

    def close(self) -> None:
        """Delete what was not kept, and put back what was replaced and not settled."""
        if self._engine is not None:
            self._engine.dispose()
        self._undo.close()
        self._let_go()
        self._clear()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def _clear(self) -> None:
        for end in ("", "-wal", "-shm", "-journal"):
            self._new.with_name(self._new.name + end).unlink(missing_ok=True)


class PostgresTarget:
    """One transaction of a database."""

    def __init__(self, database: Database, replace: bool) -> None:
        self.database = database
        self._program = tool("pg_restore")
        self._transaction = Transaction(database.url)
        self.engine = self._transaction.engine
        present = sa.inspect(self.engine).get_table_names()
        self._replace = bool(present)
        if present and not replace:
            self.close()
            raise _not_empty(database)
        known = {name for store in database.stores for name in (*store.tables, store.versions) if name}
        mine = [name for name in present if name in known]
        if mine:
            try:
                with self.engine.begin() as connection:
                    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
                    connection.exec_driver_sql(f"LOCK TABLE {', '.join(mine)} IN ACCESS EXCLUSIVE MODE")
            except sa.exc.OperationalError as error:
                self.close()
                raise BackupError(f"{database} {_IN_USE}") from error

    @property
    def before(self) -> Engine | None:
        """On what is there, in the same transaction."""
        return self.engine if self._replace else None

    def fill(self, part: Path) -> None:
        """Run what pg_restore makes of the copy."""
        command = [self._program, "--no-owner", "--no-privileges", "--exit-on-error", "--file=-"]
        command += ["--clean", "--if-exists"] if self._replace else []
        with subprocess.Popen([*command, str(part)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                run_script(self._transaction.connection, process.stdout)
            except psycopg2.Error as error:
                process.kill()
                raise BackupError(f"{part} cannot be restored into {self.database}: {str(error).splitlines()[0]}") from error
            said = process.stderr.read().decode(errors="replace")
        if process.returncode != 0:
            raise BackupError(f"pg_restore cannot read {part}: {said.splitlines()[0] if said else process.returncode}")

    def keep(self) -> None:
        """Commit."""
        try:
            self._transaction.keep()
        except psycopg2.Error as error:
            raise BackupError(f"{self.database} did not take the backup: {str(error).splitlines()[0]}") from error

    def settle(self) -> None:
        """There is nothing left of what was replaced."""

    def close(self) -> None:
        """End the transaction; what was not kept has never been."""
        self._transaction.close()


def run_script(connection: Any, script: IO[bytes]) -> None:
    """Run a script as pg_restore writes it within a transaction. psql would have a transaction of its own, which people could see the
    end of before it is looked through.

    Raises:
        psycopg2.Error: if a statement fails.
    """
    lines = iter(script)
    statements: list[bytes] = []
    foreign: tuple[bytes, ...] = (rb"\restrict ", rb"\unrestrict ")  # meant for psql
    if connection.server_version < 170000:  # newer programs set it whatever the server is, and an older one knows no such setting
        foreign += (b"SET transaction_timeout ",)
    with connection.cursor() as cursor:
        for line in lines:
            if _COPY.match(line):
                _execute(cursor, statements)
                with _waiting_itself():
                    cursor.copy_expert(line.decode(), _Rows(lines))
            elif not line.startswith(foreign):
                statements.append(line)
        _execute(cursor, statements)
        cursor.execute("RESET ALL")  # it set the search path, among others
        cursor.execute("RELEASE SAVEPOINT step; SAVEPOINT step")


@contextmanager
def _waiting_itself() -> Iterator[None]:
    """psycopg2 copies only where nobody waits in its place, as engines have it done (database/reach.py)."""
    other = extensions.get_wait_callback()
    extensions.set_wait_callback(None)
    try:
        yield
    finally:
        extensions.set_wait_callback(other)


def _execute(cursor: Any, statements: list[bytes]) -> None:
    if any(line.strip() and not line.startswith(b"--") for line in statements):
        cursor.execute(b"".join(statements))
    statements.clear()


class _Rows:
    """The rows behind a COPY, up to the line that ends them, as a file."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self._rest = lines, b""
        self._done = False

    def read(self, size: int) -> bytes:
        """Up to so many bytes; none at the end."""
        while len(self._rest) < size and not self._done:
            line = next(self._lines, rb"\." + b"\n")
            self._done = line.rstrip(b"\r\n") == rb"\."
            self._rest += b"" if self._done else line
        given, self._rest = self._rest[:size], self._rest[size:]
        return given
