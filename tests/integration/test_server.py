"""The real server over HTTP: the reply contract, bad requests, a busy port, and a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.training import is_stale
from tests.ports import free_port

KINDS = {"answer", "gap", "consent", "clarify", "fallback", "out_of_scope", "escalation", "safety", "smalltalk", "greeting", "error"}


class Server:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "server.log"
        self.environment = {
            **os.environ,
            "ASSISTANT_PORT": str(self.port),
            "KNOWLEDGE_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
        }
        subprocess.run([sys.executable, "-m", "knowledge", "load"], env=self.environment, check=True, capture_output=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=self.environment, stdout=log, stderr=log)
        for _ in range(600):
            if "Ready" in self.log.read_text() or self.process.poll() is not None:
                break
            time.sleep(0.1)
        assert "Ready" in self.log.read_text(), self.log.read_text()[-2000:]

    def post(self, body: bytes) -> tuple[int, Any]:
        url = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        request = urllib.request.Request(url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def ask(self, sender: str, message: str) -> Any:
        status, replies = self.post(json.dumps({"sender": sender, "message": message}).encode())
        assert status == 200
        return replies


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if is_stale():
        pytest.fail("the model is older than what it is made of; run `make train`")
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.process.kill()


def test_the_reply_contract(server: Server) -> None:
    replies = server.ask("one", "what is the survival rate if it has spread?")
    customs = [reply["custom"] for reply in replies if "custom" in reply]
    assert len(customs) == 1
    custom = customs[0]
    assert set(custom) == {"kind", "entry", "revision", "facts", "source"}
    assert custom["kind"] == "answer"
    assert "survival.advanced" in custom["facts"]
    assert set(custom["source"]) == {"title", "section", "reviewed_on"}
    text = next(reply for reply in replies if "text" in reply)
    assert text["recipient_id"] == "one"
    assert "20 to 40%" in text["text"]
    assert all(set(button) == {"title", "payload"} for button in text["buttons"])


def test_a_button_asks_its_question(server: Server) -> None:
    first = server.ask("two", "is my mom going to die from this")
    buttons = next(reply["buttons"] for reply in first if "buttons" in reply)
    figures = next(button for button in buttons if button["payload"].startswith("/ask_survival"))
    second = server.ask("two", figures["payload"])
    assert any("%" in reply.get("text", "") for reply in second)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"not json", "not JSON"),
        (b"[]", "not an object"),
        (b'{"sender": "x"}', "'message' must be a text"),
        (b'{"sender": 5, "message": "hi"}', "'sender' must be a text"),
        (b'{"sender": "\\ud800", "message": "hi"}', "valid Unicode"),
        (b'{"sender": "x", "message": "hi\\u0000"}', "valid Unicode"),
        (json.dumps({"sender": "x", "message": "a" * 2001}).encode(), "at most 2000"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(server: Server, body: bytes, told: str) -> None:
    status, answer = server.post(body)
    assert status == 400
    assert told in answer["error"]


def test_conversations_do_not_mix(server: Server) -> None:
    server.ask("left", "what is the survival rate")
    alone = server.ask("right", "and if it has spread?")
    together = server.ask("left", "and if it has spread?")
    assert "survival.advanced" in together[-1]["custom"]["facts"]
    assert "survival.advanced" not in alone[-1]["custom"]["facts"]


def test_a_busy_port_is_told_in_one_line(server: Server) -> None:
    second = subprocess.run([sys.executable, "-m", "bot", "serve"], env=server.environment, capture_output=True, text=True, timeout=120)
    lines = [line for line in second.stderr.splitlines() if line.startswith("error:")]
    assert second.returncode == 2
    assert len(lines) == 1
    assert f"port {server.port}" in lines[0]


def test_an_interrupt_ends_it(server: Server) -> None:
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=30) in {0, 130}
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
