"""Spelling against the assistant's own vocabulary.

Patients type in fright and on phones; sentence vectors are weak on misspelled words. A word is changed only where it is
no word at all: not in the English list (wordfreq's small list, about 29,000 words), not in the assistant's vocabulary,
not the name of another disease. Distances are optimal string alignment (a swap of neighbours counts one), by rapidfuzz.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA
from wordfreq import get_frequency_dict

from bot.components.text import Words

# What people type on phones, spelled out. Doctors' shorthand too: callers read it off their papers.
SHORTHAND: Mapping[str, str] = {
    "u": "you", "ur": "your", "r": "are", "y": "why", "pls": "please", "plz": "please", "thx": "thanks", "ty": "thanks",
    "wat": "what", "wut": "what", "wht": "what", "hw": "how", "wen": "when", "wich": "which", "bc": "because",
    "cuz": "because", "coz": "because", "abt": "about", "b4": "before", "ppl": "people", "wanna": "want to",
    "gonna": "going to", "gotta": "have to", "gimme": "give me", "lemme": "let me", "dunno": "do not know",
    "teh": "the", "alot": "a lot", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "cant": "can't",
    "wont": "won't", "isnt": "isn't", "hasnt": "hasn't", "havent": "haven't", "whats": "what's", "hows": "how's",
    "wheres": "where's", "whos": "who's", "im": "i'm", "ive": "i've", "shes": "she's", "hes": "he's", "thats": "that's",
    "couldnt": "couldn't", "cnt": "can't",  "shouldnt": "shouldn't", "wouldnt": "wouldn't", "arent": "aren't", "wasnt": "wasn't",
    "dx": "diagnosis", "tx": "treatment", "sx": "symptoms", "hx": "history", "appt": "appointment", "appts": "appointments",
    "doc": "doctor", "docs": "doctors", "dr": "doctor", "onc": "oncologist", "rads": "radiation", "rad": "radiation",
    "hosp": "hospital", "surg": "surgery", "immuno": "immunotherapy", "docter": "doctor", "tumour": "tumor",
    "tumours": "tumors", "tumoral": "tumor", "oesophagus": "esophagus", "diarrhoea": "diarrhea", "haemorrhage": "hemorrhage",
}  # fmt: skip


@functools.lru_cache(maxsize=1)
def english() -> Mapping[str, float]:
    """wordfreq's small English list: word -> share of all words."""
    return dict(get_frequency_dict("en", "small"))


def _zipf(word: str) -> float:
    """log10 of a word's uses in a billion words, by the small list; 0 for one that it lacks."""
    share = english().get(word, 0.0)
    return math.log10(share) + 9 if share else 0.0


class RareWords:
    """Words that are in use, though too rare for the small list: held as sorted 64-bit hashes, a hundredth of the list's size.

    Args:
        hashes: sorted, of shape (n,).
    """

    def __init__(self, hashes: npt.NDArray[np.uint64]) -> None:
        self.hashes = hashes

    @classmethod
    def of(cls, words: Iterable[str]) -> RareWords:
        """The words given."""
        return cls(np.unique(np.fromiter((_hash(word) for word in words), np.uint64)))

    @classmethod
    def english(cls) -> RareWords:
        """wordfreq's large English list from Zipf 2 (once in ten million words) on, without the small list."""
        return cls.of(w for w, share in get_frequency_dict("en", "large").items() if share >= 1e-7 and w not in english())

    def __contains__(self, word: str) -> bool:
        wanted = np.uint64(_hash(word))
        place = int(np.searchsorted(self.hashes, wanted))
        return place < len(self.hashes) and bool(self.hashes[place] == wanted)


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Speller:
    """Corrects words against a vocabulary.

    Args:
        own: the assistant's words -> how often it uses them; preferred as corrections.
        protected: words that are right as they stand though the English list lacks them (names of other diseases);
            they may be corrected *to*, never *from*.
        common: how frequent (Zipf scale) an English word must be to be offered as a correction.
        rare: words in use that the English list lacks; only the plainest slip is seen in them.
    """

    own: Mapping[str, int]
    protected: Collection[str] = frozenset()
    common: float = 3.9
    rare: RareWords = field(default_factory=lambda: RareWords.of(()), compare=False)
    _targets: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _cache: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        frequent = {w for w, share in english().items() if share >= 10 ** (self.common - 9) and w.isalpha() and len(w) > 2}
        own = {word for word in self.own if len(word) > 2}
        object.__setattr__(self, "_targets", tuple(sorted(own | set(self.protected) | frequent)))
        object.__setattr__(self, "protected", frozenset(self.protected))

    def is_word(self, word: str) -> bool:
        """Whether the word is right as it stands."""
        return word in self.own or word in self.protected or word in english() or not word.isalpha()

    def correct(self, words: Words) -> Words:
        """The message with shorthand spelled out and misspelled words corrected; everything else untouched."""
        spelled = []
        for word in words.words:
            text = self.word(word.text)
            spelled.append(replace(word, text=text, known=text != word.text or self.is_word(word.text)))
        return Words(words.typed, tuple(spelled))

    def word(self, word: str) -> str:
        """One word, corrected where it is none; the word itself where nothing is near enough."""
        if word in SHORTHAND:
            return SHORTHAND[word]
        if len(word) < 3 or len(word) > 30 or not word.isascii() or self.is_word(word):
            return word
        known = self._cache.get(word)
        if known is None:
            known = self._nearest(word)
            if len(self._cache) < 20_000:
                self._cache[word] = known
        return known

    def _nearest(self, word: str) -> str:
        stem = word.rstrip("s")
        if len(word) > 4 and stem != word and self.is_word(stem):
            return word
        limit = 1 if len(word) < 6 else 2 if len(word) < 10 else 3
        if word in self.rare:
            limit = 1
        found = process.extract(word, self._targets, scorer=OSA.distance, score_cutoff=limit, limit=25)
        if not found:
            return self._split(word)

        def rank(candidate: str, distance: float) -> tuple[float, float]:
            cost = distance
            if candidate[0] != word[0]:
                cost += 0.6
            if candidate in self.own:
                cost -= 0.5
            elif candidate in self.protected:
                cost -= 0.45
            if sorted(candidate) == sorted(word):
                cost -= 0.3  # the same letters in another order: a slip of the fingers
            return cost, -max(_zipf(candidate), min(self.own.get(candidate, 0), 50) / 12)

        return min((rank(c, d), c) for c, d, _ in found)[1]

    def _split(self, word: str) -> str:
        """Two words run together ("survivalrate"), where both are in use; else the word itself."""
        best = (0.0, word)
        for cut in range(3, len(word) - 2):
            left, right = word[:cut], word[cut:]
            if all(part in self.own or english().get(part, 0) > 1e-5 for part in (left, right)):
                score = min(_zipf(left), _zipf(right))
                best = max(best, (score, f"{left} {right}"))
        return best[1]
