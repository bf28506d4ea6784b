"""Which words are names and which are not: census lists, English function words, and what our subject speaks of."""

from __future__ import annotations

import functools
from importlib import resources

from ruamel.yaml import YAML
from spacy.lang.en.stop_words import STOP_WORDS

from bot.components.frequencies import english, zipf

_ENDINGS_OF_MEDICINE = (
    "oma", "omas", "itis", "ectomy", "emia", "osis", "taxel", "rubicin", "tinib", "mab", "platin",
    "bectedin", "ology", "ologist", "oscopy", "plasty",
    "therapy", "cycline", "cillin", "abine", "ostomy", "otomy", "pathy", "algia",
)  # fmt: skip


@functools.lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    """The lists of words.yml, read once."""
    read = YAML(typ="safe").load(resources.files("bot.redaction").joinpath("words.yml").read_text(encoding="utf-8"))
    return {name: frozenset(value.split() if isinstance(value, str) else value) for name, value in read.items()}


@functools.lru_cache(maxsize=1)
def _census() -> tuple[frozenset[str], frozenset[str]]:
    """Given names, and the surnames; read once."""
    folder = resources.files("names")

    def read(*files: str) -> frozenset[str]:
        lines = (line for file in files for line in folder.joinpath(file).read_text(encoding="ascii").splitlines())
        return frozenset(line.split(maxsplit=1)[0].lower() for line in lines if line.strip())

    return read("dist.female.first", "dist.male.first"), read("dist.all.last")


def load() -> None:
    """Read the lists now rather than at the first message."""
    _census()
    _lists()
    english()


def given(word: str) -> bool:
    """Whether it is a given name."""
    return word.lower() in _census()[0]


def word_too(word: str) -> bool:
    """Whether a given name is an ordinary word as well."""
    lower = word.lower()
    return lower in _lists()["words_too"] or lower in STOP_WORDS or lower in _lists()["never"]


def surname(word: str) -> bool:
    """Whether it is a surname and hardly an ordinary word."""
    lower = word.lower()
    if lower in _lists()["never"] or lower in STOP_WORDS:
        return False
    if lower in _lists()["surnames"]:
        return True
    return lower.replace("'", "") in _census()[1] and zipf(lower) < 4.2


def never(word: str) -> bool:
    """Whether it is no name wherever it stands."""
    lower = word.lower()
    return (
        lower in _lists()["never"]
        or lower in STOP_WORDS
        or _is_medical(lower)
        or (lower.endswith(("ed", "ing")) and not given(lower) and lower not in _census()[1] and lower in english())
    )


def rare(word: str) -> bool:
    """Whether English hardly knows it."""
    return word.lower() not in english()


def uncommon(word: str) -> bool:
    """Whether it is no everyday word."""
    return zipf(word.lower()) < 4.0


def ordinary(word: str) -> bool:
    """Whether it is an ordinary word in a sentence (and so not the name of a street)."""
    lower = word.lower()
    return lower in _lists()["never"] or lower in STOP_WORDS or _is_medical(lower)


def function_word(word: str) -> bool:
    """Whether it is one of the words that hold English sentences together."""
    return word.lower() in STOP_WORDS


def _is_medical(lower: str) -> bool:
    return lower.endswith(_ENDINGS_OF_MEDICINE)


def not_people(words: str) -> bool:
    """Whether two words that look like a person's name are known to be none."""
    return words.lower() in _lists()["not_people"]
