"""Curated knowledge: facts, entries, and the store that the assistant reads."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Engine

from knowledge.checks import allowed_words, read_page
from knowledge.curation import Curation
from knowledge.engine import create_engine
from knowledge.errors import (
    Conflict,
    ContentError,
    CurationError,
    DraftProblem,
    DraftRefused,
    EntryNotFound,
    ExportError,
    KnowledgeError,
    NotAllowed,
    Problem,
    SettingsError,
    StoreUnavailable,
)
from knowledge.search import Found, Hit, Part
from knowledge.settings import KnowledgeSettings
from knowledge.store import Answer, KnowledgeStore, Listed, SourceRef, Suggestion, TopicRef

__all__ = [
    "Answer",
    "Conflict",
    "ContentError",
    "Curation",
    "CurationError",
    "DraftProblem",
    "DraftRefused",
    "EntryNotFound",
    "ExportError",
    "Found",
    "Hit",
    "KnowledgeError",
    "KnowledgeSettings",
    "KnowledgeStore",
    "Listed",
    "NotAllowed",
    "Part",
    "Problem",
    "SettingsError",
    "SourceRef",
    "StoreUnavailable",
    "Suggestion",
    "TopicRef",
    "create_engine",
    "open_curation",
    "open_store",
]


def open_store(settings: KnowledgeSettings | None = None, engine: Engine | None = None) -> KnowledgeStore:
    """A store over the database that the settings name (the environment's, where not given), or over a given engine.

    Raises:
        SettingsError: for settings that cannot be used.
    """
    chosen = settings or KnowledgeSettings.read()
    return KnowledgeStore(engine if engine is not None else create_engine(chosen.database_url, chosen.pool_size), chosen.links)


def open_curation(settings: KnowledgeSettings | None = None, engine: Engine | None = None) -> Curation:
    """Curation over the database that the settings name (the environment's, where not given), or over a given engine.

    Raises:
        SettingsError: for settings that cannot be used.
        ContentError: if the words for the reading grade cannot be read.
    """
    chosen = settings or KnowledgeSettings.read()
    words = allowed_words(Path(__file__).parent / "content" / "reading_allowlist.yml")
    page = read_page(chosen.source_page) if chosen.source_page else frozenset[tuple[str, ...]]()
    return Curation(engine if engine is not None else create_engine(chosen.database_url, chosen.pool_size), words, page)
