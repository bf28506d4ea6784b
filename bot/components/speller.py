"""Spelling against the assistant's own vocabulary.

Patients type in fright and on phones; sentence vectors are weak on misspelled words. A word is changed only where it is
no word at all: not in the English list (wordfreq's small list, about 29,000 words), not in the assistant's vocabulary,
not the name of another disease. Distances are optimal string alignment (a swap of neighbours counts one), by rapidfuzz.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA
from wordfreq import get_frequency_dict

from bot.components.frequencies import english, zipf
from bot.components.text import Word, Words
from bot.components.word_pairs import END, START, WordPairs

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
    "dob": "date of birth",
    "dx": "diagnosis", "tx": "treatment", "sx": "symptoms", "hx": "history", "appt": "appointment", "appts": "appointments",
    "doc": "doctor", "docs": "doctors", "dr": "doctor", "onc": "oncologist", "rads": "radiation", "rad": "radiation",
    "hosp": "hospital", "surg": "surgery", "immuno": "immunotherapy", "docter": "doctor", "tumour": "tumor",
    "tumours": "tumors", "tumoral": "tumor", "oesophagus": "esophagus", "diarrhoea": "diarrhea", "haemorrhage": "hemorrhage",
}  # fmt: skip


class WordSet:
    """Many words in little memory: held as sorted 64-bit hashes.

    Args:
        hashes: sorted, of shape (n,).
    """

    def __init__(self, hashes: npt.NDArray[np.uint64]) -> None:
        self.hashes = hashes

    @classmethod
    def of(cls, words: Iterable[str]) -> WordSet:
        """The words given."""
        return cls(np.unique(np.fromiter((_hash(word) for word in words), np.uint64)))

    @classmethod
    def rare_english(cls) -> WordSet:
        """wordfreq's large English list from Zipf 1.5 (once in thirty million words) on: words in use, and frequent slips."""
        return cls.of(w for w, share in get_frequency_dict("en", "large").items() if share >= 3e-8 and w not in english())

    @classmethod
    def inflected_english(cls) -> WordSet:
        """Words of the large list that spaCy's table knows as a form of another ("budged"): surely words."""
        from spacy.lookups import load_lookups

        forms = load_lookups("en", ["lemma_lookup"]).get_table("lemma_lookup")
        return cls.of(w for w, share in get_frequency_dict("en", "large").items() if share >= 3e-8 and w in forms and w not in english())

    def __contains__(self, word: str) -> bool:
        wanted = np.uint64(_hash(word))
        place = int(np.searchsorted(self.hashes, wanted))
        return place < len(self.hashes) and bool(self.hashes[place] == wanted)


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")


def without_slips(own: Mapping[str, int]) -> dict[str, int]:
    """A vocabulary without its misspelled words: those outside the English list that stand a letter beside one eight times as
    frequent (examples hold typos on purpose)."""
    kept = {}
    for word, count in own.items():
        near: list[str] = []
        if word not in english() and len(word) > 3:
            near = [
                w for w, often in own.items() if often >= 8 * count and abs(len(w) - len(word)) <= 1 and w.rstrip("s") != word.rstrip("s")
            ]
        if not near or not process.extractOne(word, near, scorer=OSA.distance, score_cutoff=1):
            kept[word] = count
    return kept


class _Targets:
    """Words to correct to, found by the letters they hold: a word within d slips differs in at most 2d kinds of letters."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = np.array(sorted(words), dtype=object)
        self._letters = np.fromiter((_letters(word) for word in self._words), np.uint32, len(self._words))
        self._lengths = np.fromiter(map(len, self._words), np.int16, len(self._words))

    def near(self, word: str, limit: int, most: int = 40) -> list[tuple[str, int]]:
        """Words within `limit` slips, with their distance, nearest first."""
        other = np.bitwise_xor(self._letters, np.uint32(_letters(word)))
        kinds = _BITS[other & 0xFFFF] + _BITS[other >> 16]
        chosen = self._words[(kinds <= 2 * limit) & (np.abs(self._lengths - len(word)) <= limit)]
        found = process.extract(word, chosen.tolist(), scorer=OSA.distance, score_cutoff=limit, limit=most)
        return [(candidate, int(distance)) for candidate, distance, _ in found]


_BITS = np.array([bin(number).count("1") for number in range(1 << 16)], np.uint8)


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) - 97 if "a" <= letter <= "z" else 26)
    return bits


# What a slip costs less than a letter out of place, and what makes a correction unlikely; fitted on our own examples,
# misspelled: 95% of words come back, against 89% without neighbours and without these.
_DOUBLED, _NEIGHBOUR_KEY, _SAME_LETTERS, _OTHER_INITIAL = 0.6, 0.3, 0.5, 1.0
_ENDINGS = frozenset({"s", "re", "ve", "ll", "d", "m"})
_AS_LIKELY = 0.3  # an alarming word may cost this much more than the likeliest
_CONTEXT = 0.075  # weight of the words beside it
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {
    key: frozenset(
        other
        for near, keys in enumerate(_ROWS)
        for at, other in enumerate(keys)
        if other != key and abs(near - row) <= 1 and -1 <= at - place + (near - row) * 0.5 <= 1
    )
    for row, line in enumerate(_ROWS)
    for place, key in enumerate(line)
}


@dataclass(frozen=True)
class Speller:
    """Corrects words against a vocabulary.

    Args:
        own: the assistant's words -> how often it uses them.
        protected: words that are right as they stand though the English list lacks them (names of other diseases);
            they may be corrected *to*, never *from*.
        rare: words in use that the English list lacks; only the plainest slip is seen in them.
        inflected: words that the English list lacks and that are right as they stand.
        pairs: which words stand side by side; what decides between corrections.
        common: how frequent (Zipf scale) an English word must be to be offered as a correction.
    """

    own: Mapping[str, int]
    protected: Collection[str] = frozenset()
    rare: WordSet = field(default_factory=lambda: WordSet.of(()), compare=False)
    inflected: WordSet = field(default_factory=lambda: WordSet.of(()), compare=False)
    pairs: WordPairs = field(default_factory=lambda: WordPairs({}, {}), compare=False)
    common: float = 3.0
    _targets: _Targets = field(init=False, repr=False, compare=False)
    _own_targets: _Targets = field(init=False, repr=False, compare=False)
    _cache: dict[str, tuple[tuple[str, float], ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        frequent = {w for w, share in english().items() if share >= 10 ** (self.common - 9) and w.isalpha() and len(w) > 2}
        own = {word for word in self.own if len(word) > 2}
        short = {word for word in SHORTHAND if len(word) > 3}
        object.__setattr__(self, "_targets", _Targets(own | set(self.protected) | frequent | short))
        object.__setattr__(self, "_own_targets", _Targets(own))
        object.__setattr__(self, "protected", frozenset(self.protected))

    def is_word(self, word: str) -> bool:
        """Whether the word is right as it stands."""
        return word in self.own or word in self.protected or word in english() or not word.isalpha() or word in self.inflected

    def correct(self, words: Words) -> Words:
        """The message with shorthand spelled out and misspelled words corrected; everything else untouched."""
        spelled: list[Word] = []
        shouts = words.typed.isupper()
        for place, word in enumerate(words.words):
            typed = words.typed[word.start : word.end]
            abbreviated = typed.isupper() and len(typed) > 2 and not shouts and word.text not in SHORTHAND
            text = word.text if abbreviated else self.word(word.text, *self._beside(words, spelled, place))
            spelled.append(replace(word, text=text, known=text != word.text or self.is_word(word.text)))
        return Words(words.typed, tuple(spelled))

    def _beside(self, words: Words, spelled: Sequence[Word], place: int) -> tuple[str, str | None]:
        before = spelled[-1].text.split()[-1] if spelled else START
        if place + 1 == len(words.words):
            return before, END
        after = words.words[place + 1].text
        return before, after if self.is_word(after) else None

    def word(self, word: str, before: str = "", after: str | None = None) -> str:
        """One word, corrected where it is none; the word itself where nothing is near enough.

        Args:
            before: the word before it, as corrected.
            after: the word after it; None where that is no word.
        """
        if word in SHORTHAND:
            return SHORTHAND[word]
        stem, mark, ending = word.partition("'")
        if mark and ending in _ENDINGS and stem.isalpha():
            return f"{self.word(stem, before)}'{ending}" if len(stem) > 3 else word
        if len(word) < 3 or len(word) > 30 or not word.isascii() or self.is_word(word) or self._is_plural(word):
            return word
        found = self._near(word)
        if not found:
            return self._split(word)
        meant = [(SHORTHAND.get(candidate, candidate), cost) for candidate, cost in found]
        return max(meant, key=lambda item: (_CONTEXT * self.pairs.fit(before, item[0], after) - item[1], item[0]))[0]

    def _is_plural(self, word: str) -> bool:
        return len(word) > 4 and word.endswith("s") and not word.endswith("ss") and self.is_word(word[:-1])

    def _near(self, word: str) -> tuple[tuple[str, float], ...]:
        """Words that it may be, with what each would cost."""
        known = self._cache.get(word)
        if known is None:
            limit = 1 if len(word) < 5 or word in self.rare else 2 if len(word) < 9 else 3
            found = self._targets.near(word, limit)
            known = tuple((candidate, _cost(word, candidate, distance)) for candidate, distance in found)
            if len(self._cache) < 20_000:
                self._cache[word] = known
        return known

    def second_reading(self, words: Words) -> Words | None:
        """The message with words foreign to our subject read as their neighbours, where those stand in our own wording.

        "is thi common", "what stag": what was typed is a word, so `correct` leaves it. Nothing but the classifier and the
        safety gate may look at this reading, and only where the message as typed is not understood.

        Args:
            words: as corrected.

        Returns:
            The other reading; None where there is none.
        """
        read: list[Word] = []
        for place, word in enumerate(words.words):
            before = read[-1].text.split()[-1] if read else START
            after = words.words[place + 1].text if place + 1 < len(words.words) else END
            other = self._foreign(word.text, before, after)
            read.append(replace(word, text=other) if other else word)
        return Words(words.typed, tuple(read)) if any(a.text != b.text for a, b in zip(read, words.words, strict=True)) else None

    def alarming_reading(self, words: Words, alarming: Collection[str]) -> Words | None:
        """The message with every word that is none, or foreign to our subject, read as the alarming word beside it.

        Only for the safety gate: where fingers slip, better a look too many at what may be a cry for help.

        Args:
            words: as typed, in lower case.
            alarming: the words that a message in danger may carry.

        Returns:
            The other reading; None where there is none.
        """
        read = tuple(replace(word, text=self._alarming(word.text, alarming)) for word in words.words)
        return Words(words.typed, read) if any(a.text != b.text for a, b in zip(read, words.words, strict=True)) else None

    def _alarming(self, word: str, alarming: Collection[str]) -> str:
        if word in SHORTHAND:
            return SHORTHAND[word]
        if self.is_word(word) and not self._is_foreign(word):
            return self.word(word)
        limit, ordinary = 1, 1.0
        if not self.is_word(word):
            limit = 1 if len(word) < 5 else 2
            ordinary = min((cost for _, cost in self._near(word)), default=1.5)
        found = process.extract(word, alarming, scorer=OSA.distance, score_cutoff=limit, limit=10)
        best = min(((_cost(word, candidate, distance), candidate) for candidate, distance, _ in found), default=None)
        return best[1] if best and best[0] <= ordinary + _AS_LIKELY else self.word(word)

    def _is_foreign(self, word: str) -> bool:
        own = word in self.own or word in self.protected or english().get(word, 0.0) > 1e-5
        return len(word) >= 3 and word.isalpha() and not own

    def _foreign(self, word: str, before: str, after: str) -> str | None:
        if not self._is_foreign(word):
            return None
        found = self._own_targets.near(word, 1)
        usual = [
            (self.pairs.fit(before, candidate, after) - _cost(word, candidate, distance) / _CONTEXT / 10, candidate)
            for candidate, distance in found
            if self.pairs.seen(before, candidate) or self.pairs.seen(candidate, after)
        ]
        return max(usual)[1] if usual else None

    def _split(self, word: str) -> str:
        """Two words run together ("survivalrate"), where both are in use; else the word itself."""
        best = (0.0, word)
        for cut in range(3, len(word) - 2):
            left, right = word[:cut], word[cut:]
            if all(part in self.own or english().get(part, 0) > 1e-5 for part in (left, right)):
                score = min(zipf(left), zipf(right))
                best = max(best, (score, f"{left} {right}"))
        return best[1]


def _cost(word: str, candidate: str, distance: int) -> float:
    """How unlikely it is that fingers made the one of the other."""
    cost = float(distance)
    if candidate[0] != word[0]:
        cost += _OTHER_INITIAL
    if sorted(candidate) == sorted(word):
        cost -= _SAME_LETTERS
    if distance == 1 and len(word) == len(candidate):
        typed, meant = next(((a, b) for a, b in zip(word, candidate, strict=True) if a != b))
        if typed in _KEYS.get(meant, ()):
            cost -= _NEIGHBOUR_KEY
    if [key for key, _ in itertools.groupby(word)] == [key for key, _ in itertools.groupby(candidate)]:
        cost -= _DOUBLED
    return cost
