"""The disease by its names. Sentence vectors hardly know the word leiomyosarcoma, so they are given one they know."""

from __future__ import annotations

import re

# Names and the shorter ones that patients use; the speller has already mended misspellings.
NAMES: tuple[str, ...] = (
    "leiomyosarcoma", "leiomyosarcomas", "leio myo sarcoma", "leiomyo sarcoma", "leio myosarcoma", "leiomyo", "leio",
    "lms", "ulms", "smooth muscle sarcoma", "smooth muscle sarcomas", "smooth muscle cancer", "smooth muscle cancers",
    "smooth muscle tumor", "smooth muscle tumors", "cancer of the smooth muscle", "cancer of smooth muscle",
    "smooth muscle cell cancer",
)  # fmt: skip
STAND_IN = "sarcoma"

_pattern = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, NAMES), key=len, reverse=True)) + r")\b")


def names_disease(text: str) -> bool:
    """Whether the spelled text names leiomyosarcoma."""
    return bool(_pattern.search(text))


def in_known_words(text: str) -> str:
    """The text with every name of the disease replaced by a word that the sentence encoder knows."""
    return _pattern.sub(STAND_IN, text.replace("ulms", "uterine lms"))
