"""The real desk on a port of its own, and browsers that speak HTTP to it."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from knowledge import create_engine as knowledge_engine
from knowledge.loader import load_content
from tests.ports import free_port
from web.desk.app import make_app, server_config
from web.desk.composition import make_desk
from web.desk.database import create_engine, upgrade
from web.desk.files import Files
from web.desk.settings import DeskSettings

TOKEN = "a-token-of-the-tests-0123456789"
PASSWORD = "four quiet words here"


class Clock:
    """The time: it stands still, and is moved by hand."""

    def __init__(self) -> None:
        self.start = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return self.start + self.ahead


def loaded_store(folder: Path) -> Path:
    """A knowledge store with the project's content."""
    path = folder / "knowledge.db"
    engine = knowledge_engine(f"sqlite:///{path}")
    load_content(engine, Path("knowledge/content"))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


class RunningDesk:
    """The desk in a thread, over databases of its own.

    Args:
        folder: where they lie.
        store: a loaded knowledge store, which is copied; None where `environ` names one.
        environ: settings beside the usual.
    """

    def __init__(self, folder: Path, store: Path | None, **environ: str) -> None:
        self.port = int(environ.get("DESK_PORT", "0")) or free_port()
        if store is not None and not (folder / "knowledge.db").exists():
            shutil.copy(store, folder / "knowledge.db")
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DESK_", "KNOWLEDGE_", "CONVERSATIONS_"))},
            "DESK_DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
            "KNOWLEDGE_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
            "CONVERSATIONS_DATABASE_URL": f"sqlite:///{folder / 'conversations.db'}",
            "DESK_API_URL": f"http://127.0.0.1:{free_port()}",  # nothing listens there
            "DESK_API_TOKEN": TOKEN,
            **environ,
            "DESK_PORT": str(self.port),
        }
        self.clock = Clock()
        self.settings = DeskSettings.read(self.environ)
        engine = create_engine(self.settings.database_url)
        upgrade(engine)
        files = Files()
        self.desk = make_desk(self.settings, engine, files, self.clock, self.environ)
        self.app = make_app(self.desk, files)
        self._server = uvicorn.Server(server_config(self.app, "127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.base = f"http://127.0.0.1:{self.port}"
        for _ in range(200):
            if self._server.started:
                break
            time.sleep(0.05)
        assert self._server.started

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    def account(self, name: str, role: str) -> None:
        """An account with the tests' password."""
        if self.desk.accounts.named(name) is None:
            self.desk.accounts.create(name, role, "test", PASSWORD)

    def browser(self, role: str | None = None, name: str | None = None) -> Browser:
        """A browser; signed in where a role is given."""
        browser = Browser(self)
        if role is not None:
            self.account(name or role, role)
            browser.sign_in(name or role)
        return browser


class Browser(httpx2.Client):
    """Keeps cookies, and sends forms with the token of the last page, as a browser does."""

    def __init__(self, running: RunningDesk) -> None:
        super().__init__(base_url=running.base, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30)
        self.csrf = ""

    def page(self, path: str, status: int = 200) -> str:
        """A page's HTML."""
        answer = self.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        self._read(answer)
        return answer.text

    def submit(self, path: str, follow: bool = True, headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:
        """Send a form; what it leads to."""
        data = {"csrf": self.csrf, **fields}
        answer = self.post(path, data={name: value for name, value in data.items() if value is not None}, headers=headers)
        if follow and answer.status_code == 303:
            answer = self.get(answer.headers["location"])
        self._read(answer)
        return answer

    def sign_in(self, name: str, password: str = PASSWORD, **fields: Any) -> httpx2.Response:
        """Sign in by password."""
        self.page("/sign-in")
        return self.submit("/sign-in", name=name, password=password, **fields)

    def _read(self, answer: httpx2.Response) -> None:
        found = re.search(r'name="csrf" value="([^"]*)"', answer.text)
        self.csrf = found.group(1) if found else self.csrf
