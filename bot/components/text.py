"""Words of a message with their places in what the person typed: the one view of a text that all components share."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*|[^\w\s]", re.UNICODE)
_STRETCHED = re.compile(r"(\w)\1{2,}", re.UNICODE)


@dataclass(frozen=True)
class Word:
    """One word: how we read it (lower case, spelled), where it stands in the typed text, and whether it is a word at all."""

    text: str
    start: int
    end: int
    known: bool = True

    @property
    def is_word(self) -> bool:
        """Whether it has letters or digits."""
        return self.text[:1].isalnum()


@dataclass(frozen=True)
class Words:
    """A message as read: words in order, with the typed text behind them."""

    typed: str
    words: tuple[Word, ...]

    @functools.cached_property
    def text(self) -> str:
        """The words in lower case, one space between, punctuation attached to the word before."""
        out = ""
        for word in self.words:
            out += word.text if not out or (not word.is_word and word.text in ".,?!;:)") else " " + word.text
        return out

    def part(self, first: int, last: int) -> Words:
        """Words `first` to `last` (exclusive) as a message of their own, places still those of the whole."""
        return Words(self.typed, self.words[first:last])


def read(typed: str) -> Words:
    """Split typed text into lower-case words; invisible characters and stretched letters ("pleeease") are evened out."""
    words = []
    for match in WORD.finditer(typed):
        text = unicodedata.normalize("NFKC", match.group()).replace("’", "'").lower()
        text = _STRETCHED.sub(r"\1\1", text)
        words.append(Word(text, match.start(), match.end()))
    return Words(typed, tuple(words))


def plain(text: str) -> str:
    """A text as a key for comparing wordings: letters and digits only, lower case, one space between."""
    return " ".join(word.text for word in read(text).words if word.is_word)


def vocabulary(texts: Iterable[str]) -> dict[str, int]:
    """How often each word stands in `texts`."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in read(text).words:
            if word.text.isalpha() or "'" in word.text:
                counts[word.text] = counts.get(word.text, 0) + 1
    return counts
