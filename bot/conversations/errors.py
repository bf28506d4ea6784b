"""What can go wrong with stored conversations.

ConversationsError
└── ConversationsUnavailable   the database cannot be reached, or does not hold what it should
"""

from __future__ import annotations


class ConversationsError(RuntimeError):
    """Anything of this package."""


class ConversationsUnavailable(ConversationsError):
    """The database cannot be reached, or does not hold what it should."""
