"""Typed text is text: no half characters, and no `/` at its start, by which Rasa would let anyone name an intent."""

from __future__ import annotations

import unicodedata

#: Solidus and what looks like it.
_SLASHES = frozenset("/／⁄∕⧸╱⟋")
_NOTHING = "?"


def as_plain_text(typed: str) -> str:
    """What Rasa is given for typed text: the same without slashes, blanks and invisible characters at its start.

    Text that has nothing else is given as a question mark, which means nothing to the assistant.
    """
    for place, character in enumerate(typed):
        if character not in _SLASHES and unicodedata.category(character)[0] not in "ZC":
            return typed[place:]
    return _NOTHING


def is_sound(text: str) -> bool:
    """Whether a text can be stored and sent: no surrogates, which are half characters, and no NUL."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text
