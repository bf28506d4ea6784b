"""Which language a message is written in, and whether it is language at all.

lingua (n-gram models inside its wheel) names the language; it is asked only where too few words are English, because short
English questions full of Latin medical words otherwise pass for something else.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from typing import Any

from bot.components.frequencies import english, frequencies
from bot.components.speller import SHORTHAND
from bot.components.text import Words

# ISO 639-1 codes of the languages that the content can greet; others are answered with the English line.
LANGUAGES: tuple[str, ...] = ("es", "fr", "de", "pt", "it", "zh", "vi", "ar", "ru", "ko", "tl", "hi", "pl", "ja", "uk", "nl", "tr", "ht")
_SURE = 0.55
_LATIN = ("es", "fr", "de", "pt", "it", "nl", "pl", "tr", "vi")
_SPANISH_SIGNS = re.compile(r"[¿¡]")
_SCRIPTS = {"CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "ARABIC": "ar", "CYRILLIC": "ru", "DEVANAGARI": "hi"}


@functools.lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in ("en", *LANGUAGES) if hasattr(IsoCode639_1, code.upper())]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()


@functools.lru_cache(maxsize=len(LANGUAGES))
def _common(code: str) -> dict[str, float]:
    """The words of a language that are in daily use (wordfreq's small list, Zipf 5 and more), with their share of all words."""
    return {word: share for word, share in frequencies(code).items() if share >= 1e-4}


@functools.lru_cache(maxsize=1)
def _foreign() -> frozenset[str]:
    """Words in daily use in a language with Latin letters, and hardly in English."""
    return frozenset(word for code in _LATIN for word in _common(code) if not _in_english(word))


def _in_english(word: str) -> bool:
    return english().get(word, 0) >= 3e-5


def _likelihood(words: list[str], code: str) -> float:
    """How well words fit a language's daily use, as a logarithm; for comparing languages."""
    daily = _common(code)
    return sum(math.log(daily.get(word, 1e-6)) for word in words)


@functools.lru_cache(maxsize=4)
def _words(code: str) -> frozenset[str]:
    """All words of wordfreq's small list for a language; empty for one that it does not list."""
    return frozenset(frequencies(code))


def _script(text: str) -> str | None:
    if text.isascii():
        return None
    counts: dict[str, int] = {}
    letters = 0
    for char in text:
        if char.isalpha():
            letters += 1
            name = unicodedata.name(char, "").split(" ")[0]
            if name in _SCRIPTS:
                counts[_SCRIPTS[name]] = counts.get(_SCRIPTS[name], 0) + 1
    if "ja" in counts:
        counts["ja"] += counts.pop("zh", 0)
    if letters and counts and sum(counts.values()) >= 0.4 * letters:
        return max(counts, key=lambda code: counts[code])
    return None


def other_language(words: Words, known: float) -> str | None:
    """ISO 639-1 code of the language, if it is surely not English.

    Args:
        words: the message.
        known: share of its words that the speller knows as English or ours.
    """
    script = _script(words.typed)
    if script and script != "ru":
        return script
    raw = [words.typed[w.start : w.end].lower() for w in words.words if w.text[:1].isalpha()]
    if not raw:
        return None
    typed = [word for word in raw if len(word) > 1]
    best: str | None = script or ("es" if _SPANISH_SIGNS.search(words.typed) else None)
    if known >= 0.75 and best is None and _foreign().isdisjoint(typed):
        return None
    daily: str | None = None  # the language that most of its short words are of
    if best is None and typed:
        # Words in daily use settle it: "la", "de" and "no" alone are not enough, so they must outnumber the English ones.
        plain_english = sum(word in SHORTHAND or english().get(word, 0) >= 1e-5 for word in typed)
        top = max(_LATIN, key=lambda code: _likelihood(typed, code))
        found = sum(word in _common(top) for word in typed)
        own = sum(word in _common(top) and not _in_english(word) for word in typed)
        daily = top if found >= 2 else None
        if found >= 2 and own >= 1 and found > plain_english:
            best = top
    if known >= 0.75 and best is None:
        return None
    values = {c.language.iso_code_639_1.name.lower(): c.value for c in _detector().compute_language_confidence_values(words.typed)}
    code = max(values, key=lambda name: values[name])
    if typed and not any(word in _words(code) for word in typed):
        return best  # no word of that language: letters that look like one
    unknown = sum(not word.known for word in words.words if word.text[:1].isalpha())
    if code != "en" and values[code] >= _SURE and ((known < 0.6 and unknown >= 2) or best is not None):
        return daily if daily and code in _LATIN else str(code)
    return best


def is_gibberish(words: Words, known: float) -> bool:
    """Whether hardly anything in it is a word ("asdf jkl", "????", "12345")."""
    letters = [w for w in words.words if w.text[:1].isalpha()]
    if not letters:
        return True
    return known < 0.34 and sum(len(w.text) for w in letters) >= 4
