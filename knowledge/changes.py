"""Whether a database has changed since it was last read: what lets answers be remembered and a published one be told at once."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Hashable
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

_HAND = 300  # seconds after which PostgreSQL is read anew in any case: rows may have been changed by hand, past the audit trail
#: What is asked of PostgreSQL before a lookup.
LAST_EVENT = "SELECT id, hash FROM audit_event ORDER BY id DESC LIMIT 1"


class ChangeWatch:
    """Watches an SQLite file through `PRAGMA data_version`, and PostgreSQL through the end of the audit trail.

    The pragma moves with every commit of any other connection (sqlite.org/pragma.html#pragma_data_version) and costs some
    microseconds. Every step that changes what is told adds to the audit trail in the same transaction, one writer at a time, so
    that its last event tells all that was committed; asking for it is one look into an index. Other databases, and a trail without
    an event, tell nothing: there every reading counts as new.

    Args:
        engine: the database.
    """

    def __init__(self, engine: Engine) -> None:
        path = engine.url.database
        self._path = path if engine.dialect.name == "sqlite" and path and path != ":memory:" else None
        # Without a transaction around it: one question is one way to the server and back.
        self._audited = engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else None
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._opened = 0  # connections made so far: each counts from a beginning of its own

    def version(self) -> Hashable | None:
        """Equal for two readings with no change between them; None where nothing is known."""
        if self._audited is not None:
            return self._last_event(self._audited)
        if self._path is None:
            return None
        with self._lock:
            try:
                status = os.stat(self._path)
                file = (status.st_dev, status.st_ino)
                if self._connection is None or file != self._file:
                    self.close()
                    address = f"{Path(self._path).absolute().as_uri()}?mode=ro"
                    self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
                    self._file = file
                    self._opened += 1
                return (*file, self._opened, int(self._connection.execute("PRAGMA data_version").fetchone()[0]))
            except (OSError, sqlite3.Error):
                self.close()
                return None

    def _last_event(self, engine: Engine) -> Hashable | None:
        try:
            with engine.connect() as connection:
                last = connection.exec_driver_sql(LAST_EVENT).first()
        except SQLAlchemyError:
            return None  # whoever reads next tells what is wrong
        return None if last is None else (*last, int(time.monotonic() // _HAND))

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
