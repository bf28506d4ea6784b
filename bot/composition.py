"""The composition root: the one place where the assistant's stores are made from settings."""

from __future__ import annotations

import functools

from bot.conversations import ConversationSettings, ConversationStore, open_conversations
from knowledge import KnowledgeSettings, KnowledgeStore, create_engine, open_store

_SECONDS = 5  # nobody who answers people waits for the store without end


@functools.lru_cache(maxsize=1)
def get_store() -> KnowledgeStore:
    """The process's store, made on first use.

    Raises:
        knowledge.KnowledgeError: for settings that cannot be used.
    """
    settings = KnowledgeSettings.read()
    return open_store(settings, create_engine(settings.database_url, settings.pool_size, _SECONDS))


@functools.lru_cache(maxsize=1)
def get_conversations(settings: ConversationSettings) -> ConversationStore:
    """The process's conversations: the channel and the monitoring share its connections.

    Raises:
        SettingsError: for a database URL that cannot be used.
        ConversationsUnavailable: if the folder of an SQLite file cannot be made.
    """
    return open_conversations(settings)
