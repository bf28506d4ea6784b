"""Whether a database has changed since it was last read: what lets answers be remembered and a published one be told at once."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Hashable
from pathlib import Path

from sqlalchemy.engine import Engine


class ChangeWatch:
    """Watches an SQLite file through `PRAGMA data_version`, which moves with every commit of any other connection.

    (sqlite.org/pragma.html#pragma_data_version.) Costs some microseconds. Other databases have no such counter: there
    every reading counts as new.

    Args:
        engine: the database.
    """

    def __init__(self, engine: Engine) -> None:
        path = engine.url.database
        self._path = path if engine.dialect.name == "sqlite" and path and path != ":memory:" else None
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._opened = 0  # connections made so far: each counts from a beginning of its own

    def version(self) -> Hashable | None:
        """Equal for two readings with no change between them; None where nothing is known."""
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

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
