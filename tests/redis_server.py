"""A Redis of a test's own, which it may stop and kill."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.ports import free_port


class RedisServer:
    """`redis-server` on a free port, in memory. Skips where it is not installed, unless in CI: it must be there then."""

    def __init__(self, folder: Path) -> None:
        self._program = shutil.which("redis-server") or ""
        if not self._program:
            (pytest.fail if "CI" in os.environ else pytest.skip)("redis-server is not installed: apt-get install redis-server")
        self.port = free_port()
        self._folder = folder
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail("redis-server did not start")

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def hang(self) -> None:
        """Have it take what it is sent, and say nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Have it go on."""
        self._process.send_signal(signal.SIGCONT)

    def forget(self) -> None:
        """Have it lose all keys."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            assert connection.recv(64).startswith(b"+OK")

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
