"""The servers under measurement: started as their users start them, and stopped with all their processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psutil

_PATIENCE = 600.0  # seconds to the first answer


class ServerFailed(RuntimeError):
    """A server ended or never answered; the message has the end of its log."""


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """Processes that answer on a REST webhook together.

    Args:
        name: as it is called in the tables.
        commands: what is started, side by side.
        folder: where they run.
        port: where the webhook listens.
        environment: added to ours.
        ready: an address that answers 200 once it serves; where none is given, the webhook is asked.
    """

    name: str
    commands: Sequence[Sequence[str]]
    folder: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: str = ""
    start_seconds: float = 0.0
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The webhook."""
        return f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"

    def __enter__(self) -> Server:
        """Start, and wait for the first answer; sets `start_seconds`.

        Raises:
            ServerFailed: if there is none within ten minutes, or a process ends.
        """
        started = time.perf_counter()
        environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", **self.environment}
        for number, command in enumerate(self.commands):
            with self._log(number).open("wb") as log:
                self._processes.append(subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log))
        while not self._answers():
            gone = [number for number, process in enumerate(self._processes) if process.poll() is not None]
            if gone or time.perf_counter() - started > _PATIENCE:
                self.stop()
                path = self._log(gone[0] if gone else 0)
                raise ServerFailed(f"{self.name} did not answer; the end of {path}:\n{path.read_text(errors='replace')[-1500:]}")
            time.sleep(0.1)
        self.start_seconds = time.perf_counter() - started
        return self

    def _log(self, number: int) -> Path:
        folder = self.folder / "results"
        folder.mkdir(exist_ok=True)
        return folder / f"{self.name}-{number}.log"

    def _answers(self) -> bool:
        body = json.dumps({"sender": "first", "message": "what is leiomyosarcoma"}).encode()
        request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(self.ready or request, timeout=60) as answer:
                return bool(self.ready or json.load(answer))
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def processes(self) -> list[psutil.Process]:
        """All its processes and their children."""
        found = [psutil.Process(process.pid) for process in self._processes]
        return list({one.pid: one for parent in found for one in (parent, *parent.children(recursive=True))}.values())

    def memory_mb(self) -> float:
        """Resident memory of all its processes and their children, in megabytes."""
        return sum(one.memory_info().rss for one in self.processes()) / 1e6

    def stop(self) -> None:
        """End all processes."""
        tree = []
        for process in self._processes:
            if process.poll() is None:
                parent = psutil.Process(process.pid)
                tree += [*parent.children(recursive=True), parent]
        for one in tree:
            try:
                one.terminate()
            except psutil.NoSuchProcess:
                continue
        for one in psutil.wait_procs(tree, timeout=10)[1]:
            one.kill()
        for process in self._processes:
            process.wait()
        self._processes.clear()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def stock(folder: Path, model: Path, action_port: int, name: str = "stock", with_actions: bool = True) -> Server:
    """A stock project with its model, `rasa run` beside `rasa run actions` (which several may share)."""
    port = free_port()
    rasa = [sys.executable, "-m", "rasa"]
    run = [*rasa, "run", "--model", str(model.resolve()), "--port", str(port), "--interface", "127.0.0.1", "--endpoints", "endpoints.yml"]
    actions = [*rasa, "run", "actions", "--port", str(action_port)]
    return Server(name, [run, actions] if with_actions else [run], folder, port)


def ours(folder: Path, name: str = "ours", **environment: str) -> Server:
    """The assistant as `make run` starts it, on a store of its own."""
    port = free_port()
    database = f"sqlite:///{(folder / 'knowledge.db').resolve()}"
    settings = {"KNOWLEDGE_DATABASE_URL": database, "ASSISTANT_PORT": str(port), **environment}
    subprocess.run([sys.executable, "-m", "knowledge", "load"], env={**os.environ, **settings}, check=True, capture_output=True)
    return Server(name, [[sys.executable, "-m", "bot", "serve"]], Path.cwd(), port, settings)
