"""Conversations of the website: who may go on with one, what was said, and whether it helped."""

from bot.conversations.asked import AskedStore, Count, Wording
from bot.conversations.engine import create_engine
from bot.conversations.errors import ConversationsError, ConversationsRefused, ConversationsUnavailable
from bot.conversations.handoffs import Handoff, HandoffStore, Line
from bot.conversations.settings import ConversationSettings
from bot.conversations.store import ConversationStore, Offered, Session, Turn, open_conversations

__all__ = [
    "AskedStore",
    "ConversationSettings",
    "ConversationStore",
    "ConversationsError",
    "ConversationsRefused",
    "ConversationsUnavailable",
    "Count",
    "Handoff",
    "HandoffStore",
    "Line",
    "Offered",
    "Session",
    "Turn",
    "Wording",
    "create_engine",
    "open_conversations",
]
