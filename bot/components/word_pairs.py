"""Which words follow which in wording we know: what tells "cild cap" (cold) from "cild with lms" (child).

A bigram model smoothed towards word frequencies (Jelinek & Mercer 1980; MacKay & Peto 1995), small enough to be a table.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

START, END = "^", "$"
_WEIGHT = 5.0  # of the word frequencies against the pairs seen
_UNSEEN = 0.05
_ENGLISH = 60_000.0  # words that the English list counts for, against those of our own wording


class WordPairs:
    """Counts of words and of pairs of neighbours.

    Args:
        pairs: "word next" -> how often.
        english: word -> share of all English words, for words that our wording lacks.
    """

    def __init__(self, pairs: Mapping[str, int], english: Mapping[str, float]) -> None:
        self._pairs = dict(pairs)
        self._english = english
        self._words: collections.Counter[str] = collections.Counter()
        for pair, count in self._pairs.items():
            self._words[pair.split(" ", 1)[0]] += count
        self._all = float(sum(self._words.values()))

    @classmethod
    def of(cls, sentences: Iterable[Sequence[str]], english: Mapping[str, float]) -> WordPairs:
        """The pairs in sentences given as words."""
        pairs: collections.Counter[str] = collections.Counter()
        for words in sentences:
            pairs.update(f"{one} {two}" for one, two in zip([START, *words], [*words, END], strict=True))
        return cls(pairs, english)

    @property
    def state(self) -> dict[str, Any]:
        """The table, as plain data."""
        return self._pairs

    def seen(self, one: str, two: str) -> int:
        """How often two words stood side by side."""
        return self._pairs.get(f"{one} {two}", 0)

    def _share(self, word: str) -> float:
        return (self._words[word] + _ENGLISH * self._english.get(word, 0.0) + _UNSEEN) / (self._all + _ENGLISH)

    def fit(self, before: str, word: str, after: str | None) -> float:
        """How well a word stands between two others: log of its chance after the one and of its drawing the other.

        Args:
            before: the word before; `START` at the start.
            after: the word after; `END` at the end; None where it is not known.
        """
        found = math.log((self.seen(before, word) + _WEIGHT * self._share(word)) / (self._words[before] + _WEIGHT))
        if after is not None:
            share = self._share(after)
            found += math.log((self.seen(word, after) + _WEIGHT * share) / (self._words[word] + _WEIGHT) / share)
        return found
