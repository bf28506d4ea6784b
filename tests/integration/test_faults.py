"""What the workers need hangs, is slow, dies, forgets, fills up, while people talk: everybody is told something at once, danger always
988 or 911; nothing acknowledged is lost, and all is well again by itself."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from tests.integration.cable import Cable
from tests.integration.crowd import Crowd
from tests.integration.nginx import Nginx
from tests.integration.services import Services
from tests.integration.test_nginx import Person
from tests.integration.website import ROOT, Server
from tests.ports import free_port
from tests.postgres_server import PostgresServer
from tests.redis_server import RedisServer
from tests.small_disk import small_disk

BOUND = 2.0  # seconds within which everybody is told something
_LASTS = 5.0  # seconds of a fault
_BACK = 15.0  # seconds within which all is well again


class ActionServer:
    """`python -m rasa_sdk`, as `rasa run actions` runs it."""

    def __init__(self, folder: Path, database: str) -> None:
        self.port, self._log = free_port(), folder / "actions.log"
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "KNOWLEDGE_DATABASE_URL": database}
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "rasa_sdk", "--actions", "bot.actions", "--port", str(self.port)]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(command, env=self._environment, cwd=ROOT, stdout=log, stderr=log)
        for _ in range(300):
            try:
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=2).request("GET", "/health")
                return
            except OSError:
                assert self._process.poll() is None, self._log.read_text()[-2000:]
                time.sleep(0.1)
        raise AssertionError(self._log.read_text()[-2000:])

    def hang(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class House:
    """Two workers, one with its actions inside and one with an action server, on PostgreSQL and Redis behind cables."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.postgres = PostgresServer()
        stack.callback(self.postgres.stop)
        self.disk = stack.enter_context(small_disk(self.postgres.folder / "small", 48)) if os.geteuid() == 0 else None
        self.sql, database = Cable(self.postgres.port), "postgres"
        stack.callback(self.sql.cut)
        if self.disk is not None:
            database = self._on_the_small_disk(self.disk.folder)
        through = str(make_url(self.postgres.url).set(port=self.sql.port, database=database))
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "KNOWLEDGE_DATABASE_URL": through}
        subprocess.run([sys.executable, "-m", "knowledge", "load"], env=environment, cwd=ROOT, check=True, capture_output=True)
        self.services = Services(folder, through)
        self.redis: RedisServer = self.services.redis
        stack.callback(self.redis.stop)
        self.locks = Cable(self.redis.port)
        stack.callback(self.locks.cut)
        self.actions = ActionServer(folder, through)
        stack.callback(self.actions.kill)
        actions = Cable(self.actions.port)
        self.monitoring = (free_port(), free_port())
        hows = ({}, {"ASSISTANT_ACTIONS": "http"})
        with ThreadPoolExecutor() as pool:
            made = [
                pool.submit(self._worker, name, {**how, "ASSISTANT_PROXIES": "1", "ASSISTANT_MONITORING_PORT": str(port)}, actions.port)
                for name, how, port in zip(("inside", "outside"), hows, self.monitoring, strict=True)
            ]
            self.workers: list[Server] = [one.result() for one in made]
        for worker in self.workers:
            stack.callback(worker.stop)

    def _worker(self, name: str, environment: dict[str, str], actions: int) -> Server:
        return self.services.worker(name, environment, actions, redis=self.locks.port, actions_within=1)

    def _on_the_small_disk(self, folder: Path) -> str:
        place = folder / "tables"
        place.mkdir()
        subprocess.run(["chown", "postgres:postgres", str(place)], check=True)
        admin = sa.create_engine(self.postgres.url, future=True, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE TABLESPACE small LOCATION '{place}'"))
            connection.execute(sa.text("CREATE DATABASE small TABLESPACE small"))
        admin.dispose()
        return "small"

    def health(self, worker: int, kind: str) -> tuple[int, Any, float]:
        """Status, parts, and the seconds it took."""
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.monitoring[worker], timeout=20)
        connection.request("GET", f"/health/{kind}")
        answer = connection.getresponse()
        told = answer.status, json.load(answer), time.monotonic() - begun
        connection.close()
        return told


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(tmp_path_factory.mktemp("faults"), stack)


def _fill(house: House) -> None:
    if house.disk is None:
        pytest.skip("a small disk cannot be mounted here: that takes root's rights")
    house.disk.fill()


def _everything_gone(house: House) -> None:
    house.actions.kill()
    house.redis.stop()
    house.postgres.kill()


def _everything_back(house: House) -> None:
    house.postgres.start()
    house.redis.start()
    house.actions.start()


def _everything_hangs(house: House) -> None:
    house.sql.go_dead()
    house.locks.go_dead()
    house.actions.hang()


def _nothing_hangs(house: House) -> None:
    house.actions.wake()
    house.locks.flow()
    house.sql.flow()


_FAULTS: dict[str, tuple[Callable[[House], object], Callable[[House], object]]] = {
    "PostgreSQL hangs": (lambda h: h.sql.go_dead(), lambda h: h.sql.flow()),
    "PostgreSQL is slow": (lambda h: h.sql.be_slow(1, 3), lambda h: h.sql.flow()),
    "PostgreSQL is out of reach": (lambda h: h.sql.cut(), lambda h: h.sql.mend()),
    "PostgreSQL crashes": (lambda h: h.postgres.kill(), lambda h: h.postgres.start()),
    "PostgreSQL's disk is full": (_fill, lambda h: h.disk.free()),
    "Redis hangs": (lambda h: h.locks.go_dead(), lambda h: h.locks.flow()),
    "Redis is stopped": (lambda h: h.redis.stop(), lambda h: h.redis.start()),
    "Redis forgets": (lambda h: h.redis.forget(), lambda h: h.redis.forget()),
    "the action server hangs": (lambda h: h.actions.hang(), lambda h: h.actions.wake()),
    "the action server is killed": (lambda h: h.actions.kill(), lambda h: h.actions.start()),
    "everything hangs": (_everything_hangs, _nothing_hangs),
    "everything is gone": (_everything_gone, _everything_back),
}


@pytest.mark.parametrize("fault", _FAULTS)
def test_everybody_is_told_something_at_once_and_nothing_is_lost(fault: str, house: House) -> None:
    begin, end = _FAULTS[fault]
    with Crowd(house.workers) as crowd:
        time.sleep(1)
        begun = time.monotonic()
        try:
            begin(house)
            until = begun + _LASTS
            alive = []
            while time.monotonic() < until:
                alive += [house.health(worker, "live") for worker in (0, 1)]
                time.sleep(0.5)
        finally:
            end(house)
        back = crowd.all_answered(_BACK)
    told = crowd.told(begun)
    slowest, line = max(one.seconds for one in told), sum(one.kind == "error" for one in told)
    print(f"\n{fault}: {len(told)} messages, {line} given the line, the slowest after {slowest:.2f} s; back after {back:.1f} s")
    assert crowd.failed == []
    assert [one.wrong for one in told if one.wrong] == []
    assert slowest < BOUND
    assert max(seconds for *_, seconds in alive) < 1  # the event loop goes on
    assert {status for status, *_ in alive} == {200}
    assert crowd.lost(_BACK) == []


def test_a_worker_that_nginx_hears_no_more_is_passed_over(house: House) -> None:
    cable = Cable(house.workers[0].port)
    nginx = Nginx([cable.port, house.workers[1].port], free_port())
    try:
        people = [Person(nginx) for _ in range(4)]
        for person in people:
            person.begin()
        cable.go_dead()
        begun = time.monotonic()
        with ThreadPoolExecutor(len(people)) as pool:
            told = list(pool.map(lambda person: person.say("what is leiomyosarcoma"), people))
        slowest = time.monotonic() - begun
        print(f"\na worker that nginx hears no more: the slowest reply after {slowest:.1f} s")
        assert {turn["replies"][0]["custom"]["kind"] for turn in told} == {"answer"}
        assert slowest < 12
        begun = time.monotonic()
        assert people[0].say("how is it treated")["replies"][0]["custom"]["kind"] == "answer"
        assert time.monotonic() - begun < 2  # it is known by now
        cable.flow()
        for person in people:  # heard twice by nginx's doing, asked once
            kept = person.call("GET", "/chat/messages").json["turns"]
            assert [turn["text"] for turn in kept[:1]] == ["what is leiomyosarcoma"]
            assert len(kept) == (2 if person is people[0] else 1)
    finally:
        nginx.stop()
        cable.cut()


def test_health_names_what_is_gone_and_people_are_served_all_the_same(house: House) -> None:
    house.sql.go_dead()
    try:
        time.sleep(1.1)  # health is good for a second
        status, parts, _ = house.health(0, "ready")
        assert status == 503
        assert {part for part, found in parts.items() if found != "ok"} == {"status", "store", "conversations", "trackers"}
        assert house.health(0, "serving")[0] == 200
    finally:
        house.sql.flow()
    for _ in range(100):
        if house.health(0, "ready")[0] == 200:
            return
        time.sleep(0.2)
    raise AssertionError("it does not get ready again")
