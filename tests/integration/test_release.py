"""A new model reaches people with no failed request; one that cannot be loaded changes nothing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.integration.nginx import Nginx
from tests.integration.services import Services
from tests.integration.test_nginx import Person
from tests.integration.website import ROOT
from tests.ports import free_offset, free_port


class Machine:
    """One machine with nginx, on which releases happen."""

    def __init__(self, services: Services) -> None:
        self.folder = services.folder / "machine"
        self.folder.mkdir()
        for name in ("config.yml", "domain.yml", "credentials.yml", "endpoints.yml", "knowledge", "bot"):
            (self.folder / name).symlink_to(ROOT / name)
        self.models = self.folder / "models"
        self.models.symlink_to((ROOT / "models").resolve())
        self.first, self.second = free_port(), free_port()
        self.nginx = Nginx([self.first], free_port())
        unlimited = {f"WEBSITE_{name}_LIMIT": "off" for name in ("SESSIONS", "MESSAGES", "REQUESTS")}
        self.environment = {
            **os.environ,
            **services.deployed(),
            **unlimited,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "ASSISTANT_ENVIRONMENT": "production",
            "ASSISTANT_PROXIES": "1",
            "ASSISTANT_CACHE": str((ROOT / ".data/encoder").resolve()),
            "KNOWLEDGE_DATABASE_URL": services.database,
            "CONVERSATIONS_DATABASE_URL": services.database,
        }

    def release(self, pid_file: str = "run/nginx.pid") -> subprocess.CompletedProcess[str]:
        monitoring = str(free_offset(self.first, self.second))
        command = [sys.executable, "-m", "deploy.release", "--workers", "1", "--folder", "release", "--drain", "3", "--ready", "100"]
        command += ["--first-port", str(self.first), "--second-port", str(self.second), f"--monitoring={monitoring}"]
        command += ["--upstreams", str(self.nginx.upstreams), "--nginx", str(self.nginx.folder / pid_file)]
        return subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=200)

    def workers(self) -> list[int]:
        """Processes of the last release."""
        state = self.folder / "release/workers.json"
        return [one["pid"] for one in json.loads(state.read_text())["serving"]] if state.exists() else []

    def stop(self) -> None:
        for pid in self.workers():
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)
        self.nginx.stop()


@pytest.fixture(scope="module")
def machine(services: Services) -> Iterator[Machine]:
    one = Machine(services)
    yield one
    one.stop()


class Load:
    """People who go on asking, each a question after the other."""

    def __init__(self, nginx: Nginx, people: int) -> None:
        self._nginx, self._over = nginx, threading.Event()
        self.seconds: list[float] = []
        self.failed: list[str] = []
        self._threads = [threading.Thread(target=self._ask) for _ in range(people)]

    def _ask(self) -> None:
        person = Person(self._nginx)
        person.begin()
        while not self._over.is_set():
            begun = time.monotonic()
            try:
                kind = person.say("what is leiomyosarcoma")["replies"][0]["custom"]["kind"]
                if kind != "answer":
                    self.failed.append(kind)
            except Exception as error:
                self.failed.append(repr(error))
            self.seconds.append(time.monotonic() - begun)
            time.sleep(2.1)  # nginx lets one conversation ask thirty times a minute

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_a_release_under_load_fails_nobody(machine: Machine) -> None:
    first = machine.release()
    assert first.returncode == 0, first.stderr
    old = machine.workers()
    with Load(machine.nginx, 6) as load:
        second = machine.release()
        time.sleep(2.5)
    assert second.returncode == 0, second.stderr
    assert f"Workers on {machine.second} answer now." in second.stdout
    assert machine.workers() != old
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in old)
    assert load.failed == []
    assert len(load.seconds) > 20
    print(f"\na release under load: {len(load.seconds)} messages, none failed, the slowest took {max(load.seconds):.2f} s")


def test_a_model_that_cannot_be_loaded_changes_nothing(machine: Machine) -> None:
    if not machine.workers():
        assert machine.release().returncode == 0
    before, asked = machine.workers(), machine.nginx.upstreams.read_text()
    whole = machine.models.resolve()
    machine.models.unlink()
    machine.models.mkdir()
    for file in whole.iterdir():
        (machine.models / file.name).write_bytes(b"not a model")
    try:
        with Load(machine.nginx, 2) as load:
            told = machine.release()
    finally:
        shutil.rmtree(machine.models)
        machine.models.symlink_to(whole)
    assert told.returncode == 2
    assert "ended; see" in told.stderr
    log = (machine.folder / told.stderr.strip().rsplit(" ", 1)[1]).read_text()
    assert "not a model that can be loaded" in log
    assert (machine.workers(), machine.nginx.upstreams.read_text()) == (before, asked)
    assert load.failed == []


def test_when_nginx_cannot_be_told_the_new_workers_end(machine: Machine) -> None:
    before, asked = machine.workers(), machine.nginx.upstreams.read_text()
    told = machine.release("nowhere.pid")
    assert (told.returncode, "nginx is not told" in told.stderr) == (2, True)
    assert (machine.workers(), machine.nginx.upstreams.read_text()) == (before, asked)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", machine.first)) != 0 or probe.connect_ex(("127.0.0.1", machine.second)) != 0
