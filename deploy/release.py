"""`python -m deploy.release`: a new model or version reaches people without a pause, on one machine.

New workers start beside the old ones, on ports of their own. When every part of each answers, nginx is told to ask them; the old
ones finish what they have begun, and go. If the new ones do not get ready, they are stopped, and nothing has changed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
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


class Nginx:
    """A running nginx, told to read its configuration anew.

    Args:
        pid_file: with the number of its master; its configuration is `nginx.conf` beside it, where deploy/nginx/start puts both.
        seconds: that reading it anew may take.
    """

    def __init__(self, pid_file: Path, seconds: float = 10.0) -> None:
        self._pid_file, self._seconds = pid_file, seconds

    def reload(self) -> None:
        """Check the configuration, have nginx read it, and wait until new processes of it serve and the old ones take nobody on.

        Raises:
            ReleaseError: if it is not running, does not like what it reads, or goes on with what it had.
        """
        try:
            master = psutil.Process(int(self._pid_file.read_text()))
            before = {one.pid: one.create_time() for one in self._workers(master)}
            self._check(master)
            master.send_signal(signal.SIGHUP)
        except (OSError, ValueError, psutil.Error) as error:
            raise ReleaseError(f"nginx is not told: no running process by {self._pid_file}; start it with deploy/nginx/start") from error
        until = time.monotonic() + self._seconds
        while time.monotonic() < until:
            now = {one.pid: one.create_time() for one in self._workers(master)}
            if now and not any(before.get(pid) == begun for pid, begun in now.items()):
                return
            time.sleep(0.05)
        raise ReleaseError(f"nginx was told, and goes on with what it had after {self._seconds:g} s; see its log")

    def _check(self, master: psutil.Process) -> None:
        folder = self._pid_file.parent
        command = [master.exe(), "-t", "-q", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        try:
            checked = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        except subprocess.TimeoutExpired as error:
            raise ReleaseError("nginx has not checked its new configuration after 30 s; does it name a host that is not found?") from error
        if checked.returncode:
            raise ReleaseError(
                f"nginx does not take its new configuration: {(checked.stderr.strip().splitlines() or ['no reason told'])[0]}"
            )

    @staticmethod
    def _workers(master: psutil.Process) -> list[psutil.Process]:
        """Its processes that take people on."""
        found = []
        for child in master.children():
            with suppress(psutil.Error):
                title = " ".join(child.cmdline())
                if "worker process" in title and "shutting down" not in title:
                    found.append(child)
        return found


@dataclass
class State:
    """Workers that are known: those that nginx asks, those that get ready, and those that are to end.

    It is kept in a file before anything that it tells of is done, so that a release that was broken off in whatever way is put right
    by the next.
    """

    serving: list[Worker] = field(default_factory=list)
    starting: list[Worker] = field(default_factory=list)
    ending: list[Worker] = field(default_factory=list)

    @classmethod
    def read(cls, file: Path) -> State:
        """What the file says; nothing where there is none."""
        if not file.exists():
            return cls()
        told = json.loads(file.read_text())
        if isinstance(told, list):  # of an earlier version
            told = {"serving": told}
        return cls(**{name: [Worker(**one) for one in told.get(name, [])] for name in ("serving", "starting", "ending")})

    def write(self, file: Path) -> None:
        """Keep it, as a whole or not at all."""
        new = file.with_suffix(".new")
        new.write_text(json.dumps(asdict(self)))
        new.replace(file)


class BrokenOff(BaseException):
    """Somebody has told the release to end (Ctrl-C, SIGTERM)."""


class Interruptions:
    """Turns SIGINT and SIGTERM into `BrokenOff`, but not in the middle of what must be whole."""

    def __init__(self) -> None:
        self._whole = False
        self._told = False

    def __enter__(self) -> Interruptions:
        self._before = {one: signal.signal(one, self._tell) for one in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _tell(self, *_: object) -> None:
        if not self._whole:
            raise BrokenOff
        self._told = True

    @contextmanager
    def later(self) -> Iterator[None]:
        """What is done within is done to its end first."""
        self._whole = True
        try:
            yield
        finally:
            self._whole = False
        if self._told:
            self._told = False
            raise BrokenOff


class Release:
    """Workers of one machine.

    Args:
        folder: where their state and logs are kept.
        upstreams: the file that nginx reads who answers from.
        nginx: which is told; None where it is told otherwise.
        interruptions: may come at any time.
    """

    def __init__(self, folder: Path, upstreams: Path, nginx: Nginx | None, interruptions: Interruptions) -> None:
        self._folder, self._upstreams, self._nginx, self._interruptions = folder, upstreams, nginx, interruptions
        self._file = folder / "workers.json"
        folder.mkdir(parents=True, exist_ok=True)
        self._state = State.read(self._file)

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
            self._state = State.read(self._file)
            yield

    def workers(self) -> list[Worker]:
        """Those that nginx asks, and that run."""
        return [worker for worker in self._state.serving if worker.process is not None]

    def put_right(self) -> list[Worker]:
        """End what a release that was broken off has left behind: workers that nginx does not ask.

        Returns:
            The workers that nginx asks.

        Raises:
            ReleaseError: if nginx cannot be told.
        """
        state = self._state
        running = [worker for worker in (*state.serving, *state.starting, *state.ending) if worker.process is not None]
        if state.starting or state.ending:
            if self._nginx is not None:
                self._nginx.reload()  # it may have been told or not: now it asks those that its file names
            asked = set(re.findall(r"server 127\.0\.0\.1:(\d+)", self._upstreams.read_text()))
            left = [worker for worker in running if str(worker.port) not in asked]
            self.stop(left, 30)
            running = [worker for worker in running if worker not in left]
        self._keep(State(serving=running))
        return running

    def start(self, ports: Sequence[int], monitoring: Sequence[int], seconds: float) -> list[Worker]:
        """Start workers and wait until each is ready.

        Raises:
            ReleaseError: if a port is taken or is none, or one does not get ready in time; none is left running then.
        """
        started = self._state.starting
        for port in (*ports, *monitoring):
            _make_sure_it_is_free(port)
        try:
            for port, other in zip(ports, monitoring, strict=True):
                with self._interruptions.later():
                    started.append(self._started(port, other))
                    self._keep(self._state)
            until = time.monotonic() + seconds
            for worker in started:
                self._wait_for(worker, until)
        except BaseException:
            self._take_back(started)
            raise
        return list(started)

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

    def switch(self, workers: Sequence[Worker]) -> list[Worker]:
        """Have nginx ask these workers, or, where it does not, those that it asked before; these end then.

        Returns:
            The workers that nginx asked before; they are to end.

        Raises:
            ReleaseError: if nginx cannot be told.
        """
        old, before = self._state.serving, self._upstreams.read_text()
        try:
            with self._interruptions.later():
                self._name(workers, before)
                if self._nginx is not None:
                    self._nginx.reload()
                self._keep(State(serving=list(workers), ending=old))
        except BrokenOff:  # it came meanwhile; nginx asks the new ones
            raise
        except BaseException:
            with self._interruptions.later():
                self._put(before)
                if self._nginx is not None:
                    with suppress(ReleaseError):  # it was told of this already
                        self._nginx.reload()
                self._take_back(workers)
            raise
        return old

    def _name(self, workers: Sequence[Worker], before: str) -> None:
        lines = before.splitlines(keepends=True)
        head = next((number for number, line in enumerate(lines) if line.startswith("upstream assistant")), None)
        if head is None:
            raise ReleaseError(f"{self._upstreams} has no 'upstream assistant'; copy deploy/nginx/upstreams.conf there")
        end = next(number for number, line in enumerate(lines) if number > head and line.startswith("}"))
        kept = [line for line in lines[head + 1 : end] if not line.strip().startswith("server ")]
        servers = [f"    server 127.0.0.1:{worker.port} max_fails=1 fail_timeout=2s;\n" for worker in workers]
        self._put("".join([*lines[: head + 1], *servers, *kept, *lines[end:]]))

    def _put(self, text: str) -> None:
        new = self._upstreams.with_suffix(".new")
        new.write_text(text)
        new.replace(self._upstreams)

    def drain(self, seconds: float) -> list[Worker]:
        """Give the workers that nginx asks no more time for what they have begun, and end them; broken off, they end at once. Those that
        nginx was not told of end as well.

        Returns:
            Those that have ended.
        """
        old = [*self._state.ending, *self._state.starting]
        try:
            if old:
                time.sleep(seconds)
        finally:
            with self._interruptions.later():
                self.stop(old, 30)
                self._keep(State(serving=self._state.serving))
        return old

    def stop(self, workers: Sequence[Worker], seconds: float) -> None:
        """End workers; who does not end in time is killed."""
        running = [process for worker in workers if (process := worker.process) is not None]
        for process in running:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        late = psutil.wait_procs(running, timeout=seconds)[1]
        for process in late:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(late, timeout=5)

    def _take_back(self, workers: Sequence[Worker]) -> None:
        self.stop(workers, 5)
        self._keep(State(serving=self._state.serving))

    def _keep(self, state: State) -> None:
        self._state = state
        state.write(self._file)


def _make_sure_it_is_free(port: int) -> None:
    """What listens there already would be taken for the new worker: it may well say that it is ready."""
    if not 0 < port < 2**16:
        raise ReleaseError(f"{port} is no port (they go from 1 to 65535); give another --first-port, --second-port or --monitoring")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ReleaseError(f"port {port} is taken ({error.strerror}); end what listens there, or give --first-port") from error


@click.command()
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="How many.")
@click.option("--first-port", default=5015, show_default=True, type=click.IntRange(1, 65000), help="The others follow.")
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
    with Interruptions() as interruptions:
        release = Release(folder, upstreams, Nginx(nginx) if nginx is not None else None, interruptions)
        try:
            with release.alone():
                old = release.put_right()
                first = second_port if any(first_port <= worker.port < first_port + workers for worker in old) else first_port
                ports = range(first, first + workers)
                seconds = 0.0
                try:
                    new = release.start(ports, [port + monitoring for port in ports], ready)
                    release.switch(new)
                    click.echo(f"Workers on {', '.join(str(port) for port in ports)} answer now.")
                    seconds = drain
                finally:  # where it was broken off, at once
                    ended = release.drain(seconds)
                if ended:
                    click.echo(f"Workers on {', '.join(str(worker.port) for worker in ended)} have ended.")
        except BrokenOff:
            asked = ", ".join(str(worker.port) for worker in release.workers()) or "none"
            raise ReleaseError(f"broken off; workers that answer: {asked}; the others have ended") from None


if __name__ == "__main__":
    try:
        main()
    except (ReleaseError, OSError, psutil.Error) as problem:
        click.echo(f"error: {problem}", err=True)
        sys.exit(2)
