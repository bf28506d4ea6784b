"""Relay and consumer as processes of their own, and the tables that they fill."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.integration.website import ROOT


class Process:
    """`python -m bot relay` or `consume`, in a folder."""

    def __init__(self, command: str, folder: Path, environment: Mapping[str, str]) -> None:
        self._command, self._folder = command, folder
        self.log = folder / f"{command}.log"
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "LOG_LEVEL": "INFO", **environment}
        self.start()

    def start(self) -> None:
        """Start it, and do not wait until it is ready."""
        with self.log.open("a") as log:
            arguments = [sys.executable, "-m", "bot", self._command]
            self._process = subprocess.Popen(arguments, env=self._environment, cwd=self._folder, stdout=log, stderr=log)

    def kill(self) -> None:
        """With -9."""
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        """With SIGTERM; how it ended."""
        self._process.terminate()
        return self._process.wait(20)


class Tables:
    """The analytics tables of a database."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url, future=True)

    def rows(self, table: str = "analytics_event") -> list[dict[str, Any]]:
        """Every row; none where there is no table yet."""
        try:
            with self._engine.connect() as connection:
                return [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}")).mappings()]
        except sa.exc.SQLAlchemyError:
            return []

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of a type."""
        return [row for row in self.rows() if row["type"] == kind]

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def until(what: Callable[[], bool], seconds: float = 40.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            pytest.fail("it did not become so in time")
        time.sleep(0.1)
