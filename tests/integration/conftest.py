"""The servers that tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.desk import RunningDesk, loaded_store
from tests.integration.services import Services, shared_services
from tests.integration.website import PAGE, Server


@pytest.fixture(scope="session")
def website(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("website")
    (folder / "demo").mkdir()
    (folder / "demo" / "index.html").write_text("<!doctype html><title>demo</title>")
    (folder / "demo" / "page.css").write_text("p{}")
    (folder / "demo" / ".hidden.js").write_text("secret")
    (folder / "widget.js").write_text("export const widget = 1;")
    running = Server(
        folder,
        {
            "LOG_LEVEL": "DEBUG",
            "WEBSITE_ORIGINS": PAGE,
            "WEBSITE_SESSIONS_LIMIT": "off",
            "WEBSITE_MESSAGES_LIMIT": "off",
            "WEBSITE_REQUESTS_LIMIT": "off",
            "WEBSITE_WIDGET": str(folder / "widget.js"),
            "WEBSITE_DEMO": str(folder / "demo"),
        },
    )
    yield running
    running.stop()


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """PostgreSQL with the project's content, and Redis."""
    with shared_services(tmp_path_factory.mktemp("services")) as shared:
        yield shared


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge store with the project's content, to be copied."""
    return loaded_store(tmp_path_factory.mktemp("store"))


@pytest.fixture
def running(tmp_path: Path, loaded: Path) -> Iterator[RunningDesk]:
    """A desk whose assistant is out of reach."""
    one = RunningDesk(tmp_path, loaded)
    yield one
    one.stop()
