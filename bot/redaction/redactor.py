"""Puts plain placeholders in place of what names a person; leaves medical words and figures alone."""

from __future__ import annotations

import asyncio
import functools
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.composition import get_store
from bot.redaction import names, numbers, places, words
from bot.redaction.spans import NAME, Span, flat, replaced
from knowledge import KnowledgeError

logger = logging.getLogger(__name__)
_DOCTOR = re.compile(r"\bDr\. ((?:[A-Z][\w'-]+ ?){1,3})(?<! )")

#: Characters up to which handing a text to a thread takes longer than redacting it.
_INLINE = 300
_DIGIT_WORD = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_NUMBERS = re.compile(rf"\d|@|\bdot\b|\bat \w+\.|\b{_DIGIT_WORD}[\s,-]+{_DIGIT_WORD}\b", re.I)


@dataclass(frozen=True)
class Redaction:
    """A text fit to be kept, and the placeholders that were put in."""

    text: str
    placeholders: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything was taken out."""
        return bool(self.placeholders)


class Redactor:
    """Finds identifiers by rule. Its word lists are read when it is made, not at a message.

    Args:
        known: names that the assistant itself tells (the center's doctors); they are nobody's secret.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        words.load()
        self._known = frozenset(name.lower() for name in known)
        self.redact("my name is Anna Kowalski, call me at 412-555-0134")  # what is compiled on first use is compiled now

    def redact(self, typed: str) -> Redaction:
        """The text with its identifiers replaced."""
        reading = flat(typed)
        text = reading.text
        spans: list[Span] = []
        if names.CUE.search(text) or names.PAIR.search(text):
            spans += [span for span in names.find(text) if text[span.start : span.end].lower() not in self._known]
        if _NUMBERS.search(text):
            spans += numbers.find(text)
            spans += places.find(text)
            spans += [span for span in (numbers.birth_after(text, s.end) for s in spans if s.placeholder == NAME) if span is not None]
        if not spans:
            return Redaction(typed)
        return Redaction(*replaced(typed, reading, spans))

    async def redact_async(self, typed: str) -> Redaction:
        """The same without holding up the event loop: a short text at once, a long one in a thread."""
        return self.redact(typed) if len(typed) <= _INLINE else await asyncio.to_thread(self.redact, typed)


def doctors(texts: Iterable[str]) -> frozenset[str]:
    """Names of doctors that texts tell."""
    return frozenset(name for text in texts for name in _DOCTOR.findall(text))


@functools.lru_cache(maxsize=1)
def get_redactor() -> Redactor:
    """The process's redactor, made on first use; it knows the doctors that the store tells of.

    Where the store cannot be read, their names are taken out like anyone's.
    """
    try:
        return Redactor(doctors(entry.text for entry in get_store().entries()))
    except KnowledgeError:
        logger.warning("the store cannot be read; names of the center's doctors are taken out of messages")
        return Redactor()
