"""`python -m deploy.release`: a new model or version reaches people without a pause, on one machine.

New workers start beside the old ones, on ports of their own. When every part of each answers, nginx is told to ask them; the old
ones finish what they have begun, and go. If the new ones do not get ready, they are stopped, and nothing has changed.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import psutil


class ReleaseError(RuntimeError):
    """The release did not happen; the old workers go on. The message says why."""


@dataclass(frozen=True)
class Worker:
    """A process that serves; `begun` tells it from another that was given the same number later."""

    pid: int
    begun: float
    port: int
    monitoring: int

    @property
    def process(self) -> psutil.Process | None:
        """The process, if it still runs."""
        try:
            found = psutil.Process(self.pid)
            return found if abs(found.create_time() - self.begun) < 2 and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def health(self) -> dict[str, Any]:
        """What `/health/ready` says."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.monitoring}/health/ready", timeout=6) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            try:
                return dict(json.load(error))
            except ValueError:
                return {"status": f"HTTP {error.code}"}
        except OSError:
            return {"status": "not listening"}


class Release:
    """Workers of one machine.

    Args:
        folder: where their state and logs are kept.
        upstreams: the file that nginx reads who answers from.
        nginx: the file with nginx's process id; None where nginx is told otherwise.
    """

    def __init__(self, folder: Path, upstreams: Path, nginx: Path | None) -> None:
        self._folder, self._upstreams, self._nginx = folder, upstreams, nginx
        self._state = folder / "workers.json"
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One release at a time.

        Raises:
            ReleaseError: if another is under way.
        """
        with (self._folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ReleaseError(f"another release is under way (it holds {self._folder / 'lock'}); wait for it") from error
            yield

    def workers(self) -> list[Worker]:
        """Those that were started last and still run."""
        if not self._state.exists():
            return []
        known = [Worker(**one) for one in json.loads(self._state.read_text())]
        return [worker for worker in known if worker.process is not None]

    def start(self, ports: Sequence[int], monitoring: Sequence[int], seconds: float) -> list[Worker]:
        """Start workers and wait until each is ready.

        Raises:
            ReleaseError: if one does not get ready in time; none is left running then.
        """
        started: list[Worker] = []
        try:
            for port, other in zip(ports, monitoring, strict=True):
                started.append(self._started(port, other))
            until = time.monotonic() + seconds
            for worker in started:
                self._wait_for(worker, until)
        except BaseException:
            self.stop(started, 5)
            raise
        return started

    def _started(self, port: int, monitoring: int) -> Worker:
        environment = {**os.environ, "ASSISTANT_PORT": str(port), "ASSISTANT_MONITORING_PORT": str(monitoring), "ASSISTANT_OPEN": "no"}
        environment["ASSISTANT_MONITORING_HOST"] = "127.0.0.1"
        with (self._folder / f"worker-{port}.log").open("a") as log:
            command = [sys.executable, "-m", "bot", "serve"]
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        return Worker(process.pid, psutil.Process(process.pid).create_time(), port, monitoring)

    def _wait_for(self, worker: Worker, until: float) -> None:
        health: dict[str, Any] = {}
        while time.monotonic() < until:
            if worker.process is None:
                raise ReleaseError(f"the worker on port {worker.port} ended; see {self._folder / f'worker-{worker.port}.log'}")
            health = worker.health()
            if health.get("status") == "ready":
                return
            time.sleep(0.2)
        wrong = ", ".join(f"{part}: {found}" for part, found in health.items() if found != "ok")
        raise ReleaseError(f"the worker on port {worker.port} is not ready in time ({wrong})")

    def switch(self, workers: Sequence[Worker]) -> None:
        """Have nginx ask these workers.

        Raises:
            ReleaseError: if nginx cannot be told.
        """
        lines = self._upstreams.read_text().splitlines(keepends=True)
        head = next((number for number, line in enumerate(lines) if line.startswith("upstream assistant")), None)
        if head is None:
            raise ReleaseError(f"{self._upstreams} has no 'upstream assistant'; copy deploy/nginx/upstreams.conf there")
        end = next(number for number, line in enumerate(lines) if number > head and line.startswith("}"))
        kept = [line for line in lines[head + 1 : end] if not line.strip().startswith("server ")]
        servers = [f"    server 127.0.0.1:{worker.port} max_fails=1 fail_timeout=2s;\n" for worker in workers]
        new = self._upstreams.with_suffix(".new")
        new.write_text("".join([*lines[: head + 1], *servers, *kept, *lines[end:]]))
        new.replace(self._upstreams)
        if self._nginx is not None:
            try:
                os.kill(int(self._nginx.read_text()), signal.SIGHUP)
            except (OSError, ValueError) as error:
                self._upstreams.write_text("".join(lines))
                raise ReleaseError(f"nginx is not told: no running process by {self._nginx}; start it with deploy/nginx/start") from error
        self._state.write_text(json.dumps([asdict(worker) for worker in workers]))

    def stop(self, workers: Sequence[Worker], seconds: float) -> None:
        """End workers; who does not end in time is killed."""
        running = [process for worker in workers if (process := worker.process) is not None]
        for process in running:
            process.terminate()
        for process in psutil.wait_procs(running, timeout=seconds)[1]:
            process.kill()


@click.command()
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="How many.")
@click.option("--first-port", default=5005, show_default=True, type=click.IntRange(1, 65000), help="The others follow.")
@click.option("--second-port", default=5105, show_default=True, type=click.IntRange(1, 65000), help="For every other release.")
@click.option("--monitoring", default=4000, show_default=True, help="This much above a worker's port is its monitoring port.")
@click.option("--folder", default=Path(".data/release"), show_default=True, type=click.Path(path_type=Path), help="For state and logs.")
@click.option("--upstreams", required=True, type=click.Path(path_type=Path, exists=True), help="The file that nginx includes.")
@click.option("--nginx", type=click.Path(path_type=Path), help="nginx's pid file; without it nginx is not told.")
@click.option("--ready", default=180.0, show_default=True, help="Seconds that new workers may take to get ready.")
@click.option("--drain", default=20.0, show_default=True, help="Seconds in which old workers finish what they have begun.")
def main(
    workers: int,
    first_port: int,
    second_port: int,
    monitoring: int,
    folder: Path,
    upstreams: Path,
    nginx: Path | None,
    ready: float,
    drain: float,
) -> None:
    """Start new workers, have nginx ask them, and end the old ones."""
    release = Release(folder, upstreams, nginx)
    with release.alone():
        old = release.workers()
        first = second_port if any(worker.port < first_port + workers and worker.port >= first_port for worker in old) else first_port
        ports = range(first, first + workers)
        new = release.start(ports, [port + monitoring for port in ports], ready)
        try:
            release.switch(new)
        except BaseException:
            release.stop(new, 5)
            raise
        click.echo(f"Workers on {', '.join(str(port) for port in ports)} answer now.")
        if old:
            time.sleep(drain)
            release.stop(old, 30)
            click.echo(f"Workers on {', '.join(str(worker.port) for worker in old)} have ended.")


if __name__ == "__main__":
    try:
        main()
    except (ReleaseError, OSError) as problem:
        click.echo(f"error: {problem}", err=True)
        sys.exit(2)
