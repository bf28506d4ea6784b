"""What can go wrong with stored conversations.

ConversationsError
├── ConversationsUnavailable   the database cannot be reached, or does not hold what it should
└── ConversationsRefused       the database answers, and does not take what it is given; it would not the next time either
"""

from __future__ import annotations


class ConversationsError(RuntimeError):
    """Anything of this package."""


class ConversationsUnavailable(ConversationsError):
    """The database cannot be reached, or does not hold what it should."""


class ConversationsRefused(ConversationsError):
    """The database answers, and does not take what it is given: trying again is of no use. The message has none of it."""
