"""A real server in a folder of its own, and a client that speaks to its website channel."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.training import is_stale
from tests.ports import free_port

PAGE = "https://www.hospital.example"
ROOT = Path(__file__).parents[2]
_LINKED = ("config.yml", "domain.yml", "credentials.yml", "models", "knowledge", "bot")
_ENDPOINTS = "tracker_store:\n  type: sql\n  dialect: sqlite\n  db: {file}\n"


class Server:
    """`python -m bot serve` with an SQL tracker store, everything it writes inside one folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str], endpoints: str = _ENDPOINTS) -> None:
        if is_stale():
            pytest.fail("the model is older than what it is made of; run `make train`")
        self.folder, self.port, self.log = folder, free_port(), folder / "server.log"
        for name in _LINKED:
            (folder / name).symlink_to(ROOT / name)
        self.trackers, self.conversations = folder / "trackers.db", folder / "conversations.db"
        (folder / "endpoints.yml").write_text(endpoints.format(file=self.trackers))
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "ASSISTANT_PORT": str(self.port),
            "ASSISTANT_CACHE": str((ROOT / ".data/encoder").resolve()),
            "KNOWLEDGE_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
            "CONVERSATIONS_DATABASE_URL": f"sqlite:///{self.conversations}",
            **environment,
        }
        if self.environment["KNOWLEDGE_DATABASE_URL"].startswith("sqlite"):
            load = [sys.executable, "-m", "knowledge", "load"]
            subprocess.run(load, env=self.environment, cwd=folder, check=True, capture_output=True)
        self.start()

    def start(self) -> None:
        """Start it, over what lies in its folder."""
        with self.log.open("w") as log:
            command = [sys.executable, "-m", "bot", "serve"]
            self.process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        for _ in range(900):
            if "Ready" in self.log.read_text() or self.process.poll() is not None:
                break
            time.sleep(0.1)
        assert "Ready" in self.log.read_text(), self.log.read_text()[-2000:]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def user_events(self, sender: str) -> list[dict[str, Any]]:
        """What Rasa heard from a sender."""
        query = "select data from events where sender_id = ? and type_name = 'user' order by id"
        with sqlite3.connect(self.trackers) as connection:
            return [json.loads(data) for (data,) in connection.execute(query, (sender,))]

    def kept(self) -> bytes:
        """Every byte of the database files."""
        files = [*self.folder.glob("trackers.db*"), *self.folder.glob("conversations.db*")]
        return b"".join(file.read_bytes() for file in files)


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


class Client:
    """One person's chat."""

    def __init__(self, server: Server, headers: Mapping[str, str] | None = None) -> None:
        self.server, self.extra, self.token = server, dict(headers or {}), ""
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        try:
            self._connection.request(method, path, body, {**self.extra, **(headers or {})})
            return Answer(self._connection.getresponse())
        except (http.client.HTTPException, OSError):
            self._connection.close()
            raise

    def call(self, method: str, path: str, told: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        body = None if told is None else json.dumps(told).encode()
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            sent["Content-Type"] = "application/json"
        return self.send(method, path, body, {**sent, **(headers or {})})

    def begin(self) -> Any:
        answer = self.call("POST", "/chat/sessions")
        assert answer.status == 201, answer.body
        self.token = answer.json["session"]
        return answer.json

    def say(self, text: str, identifier: str | None = None) -> Any:
        answer = self.call("POST", "/chat/messages", {"id": identifier or secrets.token_hex(8), "text": text})
        assert answer.status == 200, answer.body
        return answer.json

    def press(self, button: str) -> Any:
        answer = self.call("POST", "/chat/messages", {"id": secrets.token_hex(8), "button": button})
        assert answer.status == 200, answer.body
        return answer.json

    def history(self, query: str = "") -> Any:
        answer = self.call("GET", f"/chat/messages{query}")
        assert answer.status == 200, answer.body
        return answer.json

    @property
    def sender(self) -> str:
        from bot.channels.website.talk import sender_of
        from bot.conversations.store import token_hash

        return sender_of(token_hash(self.token))
