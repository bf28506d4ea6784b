"""Conversations of the website: who may go on with one, what was said, and whether it helped."""

from bot.conversations.errors import ConversationsError, ConversationsUnavailable, IdReused
from bot.conversations.settings import ConversationSettings
from bot.conversations.store import ConversationStore, Offered, Session, Turn, open_conversations

__all__ = [
    "ConversationSettings",
    "ConversationStore",
    "ConversationsError",
    "ConversationsUnavailable",
    "IdReused",
    "Offered",
    "Session",
    "Turn",
    "open_conversations",
]
