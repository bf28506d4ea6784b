"""The same words as hurried, polite or dictating people would have them; the same seed and text always give the same noise."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping

from pytest_rasa.loading import LoadedCase
from pytest_rasa.typos import misspell

_BEFORE = (
    "hi, ",
    "hello, ",
    "hello there, ",
    "excuse me, ",
    "sorry to bother you, ",
    "quick question: ",
    "good morning. ",
    "please tell me: ",
    "if i may ask, ",
)
_AFTER = (" please", ", please", ", thank you", " thanks", ", thanks so much", ". thank you very much", ", many thanks in advance")
_FILLERS = ("um ", "uh ", "so ", "okay so ", "yeah um ", "well ", "")
_EMOJI = ("🙏", "😊", "😢", "❤️", "🤔", "😟", "👍", "🥺", "💛", "😔")
_END = ("", ".", "?", "??", "!", "!!", "...", " ?", " !", "…")
_APOSTROPHES = re.compile(r"(?<=\w)['’](?=\w)")
_STOPS = re.compile(r"(?<!\d)\.|\.(?!\d)")
_SPACES = re.compile(r"\s+")


def _typos(text: str, seed: int, chance: random.Random) -> str:
    return misspell(text, 1, seed)


def _casing(text: str, seed: int, chance: random.Random) -> str:
    ways: tuple[Callable[[str], str], ...] = (str.lower, str.upper, str.title, str.capitalize)
    changed = [way(text) for way in ways if way(text) != text]
    return chance.choice(changed) if changed else text


def _punctuation(text: str, seed: int, chance: random.Random) -> str:
    bare = text.rstrip(" .?!…")
    inside = bare.replace(", ", " ").replace("; ", " ") if chance.random() < 0.5 else bare
    ends = [end for end in _END if inside + end != text]
    return inside + chance.choice(ends) if inside else text


def _emoji(text: str, seed: int, chance: random.Random) -> str:
    one = chance.choice(_EMOJI) * chance.choice((1, 1, 2, 3))
    return f"{one} {text}" if chance.random() < 0.2 else f"{text} {one}"


def _politeness(text: str, seed: int, chance: random.Random) -> str:
    before, after = chance.choice((*_BEFORE, "")), chance.choice((*_AFTER, ""))
    if not before and not after:
        before = chance.choice(_BEFORE)
    end = text[len(text.rstrip(" ?.!")) :].strip() if after else ""
    body = text.rstrip(" ?.!") if after else text
    return f"{before}{body}{after}{end}"


def _dictation(text: str, seed: int, chance: random.Random) -> str:
    kept = _APOSTROPHES.sub("'", text.lower())
    spoken = "".join(c if c.isalnum() or c in "'%." else " " for c in _STOPS.sub(" ", unicodedata.normalize("NFC", kept)))
    return chance.choice(_FILLERS) + _SPACES.sub(" ", spoken).strip()


_KINDS: Mapping[str, Callable[[str, int, random.Random], str]] = {
    "typos": _typos,
    "casing": _casing,
    "punctuation": _punctuation,
    "emoji": _emoji,
    "politeness": _politeness,
    "dictation": _dictation,
}
#: What each kind does, as documentation and help tell it.
KINDS: Mapping[str, str] = {
    "typos": "one slip of the fingers a message, in a word of four letters or more",
    "casing": "all lower, all upper, Every Word Capital, or only the first letter",
    "punctuation": "another end, or none; commas gone from half of the messages",
    "emoji": "one to three behind the text, or before it",
    "politeness": "a greeting or an excuse before it, please or thanks behind it",
    "dictation": "lower case, no punctuation, a filler before it",
}


class NoiseError(ValueError):
    """A kind of noise that there is none of."""


def chosen(given: str) -> tuple[str, ...]:
    """Kinds by name, comma separated; `all` for all.

    Raises:
        NoiseError: for an unknown kind.
    """
    names = [name.strip() for name in given.split(",") if name.strip()]
    if names == ["all"]:
        return tuple(KINDS)
    for name in names:
        if name not in KINDS:
            raise NoiseError(f"there is no noise '{name}'; use all, or some of {', '.join(KINDS)}")
    return tuple(dict.fromkeys(names))


def noisy(kind: str, text: str, seed: int) -> str:
    """The text with one kind of noise; a button's payload (`/…`) stays as it is."""
    if text.startswith("/"):
        return text
    return _KINDS[kind](text, seed, random.Random(f"{seed}|{kind}|{text}"))


def noisy_texts(kind: str, case: LoadedCase, seed: int) -> list[str] | None:
    """What the user of a case says with noise, step by step; None where it changes nothing."""
    plain = [step.step.user for step in case.steps if step.step.user is not None]
    changed = [noisy(kind, text, seed) for text in plain]
    return changed if changed != plain else None
