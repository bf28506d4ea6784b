"""All processes together ask PostgreSQL for no more connections than it has: what the documentation counts is what the pools may open."""

import asyncio
import gc
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.core.domain import Domain
from sqlalchemy.engine import Engine, make_url

from bot import composition
from bot.conversations import ConversationSettings
from bot.fast_path.trackers import TailSQLTrackerStore
from bot.monitoring.metrics import REGISTRY
from bot.monitoring.worker import make_endpoint
from bot.settings import SettingsError
from database.engines import _made
from knowledge import KnowledgeSettings
from knowledge import SettingsError as KnowledgeSettingsError
from tests.databases import empty_postgres
from web.desk.composition import make_desk
from web.desk.database import create_engine
from web.desk.files import Files
from web.desk.settings import DeskSettings

_ROOT = Path(__file__).parents[3]
#: What PostgreSQL gives to others than its administrator, as it is delivered.
_POSTGRES = 97
_NAMES = ("KNOWLEDGE_POOL_SIZE", "CONVERSATIONS_POOL_SIZE", "DESK_POOL_SIZE", "SQL_POOL_SIZE", "SQL_MAX_OVERFLOW")


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with empty_postgres("pools") as url:
        for owner in ("KNOWLEDGE", "CONVERSATIONS", "DESK"):
            monkeypatch.setenv(f"{owner}_DATABASE_URL", url)
        for name in _NAMES:
            monkeypatch.delenv(name, raising=False)
        for made in (composition.get_store, composition.get_conversations):
            made.cache_clear()
        yield url
        for made in (composition.get_store, composition.get_conversations):
            made.cache_clear()


def _most(engine: Any) -> int:
    """Connections that an engine's pool may have open."""
    return int(engine.pool.size() + engine.pool._max_overflow)


def _tracker_store(url: str) -> Any:
    parts = make_url(url)
    store = TailSQLTrackerStore(
        Domain.empty(), dialect="postgresql", host=parts.host, port=parts.port, db=parts.database, username=parts.username
    )
    return store.engine


def _worker(url: str) -> int:
    """What a worker of the assistant opens at most: its store, its channel's and its monitoring's conversations, its events."""
    before = set(_made)
    kept: list[Any] = [composition.get_store(), composition.get_conversations(ConversationSettings.read())]

    async def monitoring() -> None:
        collectors = set(REGISTRY._collector_to_names)
        kept.append(make_endpoint(lambda: None))
        for one in set(REGISTRY._collector_to_names) - collectors:
            REGISTRY.unregister(one)

    asyncio.run(monitoring())
    events = _tracker_store(url)
    most = sum(_most(engine) for engine in set(_made) - before) + _most(events)
    events.dispose()
    return most


def _desk() -> int:
    before: set[Engine] = set(_made)
    settings = DeskSettings.read()
    desk = make_desk(settings, create_engine(settings.database_url, settings.pool_size), Files())
    most = sum(_most(engine) for engine in set(_made) - before)
    assert desk
    return most


def _documented(**given: int) -> int:
    """What the formula of docs/deploying.md says, with the defaults of docs/operating.md."""
    formula = next(one for one in re.findall(r"```\n(.*?)```", (_ROOT / "docs/deploying.md").read_text(), re.S) if "workers *" in one)
    defaults: dict[str, int] = {}
    for names, values in re.findall(
        r"^\| (`\w+_(?:POOL_SIZE|MAX_OVERFLOW)`[^|]*) \| ([\d, ]+) \|", (_ROOT / "docs/operating.md").read_text(), re.M
    ):
        defaults |= dict(zip(re.findall(r"`(\w+)`", names), map(int, values.split(", ")), strict=True))
    assert set(defaults) == set(_NAMES)
    whole = {**defaults, **given}
    terms = re.sub(r"[A-Za-z_]+", lambda found: str(whole[found[0]]), formula.replace("\n", " "))
    assert re.fullmatch(r"[\d+*() ]+", terms)
    return int(eval(terms))


def test_the_documented_number_of_connections_is_that_of_the_pools_and_fits(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, desk = _worker(database), _desk()
    events = _tracker_store(database)
    migrate = ConversationSettings.read().pool_size + _most(events)
    events.dispose()
    gc.collect()
    documents = yaml.safe_load_all((_ROOT / "deploy/kubernetes/assistant.yaml").read_text())
    workers = next(int(one["spec"]["maxReplicas"]) for one in documents if one["kind"] == "HorizontalPodAutoscaler")
    assert (worker, desk, migrate) == (8, 8, 6)
    assert workers * worker + desk + migrate == _documented(workers=workers) == 94
    assert (workers + 1) * worker + desk <= _POSTGRES  # a rolling update
    assert _documented(workers=workers) <= _POSTGRES
    for made in (composition.get_store, composition.get_conversations):
        made.cache_clear()
    bigger = dict(zip(_NAMES, (4, 5, 6, 7, 1), strict=True))
    for name, value in bigger.items():
        monkeypatch.setenv(name, str(value))
    assert 3 * _worker(database) + _desk() + 5 + 8 == _documented(workers=3, **bigger)


@pytest.mark.parametrize("value", ["0", "101", "many", "-1", "3.5"])
def test_a_number_of_connections_that_cannot_be_is_named(value: str) -> None:
    told = f"_POOL_SIZE is '{value}'; give a number"
    with pytest.raises(SettingsError, match=f"CONVERSATIONS{told}"):
        ConversationSettings.read({"CONVERSATIONS_POOL_SIZE": value})
    with pytest.raises(KnowledgeSettingsError, match=f"KNOWLEDGE{told}"):
        KnowledgeSettings.read({"KNOWLEDGE_POOL_SIZE": value})
    with pytest.raises(SettingsError, match=f"DESK{told}"):
        DeskSettings.read({"DESK_POOL_SIZE": value})
