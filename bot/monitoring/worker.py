"""What a worker of the assistant has to show: its parts, its pools, its model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy.engine import Engine

from bot.composition import get_conversations, get_store
from bot.conversations import ConversationSettings
from bot.locks import RedisLockStore
from bot.monitoring.endpoint import MonitoringEndpoint
from bot.monitoring.health import Check, Health
from bot.monitoring.metrics import REGISTRY, PoolCollector
from database import engines


def make_endpoint(agent: Callable[[], Agent | None]) -> MonitoringEndpoint:
    """The monitoring of this process's worker. Call it once, in the event loop that serves.

    Args:
        agent: what answers, once it is loaded.

    Raises:
        SettingsError: for settings that cannot be used.
    """
    loop = asyncio.get_running_loop()
    conversations = get_conversations(ConversationSettings.read())

    def trackers() -> object:
        store = _tracker_store(agent())
        if isinstance(store, SQLTrackerStore):
            with store.session_scope() as session:
                session.execute(sa.text("SELECT 1"))
        return store is not None

    def locks() -> object:
        store = getattr(agent(), "lock_store", None)
        if isinstance(store, RedisLockStore):
            asyncio.run_coroutine_threadsafe(store.ping(), loop).result(timeout=5)
        return store is not None

    checks: dict[str, Check] = {
        "model": lambda: _serving(agent()),
        "store": lambda: bool(get_store().topics()),
        "conversations": lambda: conversations.session("") is None,
        "trackers": trackers,
        "locks": locks,
    }
    REGISTRY.register(PoolCollector(lambda: {**engines(), **_tracker_engine(agent())}))
    return MonitoringEndpoint(Health(checks), lambda: _serving(agent()))


def _serving(agent: Agent | None) -> bool:
    return agent is not None and agent.is_ready()


def _tracker_store(agent: Agent | None) -> Any:
    store = getattr(agent, "tracker_store", None)
    return getattr(store, "_tracker_store", store)


def _tracker_engine(agent: Agent | None) -> dict[str, Engine]:
    engine = getattr(_tracker_store(agent), "engine", None)
    return {"trackers": engine} if engine is not None else {}
