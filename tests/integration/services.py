"""What several workers share: PostgreSQL, a Redis of their own, and now and then an action server that never answers."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from tests.databases import empty_postgres
from tests.integration.website import ROOT, Client, Server
from tests.ports import free_port
from tests.redis_server import RedisServer

_ENDPOINTS = """
tracker_store: {{type: sql, dialect: postgresql, url: {host}, port: {port}, db: {db}, username: {user}}}
lock_store: {{type: bot.locks.RedisLockStore, url: 127.0.0.1, port: {redis}{more}}}
action_endpoint: {{url: "http://127.0.0.1:{actions}/webhook", timeout: {within}}}
"""
UNLIMITED = {f"WEBSITE_{name}_LIMIT": "off" for name in ("SESSIONS", "MESSAGES", "REQUESTS")}


class Services:
    """What the workers share."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.redis = RedisServer(folder)

    def worker(
        self,
        name: str,
        environment: Mapping[str, str] | None = None,
        actions: int = 1,
        more: str = "",
        redis: int | None = None,
        actions_within: float = 60,
    ) -> Server:
        """One more worker.

        Args:
            name: of its folder.
            environment: settings beside the usual.
            actions: port of an action server, which is waited for as long as `actions_within`.
            more: options of the locks.
            redis: port that leads to Redis, where it is not Redis's own.
        """
        url = make_url(self.database)
        endpoints = _ENDPOINTS.format(
            host=url.host,
            port=url.port,
            db=url.database,
            user=url.username,
            redis=redis or self.redis.port,
            actions=actions,
            more=more,
            within=actions_within,
        )
        folder = self.folder / name
        folder.mkdir()
        shared = {"KNOWLEDGE_DATABASE_URL": self.database, "CONVERSATIONS_DATABASE_URL": self.database, **UNLIMITED}
        shared["WEBSITE_WIDGET"] = str(ROOT / "web/widget/dist/widget.js")
        return Server(folder, {**shared, **(environment or {})}, endpoints.replace("{", "{{").replace("}", "}}"))

    def deployed(self) -> dict[str, str]:
        """The environment that deploy/endpoints.yml wants."""
        url = make_url(self.database)
        return {
            "ASSISTANT_ENDPOINTS": str(ROOT / "deploy/endpoints.yml"),
            "TRACKER_HOST": str(url.host),
            "TRACKER_PORT": str(url.port),
            "TRACKER_DATABASE": str(url.database),
            "TRACKER_USER": str(url.username),
            "TRACKER_PASSWORD": url.password or "",
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(self.redis.port),
            "REDIS_PASSWORD": "",
        }

    def heard(self, sender: str) -> list[str]:
        """The events of what a sender said, as they are kept."""
        engine = sa.create_engine(self.database, future=True)
        with engine.connect() as connection:
            query = sa.text("SELECT data FROM events WHERE sender_id = :sender AND type_name = 'user' ORDER BY id")
            found = [str(data) for (data,) in connection.execute(query, {"sender": sender})]
        engine.dispose()
        return found


@contextmanager
def shared_services(folder: Path) -> Iterator[Services]:
    """Services with the project's content."""
    with empty_postgres(f"workers_{folder.name.rstrip('0123456789')}") as database:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "KNOWLEDGE_DATABASE_URL": database}
        subprocess.run([sys.executable, "-m", "knowledge", "load"], env=environment, cwd=ROOT, check=True, capture_output=True)
        shared = Services(folder, database)
        try:
            yield shared
        finally:
            shared.redis.stop()


@contextmanager
def hanging_actions() -> Iterator[tuple[int, threading.Event]]:
    """An action server that never answers, and what tells that it was asked."""
    asked = threading.Event()

    class Hangs(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.set()
            time.sleep(60)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Hangs)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()


def same_person(client: Client, server: Server) -> Client:
    """The same person, answered by another worker."""
    other = Client(server)
    other.token = client.token
    return other
