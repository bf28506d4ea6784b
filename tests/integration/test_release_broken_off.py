"""A release that fails at nginx, or is broken off at any point, leaves nothing undefined: whoever is asked answers, and nobody else runs.

nginx and the release are real; what answers is as small as can be, since only who answers is looked at.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.release import Interruptions, Release, ReleaseError
from tests.integration.nginx import Browser, Nginx
from tests.integration.website import ROOT
from tests.ports import free_offset, free_port

_WORKER = """
import http.server, json, os, signal, sys, threading
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"status": os.environ.get("HEALTH", "ready"), "port": int(os.environ["ASSISTANT_PORT"])}).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
for name in ("ASSISTANT_MONITORING_PORT", "ASSISTANT_PORT"):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ[name])), Answers)
    threading.Thread(target=server.serve_forever).start()
"""


class Machine:
    """A machine with nginx, on which releases happen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bot").mkdir()
        (folder / "bot/__init__.py").touch()
        (folder / "bot/__main__.py").write_text(_WORKER)
        self.first, self.second = free_port(), free_port()
        self.nginx = Nginx([self.first], free_port())

    def begin(self, drain: float = 0.2, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
        monitoring = free_offset(self.first, self.second)
        command = [sys.executable, "-m", "deploy.release", "--workers", "1", "--folder", "release", "--drain", str(drain), "--ready", "60"]
        command += ["--first-port", str(self.first), "--second-port", str(self.second), f"--monitoring={monitoring}"]
        command += ["--upstreams", str(self.nginx.upstreams), "--nginx", str(self.nginx.folder / "run/nginx.pid")]
        whole = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
        return subprocess.Popen(command, env=whole, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def release(self, drain: float = 0.2, environment: dict[str, str] | None = None) -> tuple[int, str]:
        process = self.begin(drain, environment)
        told = process.communicate(timeout=120)
        return process.returncode, told[0] + told[1]

    def released(self) -> None:
        """A release that goes through; what it told where it does not."""
        code, told = self.release()
        assert code == 0, told

    @property
    def state(self) -> dict[str, Any]:
        file = self.folder / "release/workers.json"
        return dict(json.loads(file.read_text())) if file.exists() else {"serving": [], "starting": [], "ending": []}

    def asked(self) -> int:
        """The port of the worker that nginx gives a person to."""
        return int(Browser(self.nginx).send("GET", "/chat/health").json["port"])

    def running(self) -> set[int]:
        """The ports of all workers that run."""
        found = set()
        for process in psutil.process_iter():
            try:
                if process.cwd() == str(self.folder) and process.cmdline()[1:] == ["-m", "bot", "serve"]:
                    found.add(int(process.environ()["ASSISTANT_PORT"]))
            except (psutil.Error, KeyError):
                continue
        return found

    def stop(self) -> None:
        for kind in self.state.values():
            for one in kind:
                if psutil.pid_exists(one["pid"]):
                    os.kill(one["pid"], signal.SIGKILL)
        self.nginx.stop()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    one = Machine(tmp_path)
    yield one
    one.stop()


def _until(holds: Callable[[], object]) -> None:
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it never came true")


def test_one_after_the_other(machine: Machine) -> None:
    for port in (machine.first, machine.second, machine.first):
        code, told = machine.release()
        assert (code, f"Workers on {port} answer now." in told) == (0, True), told
        assert (machine.asked(), machine.running()) == (port, {port})


def test_a_configuration_that_nginx_does_not_take_changes_nothing(machine: Machine) -> None:
    machine.released()
    good = machine.nginx.upstreams.read_text()
    broken = good.replace("keepalive 32;", "keepalife 32;")
    machine.nginx.upstreams.write_text(broken)
    code, told = machine.release()
    assert (code, 'unknown directive "keepalife"' in told) == (2, True), told
    assert machine.nginx.upstreams.read_text() == broken  # as it was found
    assert (machine.asked(), machine.running()) == (machine.first, {machine.first})
    machine.nginx.upstreams.write_text(good)
    machine.released()
    assert (machine.asked(), machine.running()) == (machine.second, {machine.second})


def test_an_nginx_that_goes_on_with_what_it_had_is_noticed(machine: Machine) -> None:
    machine.released()
    before = machine.nginx.upstreams.read_text()
    machine.nginx.process.send_signal(signal.SIGSTOP)  # its master hears nothing; its workers answer
    try:
        code, told = machine.release()
    finally:
        machine.nginx.process.send_signal(signal.SIGCONT)
    assert (code, "goes on with what it had after 10 s" in told) == (2, True), told
    assert machine.nginx.upstreams.read_text() == before
    _until(lambda: machine.asked() == machine.first)
    assert machine.running() == {machine.first}


def test_what_listens_already_is_not_taken_for_a_new_worker(machine: Machine) -> None:
    machine.released()
    with socket.create_server(("127.0.0.1", machine.second)):
        code, told = machine.release()
    assert (code, f"port {machine.second} is taken" in told) == (2, True), told
    assert (machine.asked(), machine.running()) == (machine.first, {machine.first})


def test_a_port_beyond_the_last_is_named(tmp_path: Path) -> None:
    release = Release(tmp_path / "release", tmp_path / "upstreams.conf", None, Interruptions())
    with pytest.raises(ReleaseError, match="69530 is no port"):
        release.start([65530], [69530], seconds=1)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_broken_off_while_new_workers_get_ready(machine: Machine, how: signal.Signals) -> None:
    machine.released()
    process = machine.begin(environment={"HEALTH": "loading"})
    _until(lambda: machine.state["starting"])
    _until(lambda: machine.second in machine.running())
    process.send_signal(how)
    told = process.communicate(timeout=30)[1]
    assert (process.returncode, f"broken off; workers that answer: {machine.first}" in told) == (2, True), told
    assert (machine.asked(), machine.running()) == (machine.first, {machine.first})


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_broken_off_while_old_workers_finish(machine: Machine, how: signal.Signals) -> None:
    machine.released()
    process = machine.begin(drain=60)
    _until(lambda: machine.state["ending"])
    process.send_signal(how)
    told = process.communicate(timeout=30)[1]
    assert (process.returncode, f"broken off; workers that answer: {machine.second}" in told) == (2, True), told
    assert (machine.asked(), machine.running()) == (machine.second, {machine.second})
    assert (machine.state["starting"], machine.state["ending"]) == ([], [])


@pytest.mark.parametrize("when", ["starting", "ending"])
def test_what_a_killed_release_left_behind_is_put_right_by_the_next(machine: Machine, when: str) -> None:
    machine.released()
    process = machine.begin(drain=60, environment={"HEALTH": "loading"} if when == "starting" else None)
    _until(lambda: machine.state[when])
    process.kill()
    process.communicate()
    _until(lambda: machine.running() == {machine.first, machine.second})
    code, told = machine.release()
    assert code == 0, told
    expected = machine.second if when == "starting" else machine.first
    assert (machine.asked(), machine.running()) == (expected, {expected})


def test_broken_off_while_nginx_is_told(machine: Machine) -> None:
    machine.released()
    machine.nginx.process.send_signal(signal.SIGSTOP)
    try:
        process = machine.begin()
        _until(lambda: str(machine.second) in machine.nginx.upstreams.read_text())
        process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=40)[1]
    finally:
        machine.nginx.process.send_signal(signal.SIGCONT)
    assert (process.returncode, f"broken off; workers that answer: {machine.first}" in told) == (2, True), told
    assert str(machine.second) not in machine.nginx.upstreams.read_text()
    _until(lambda: machine.asked() == machine.first)
    assert machine.running() == {machine.first}


def test_broken_off_at_any_moment(machine: Machine) -> None:
    """Wherever it is: nobody runs but whom nginx asks, and the next release finds nothing to put right."""
    machine.released()
    for number in range(8):
        process = machine.begin()
        time.sleep(0.4 + 0.15 * number)
        process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=40)
        assert process.returncode in {0, 2, -signal.SIGTERM}, told
        _until(lambda: {machine.asked()} == machine.running())
        assert (machine.state["starting"], machine.state["ending"]) == ([], [])
