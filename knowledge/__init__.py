"""Curated knowledge: facts, entries, and the store that the assistant reads."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from knowledge.engine import create_engine
from knowledge.errors import ContentError, EntryNotFound, ExportError, KnowledgeError, Problem, SettingsError, StoreUnavailable
from knowledge.settings import KnowledgeSettings
from knowledge.store import Answer, KnowledgeStore, Listed, SourceRef, Suggestion, TopicRef

__all__ = [
    "Answer",
    "ContentError",
    "EntryNotFound",
    "ExportError",
    "KnowledgeError",
    "KnowledgeSettings",
    "KnowledgeStore",
    "Listed",
    "Problem",
    "SettingsError",
    "SourceRef",
    "StoreUnavailable",
    "Suggestion",
    "TopicRef",
    "create_engine",
    "open_store",
]


def open_store(settings: KnowledgeSettings | None = None, engine: Engine | None = None) -> KnowledgeStore:
    """A store over the database that the settings name (the environment's, where not given), or over a given engine.

    Raises:
        SettingsError: for settings that cannot be used.
    """
    chosen = settings or KnowledgeSettings.read()
    return KnowledgeStore(engine if engine is not None else create_engine(chosen.database_url), chosen.links)
