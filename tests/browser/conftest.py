"""A real browser against the real server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from bot.training import is_stale
from tests.browser.assistant import DESK_TOKEN, Assistant
from tests.browser.chat import DESKTOP, Chat
from tests.integration.desk import RunningDesk
from tests.ports import free_port

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running, beside which others could not start theirs."""
    items.sort(key=lambda item: item.path.is_relative_to(HERE))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    if not CHROMIUM.exists():
        reason = f"there is no {CHROMIUM}; install it: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return {"executable_path": str(CHROMIUM), "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    return {"viewport": DESKTOP, "locale": "en-US"}


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    if is_stale():
        pytest.fail("the model is older than what it is made of; run `make train`")
    server = Assistant(tmp_path_factory.mktemp("assistant"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def chat(page: Page, assistant: Assistant) -> Iterator[Chat]:
    """The chat of a fresh tab; at the end, nothing may have gone wrong in it unseen."""
    page.set_default_timeout(10_000)
    one = Chat(page, assistant)
    yield one
    try:
        one.check_watched()
    finally:
        one.let_go()
        page.unroute_all(behavior="ignoreErrors")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: into the documentation where that is wanted, else away."""
    folder = Path("docs/images") if os.environ.get("UPDATE_SCREENSHOTS") == "1" else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def embedding() -> int:
    """The port of a page that may frame the narrow desk."""
    return free_port()


@pytest.fixture(scope="session")
def desk(assistant: Assistant, embedding: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """The desk beside the real assistant, over the same stores."""
    stores = {name: assistant.environment[name] for name in ("KNOWLEDGE_DATABASE_URL", "CONVERSATIONS_DATABASE_URL")}
    running = RunningDesk(
        tmp_path_factory.mktemp("desk"),
        None,
        DESK_API_URL=assistant.base,
        DESK_API_TOKEN=DESK_TOKEN,
        DESK_EMBED_ORIGINS=f"http://127.0.0.1:{embedding}",
        **stores,
    )
    yield running
    running.stop()
