"""The composition root: the one place where the assistant's store is made from settings."""

from __future__ import annotations

import functools

from knowledge import KnowledgeSettings, KnowledgeStore, create_engine, open_store

_SECONDS = 5  # nobody who answers people waits for the store without end


@functools.lru_cache(maxsize=1)
def get_store() -> KnowledgeStore:
    """The process's store, made on first use.

    Raises:
        knowledge.KnowledgeError: for settings that cannot be used.
    """
    settings = KnowledgeSettings.read()
    return open_store(settings, create_engine(settings.database_url, _SECONDS))
