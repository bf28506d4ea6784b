"""Where an identifier stands in a text, and what takes its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Chosen on the trained model so that a question beside them is still read as that question: "[address]" was taken for a
# question about the way here, "[number]" for one about our phone.
NAME = "[name]"
PHONE = "[phone]"
EMAIL = "[email]"
ADDRESS = "[place]"
NUMBER = "[id]"
DATE = "[date]"


@dataclass(frozen=True)
class Span:
    """A run of characters, `end` exclusive, and its placeholder."""

    start: int
    end: int
    placeholder: str


@dataclass(frozen=True)
class Flat:
    """A text as the rules read it: invisible characters gone, digits and wide letters in their plain form.

    `at` holds each character's place in the text as typed, and one past the end.
    """

    text: str
    at: Sequence[int]


def flat(typed: str) -> Flat:
    """The plain reading of a text; the text itself where it is plain already."""
    if typed.isascii():
        return Flat(typed, range(len(typed) + 1))
    characters: list[str] = []
    at: list[int] = []
    for place, character in enumerate(typed):
        if unicodedata.category(character) in {"Cf", "Mn"}:
            continue
        plain = unicodedata.normalize("NFKC", character)
        decimal = unicodedata.decimal(character, None)
        if decimal is not None:
            plain = str(decimal)
        elif character.isspace():
            plain = " " if character != "\n" else "\n"
        elif unicodedata.category(character) == "Pd":
            plain = "-"
        elif character in "’‘ʼ":
            plain = "'"
        characters.append(plain if len(plain) == 1 else character)
        at.append(place)
    return Flat("".join(characters), [*at, len(typed)])


def replaced(typed: str, reading: Flat, spans: Iterable[Span]) -> tuple[str, tuple[str, ...]]:
    """The typed text with each span's placeholder in its place, and the placeholders used.

    Spans that overlap are one, so that no part of either stays; it has the placeholder of the longest.
    """
    chosen: list[Span] = []
    longest = 0
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        length = span.end - span.start
        if not chosen or span.start >= chosen[-1].end:
            chosen.append(span)
            longest = length
            continue
        before = chosen[-1]
        placeholder = span.placeholder if length > longest else before.placeholder
        chosen[-1] = Span(before.start, max(before.end, span.end), placeholder)
        longest = max(longest, length)
    out, last = [], 0
    for span in chosen:
        start, end = reading.at[span.start], reading.at[span.end - 1] + 1
        out += [typed[last:start], span.placeholder]
        last = end
    return "".join([*out, typed[last:]]), tuple(span.placeholder for span in chosen)
