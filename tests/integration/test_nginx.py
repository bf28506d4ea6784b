"""Through a real nginx: people reach the chat and nothing else, staff reach the desk, and a worker may die unnoticed."""

import gzip
import hashlib
import http.client
import json
import os
import re
import secrets
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.integration.nginx import CHAT, DESK, Browser, Nginx
from tests.integration.services import Services, hanging_actions
from tests.integration.website import ROOT, Answer, Server
from tests.ports import free_port

_PRODUCTION = {"ASSISTANT_ENVIRONMENT": "production", "ASSISTANT_PROXIES": "1", "DESK_API_TOKEN": "a-token-of-the-tests-0123456789"}


@pytest.fixture(scope="module")
def worker(services: Services) -> Iterator[Server]:
    environment = {**_PRODUCTION, **services.deployed(), "ASSISTANT_MONITORING_PORT": str(free_port())}
    whole = {**os.environ, **environment, "PYTHONPATH": str(ROOT), "CONVERSATIONS_DATABASE_URL": services.database}
    subprocess.run([sys.executable, "-m", "bot", "migrate"], env=whole, cwd=ROOT, check=True, capture_output=True)
    with sa.create_engine(services.database, future=True).connect() as connection:
        assert {"events", "conversation_fences"} <= set(sa.inspect(connection).get_table_names())
    one = services.worker("worker", environment)
    yield one
    one.stop()


@pytest.fixture(scope="module")
def desk(services: Services) -> Iterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ASSISTANT_ENVIRONMENT": "production",
        "DESK_PORT": str(port),
        "DESK_PROXIES": "1",
        "DESK_PUBLIC_URL": f"https://{DESK}",
        "DESK_DATABASE_URL": services.database,
        "KNOWLEDGE_DATABASE_URL": services.database,
    }
    with (services.folder / "desk.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "web.desk", "serve"], env=environment, cwd=services.folder, stdout=log, stderr=log
        )
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None, (services.folder / "desk.log").read_text()
        time.sleep(0.1)
    yield port
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def nginx(worker: Server, desk: int) -> Iterator[Nginx]:
    one = Nginx([worker.port], desk)
    yield one
    one.stop()


class Person:
    """A person's chat, through nginx."""

    def __init__(self, nginx: Nginx) -> None:
        self.browser = Browser(nginx)
        self.token = ""

    def call(self, method: str, path: str, told: Any = None, headers: dict[str, str] | None = None) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= {"Origin": f"https://{self.browser.host}", "Content-Type": "application/json"}
        return self.browser.send(method, path, None if told is None else json.dumps(told).encode(), {**sent, **(headers or {})})

    def begin(self) -> None:
        answer = self.call("POST", "/chat/sessions")
        assert answer.status == 201, answer.body
        self.token = answer.json["session"]

    def say(self, text: str) -> Any:
        answer = self.call("POST", "/chat/messages", {"id": secrets.token_hex(8), "text": text})
        assert answer.status == 200, answer.body
        return answer.json


def test_a_conversation_over_tls(nginx: Nginx) -> None:
    person = Person(nginx)
    person.begin()
    turn = person.say("what is leiomyosarcoma")
    assert turn["replies"][0]["custom"]["kind"] == "answer"
    assert person.browser.version == "TLSv1.3"
    reply = turn["replies"][0]["id"]
    assert person.call("POST", "/chat/feedback", {"reply": reply, "helpful": True}).status == 204
    told = person.call("GET", "/chat/messages", headers={"Accept-Encoding": "gzip"})
    assert told.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(told.body))["turns"][0]["feedback"] == {reply: "helpful"}
    assert told.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert told.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"[0-9a-f]{32}", told.headers["X-Request-ID"])
    assert "nginx/" not in told.headers["Server"]
    assert person.call("DELETE", "/chat/conversation").status == 204
    assert person.call("GET", "/chat/messages").status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/webhooks/rest/webhook",
        "/webhooks/rest/",
        "/desk-api/read",
        "/desk-api/handoffs",
        "/model",
        "/model/parse",
        "/conversations/someone/tracker",
        "/status",
        "/version",
        "/domain",
        "/metrics",
        "/health/ready",
        "/chat/demo",
        "/chat/demo/index.html",
        "/chat/",
        "/chat/../webhooks/rest/webhook",
        "/chat/messages/../../desk-api/handoffs",
        "/chat/%2e%2e/webhooks/rest/webhook",
        "/chat/messages%2f..%2f..%2fmodel",
        "//webhooks/rest/webhook",
        "/chat/sessions/",
        "/CHAT/sessions",
    ],
)
def test_people_reach_the_chat_and_nothing_else(nginx: Nginx, path: str) -> None:
    for method in ("GET", "POST"):
        answer = Browser(nginx).send(method, path, b"{}" if method == "POST" else None)
        assert (answer.status, answer.code) == (404, "not_found"), answer.body
        assert answer.headers["X-Request-ID"] is None  # nginx itself said so: it was not passed on


def test_the_widget_is_cached_for_all_origins_alike(nginx: Nginx) -> None:
    browser = Browser(nginx)
    seen = []
    for origin in ("https://one.example", "https://two.example", "https://one.example"):
        answer = browser.send("GET", "/chat/widget.js", headers={"Origin": origin, "Accept-Encoding": "gzip"})
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Content-Encoding"] == "gzip"
        seen.append(answer.headers["X-Cache"])
    assert (seen[0], seen[2]) == ("MISS", "HIT")
    plain = browser.send("GET", "/chat/widget.js", headers={"Origin": "https://one.example"})
    assert gzip.decompress(answer.body) == plain.body
    known = browser.send("GET", "/chat/widget.js", headers={"Origin": "https://one.example", "If-None-Match": answer.headers["ETag"]})
    assert known.status == 304


def test_what_the_client_says_of_itself_is_not_believed(nginx: Nginx, worker: Server) -> None:
    person = Person(nginx)
    forged = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Request-ID": "forged-by-client",
    }
    answer = person.call("POST", "/chat/sessions", headers=forged)
    assert answer.status == 201
    assert answer.headers["X-Request-ID"] != "forged-by-client"
    assert person.call("POST", "/chat/sessions", headers={"Origin": "https://evil.example", **forged}).status == 403


def test_other_names_old_tls_and_plain_http(nginx: Nginx) -> None:
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    for name in ("elsewhere.example", "127.0.0.1"):
        with socket.create_connection(("127.0.0.1", nginx.public)) as plain, pytest.raises(ssl.SSLError):
            unchecked.wrap_socket(plain, server_hostname=name)
    old = ssl.create_default_context()
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", nginx.public)) as plain, pytest.raises((ssl.SSLError, OSError)):
        old.wrap_socket(plain, server_hostname=CHAT)
    connection = http.client.HTTPConnection("127.0.0.1", nginx.plain, timeout=10)
    connection.request("GET", "/chat/widget.js", headers={"Host": "anything.example"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{CHAT}/chat/widget.js")
    connection.close()


def test_the_desk_has_its_own_host_and_network(nginx: Nginx, worker: Server, desk: int) -> None:
    answer = Browser(nginx, DESK, nginx.desk).send("GET", "/")
    assert answer.status in {200, 302, 303}
    assert answer.headers["Strict-Transport-Security"]
    for path in ("/chat/sessions", "/metrics", "/webhooks/rest/webhook"):
        assert Browser(nginx, DESK, nginx.desk).send("GET", path).status in {302, 303, 404}, path
    outside = Nginx([worker.port], desk, {"DESK_NETWORK": "192.0.2.0/24"})
    try:
        assert Browser(outside, DESK, outside.desk).send("GET", "/").status == 403
        assert Browser(outside).send("GET", "/chat/health").status == 200
    finally:
        outside.stop()


def test_who_comes_too_often_and_who_sends_too_much(worker: Server, desk: int) -> None:
    narrow = Nginx([worker.port], desk, {"ADDRESS_RATE": "1"})
    try:
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: Browser(narrow).send("GET", "/chat/health"), range(150)))
        refused = [answer for answer in answers if answer.status == 429]
        assert len(refused) >= 40
        assert {(answer.code, answer.headers["Retry-After"]) for answer in refused} == {("too_many", "5")}
    finally:
        narrow.stop()
    whole = Nginx([worker.port], desk)
    try:
        person = Person(whole)
        person.begin()
        answer = person.call("POST", "/chat/messages", {"id": "12345678", "text": "x" * 20_000})
        assert (answer.status, answer.code) == (413, "too_large")
    finally:
        whole.stop()


def test_when_nobody_answers_the_line_is_given_and_the_widget_still_comes(desk: int, worker: Server) -> None:
    alone = Nginx([worker.port], desk)
    try:
        origin = {"Origin": "https://one.example"}
        assert Browser(alone).send("GET", "/chat/widget.js", headers=origin).status == 200
        alone.name([free_port()], desk)
        subprocess.run(["kill", "-HUP", str(alone.process.pid)], check=True)
        _until(lambda: Browser(alone).send("GET", "/chat/health").status == 503)
        answer = Person(alone).call("POST", "/chat/sessions")
        assert answer.status == 503
        assert all(number in answer.json["error"]["message"] for number in ("(412) 359-8614", "911", "988"))
        assert Browser(alone).send("GET", "/chat/widget.js", headers=origin).status == 200
    finally:
        alone.stop()


def _until(holds: Any) -> None:
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("it never came true")


def test_a_worker_killed_in_mid_message_is_not_noticed(services: Services, worker: Server, desk: int, nginx: Nginx) -> None:
    with hanging_actions() as (port, asked):
        victim = services.worker("victim", {**_PRODUCTION, "ASSISTANT_ACTIONS": "http"}, port)
        through = Nginx([victim.port], desk, spare=[worker.port])
        try:
            person = Person(nginx)
            person.begin()
            person.browser = Browser(through)
            with ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(person.say, "what is leiomyosarcoma")
                assert asked.wait(20)
                victim.process.kill()
                assert waiting.result()["replies"][0]["custom"]["kind"] == "answer"
            assert len(services.heard(_sender(person))) == 2  # the greeting, and the question once
        finally:
            through.stop()
            victim.stop()


def _sender(person: Person) -> str:
    return f"web-{hashlib.sha256(person.token.encode()).hexdigest()[:32]}"


def test_the_log_has_no_addresses_and_no_words(nginx: Nginx) -> None:
    person = Person(nginx)
    person.begin()
    person.say("zebra crossing")
    person.browser.send("GET", "/chat/messages?after=0&name=Quillfeather", headers={"Authorization": f"Bearer {person.token}"})
    log = nginx.log.read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"time", "request_id", "host", "method", "status", "seconds", "upstream_seconds", "tries"} == set(lines[-1])
    for secret in ("zebra", "Quillfeather", person.token):
        assert secret not in log


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    start = str(ROOT / "deploy/nginx/start")
    told = subprocess.run([start, "--check"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert told.returncode != 0
    assert "set PUBLIC_NAME to the host name of the chat" in told.stderr
    whole = {"PATH": os.environ["PATH"], "PUBLIC_NAME": "a;b", "DESK_NAME": "d", "TLS": "/t", "DESK_NETWORK": "10.0.0.0/8"}
    told = subprocess.run([start, "--check"], env={**whole, "RUN": str(tmp_path)}, capture_output=True, text=True)
    assert (told.returncode, "PUBLIC_NAME is 'a;b'" in told.stderr) == (2, True)
