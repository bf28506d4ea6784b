"""The real server, started and stopped at will."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.ports import free_port

DESK_TOKEN = "a-token-of-the-tests-0123456789"


class Assistant:
    """One server on a port and with databases of its own.

    Args:
        folder: where its databases and its log are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        # Where a site of another origin stands; allowed to use the chat.
        self.other_port = free_port()
        self.elsewhere = f"http://localhost:{self.other_port}"
        self._log = folder / "server.log"
        self.environment = {
            **os.environ,
            "ASSISTANT_PORT": str(self.port),
            "KNOWLEDGE_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
            "CONVERSATIONS_DATABASE_URL": f"sqlite:///{folder / 'conversations.db'}",
            "WEBSITE_ORIGINS": self.elsewhere,
            "DESK_API_TOKEN": DESK_TOKEN,
            # All tests come from one address.
            **dict.fromkeys(("WEBSITE_SESSIONS_LIMIT", "WEBSITE_MESSAGES_LIMIT", "WEBSITE_REQUESTS_LIMIT"), "off"),
        }
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run([sys.executable, "-m", "knowledge", "load"], env=self.environment, check=True, capture_output=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("w") as log:
            self._process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=self.environment, stdout=log, stderr=log)
        for _ in range(600):
            if self._process.poll() is not None:
                break
            try:
                if self.call("GET", "/chat/health")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self._log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def call(self, method: str, path: str, token: str | None = None, told: Any = None) -> tuple[int, Any]:
        """Status and JSON of a request with the token of a session, and with a body where something is told."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        body = None if told is None else json.dumps(told).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                body = answer.read()
                return answer.status, json.loads(body) if body else None
        except urllib.error.HTTPError as error:
            return error.code, None
