"""Two processes that serve the website's channel over HTTP and count limits together in a Redis; and what people see while it is gone.

What understands and answers is left out: it counts nothing.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.integration.website import ROOT, Client, Server
from tests.ports import free_port
from tests.redis_server import RedisServer

_APP = """
import os
from sanic import Sanic
from bot.channels.website import WebsiteInput

async def answer(message):
    await message.output_channel.send_text_message(message.sender_id, "told")
    custom = {"kind": "answer", "entry": "definition", "revision": 1, "facts": [], "source": {}}
    await message.output_channel.send_custom_json(message.sender_id, custom)

app = Sanic("worker")
app.blueprint(WebsiteInput.from_credentials(None).blueprint(answer), url_prefix="/chat")
app.run(host="127.0.0.1", port=int(os.environ["ASSISTANT_PORT"]), workers=1)
"""


class _Worker:
    """One process, on a port of its own."""

    def __init__(self, folder: Path, redis: RedisServer) -> None:
        self.port = free_port()
        (folder / "endpoints.yml").write_text(f"lock_store: {{type: bot.locks.RedisLockStore, url: 127.0.0.1, port: {redis.port}}}\n")
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "ASSISTANT_PORT": str(self.port),
            "ASSISTANT_ENDPOINTS": str(folder / "endpoints.yml"),
            "KNOWLEDGE_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
            "CONVERSATIONS_DATABASE_URL": f"sqlite:///{folder / 'conversations.db'}",
            "WEBSITE_LIMITS_STORE": "redis",
            "WEBSITE_LIMITS_KEY": "a-key-of-the-tests-0123456789",
            "WEBSITE_MESSAGES_LIMIT": "4/hour",
        }
        self.log = folder / f"{self.port}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen([sys.executable, "-c", _APP], env=environment, cwd=folder, stdout=log, stderr=log)

    def client(self) -> Client:
        """Somebody who comes to this worker."""
        return Client(cast(Server, self))

    def wait(self) -> None:
        """Until it serves."""
        for _ in range(600):
            try:
                if self.client().call("GET", "/chat/health").status == 200:
                    return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()[-2000:]
            time.sleep(0.1)
        pytest.fail(self.log.read_text()[-2000:])


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    one = RedisServer(tmp_path_factory.mktemp("redis"))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[list[_Worker]]:
    folder = tmp_path_factory.mktemp("pair")
    both = [_Worker(folder, redis) for _ in range(2)]
    try:
        for one in both:
            one.wait()
        yield both
    finally:
        for one in both:
            one.process.kill()
            one.process.wait()


def _at(person: Client, worker: _Worker) -> Client:
    """The same person, at another worker."""
    other = worker.client()
    other.token = person.token
    return other


def _said(*people: Client) -> list[int]:
    """The status of a message of each."""
    return [person.call("POST", "/chat/messages", {"id": f"id-{time.monotonic_ns()}", "text": "hello"}).status for person in people]


def _begun(worker: _Worker) -> Client:
    person = worker.client()
    person.begin()
    return person


@pytest.mark.parametrize("how", ["hang", "stop"])
def test_limits_hold_over_two_workers_and_nobody_waits_for_redis(how: str, redis: Any, pair: list[_Worker]) -> None:
    here = _begun(pair[0])
    there = _at(here, pair[1])
    assert _said(here, there, here, there, here, there) == [200, 200, 200, 200, 429, 429]
    person = _begun(pair[0])
    assert _said(person, person) == [200, 200]
    other = _at(person, pair[1])
    slowest = 0.0
    try:
        getattr(redis, how)()
        for one, expected in ((person, [200, 200, 429]), (other, [200, 200, 200, 200, 429])):
            for status in expected:  # each counts for itself, with what it has counted before
                begun = time.monotonic()
                assert _said(one) == [status]
                slowest = max(slowest, time.monotonic() - begun)
    finally:
        (redis.wake if how == "hang" else redis.start)()
    print(f"\nRedis {how}: the slowest answer took {slowest:.2f} s")
    assert slowest < 1
    time.sleep(2.5)  # they look once a second whether it is back
    again = _begun(pair[0])
    assert _said(again, _at(again, pair[1]), again, again, _at(again, pair[1])) == [200, 200, 200, 200, 429]
