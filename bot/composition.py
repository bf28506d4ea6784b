"""The composition root: the one place where the assistant's store is made from settings."""

from __future__ import annotations

import functools

from knowledge import KnowledgeStore, open_store


@functools.lru_cache(maxsize=1)
def get_store() -> KnowledgeStore:
    """The process's store, made on first use.

    Raises:
        knowledge.KnowledgeError: for settings that cannot be used.
    """
    return open_store()
