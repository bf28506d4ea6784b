"""A PostgreSQL of a test's own, which it may stop, kill and fill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.ports import free_port


class PostgresServer:
    """A cluster in a folder of its own, on a free port, without passwords. Skips where PostgreSQL's programs are not installed, unless
    in CI: they must be there then.

    Args:
        under: where the folder is made; None: where temporary files go.
    """

    def __init__(self, under: Path | None = None) -> None:
        places = [os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
        self._initdb, self._control = (shutil.which(name, path=os.pathsep.join(places[::-1])) for name in ("initdb", "pg_ctl"))
        if self._initdb is None or self._control is None:
            (pytest.fail if "CI" in os.environ else pytest.skip)("PostgreSQL's programs are not installed: apt-get install postgresql")
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=under and under.resolve()))
        self._data = self.folder / "data"
        self.port = free_port()
        if os.geteuid() == 0:  # it refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
        self._run(self._initdb, "-D", str(self._data), "-U", "postgres", "--auth=trust", "--no-sync")
        self.start()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, *command: str | None) -> None:
        whole = [str(part) for part in command]
        if os.geteuid() == 0:
            whole = ["runuser", "-u", "postgres", "--", *whole]
        done = subprocess.run(whole, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run(self._control, "-D", str(self._data), "-l", str(self.folder / "log"), "-w", "-o", options, "start")

    def kill(self) -> None:
        """Stop it as a crash would: no goodbye, and recovery from its journal at the next start."""
        self._run(self._control, "-D", str(self._data), "-m", "immediate", "stop")

    def stop(self) -> None:
        """Stop it for good and take its files away."""
        if (self._data / "postmaster.pid").exists():
            os.kill(int((self._data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGCONT)
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
