"""The read-aloud script: an answer in pieces short enough for one breath, with numbers as they are said."""

from __future__ import annotations

import re

_PHONE = re.compile(r"\((\d{3})\) ?(\d{3})-(\d{4})")
_LINE = re.compile(r"\b(988|911)\b")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# Behind these a point ends no sentence.
_SHORT = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|St|vs|e\.g|i\.e)\.$")
_END = re.compile(r"(?<=[.!?])[\"')]*\s+")
_PAUSE = re.compile(r"(?<=[;:])\s+|(?<=,)\s+(?=(?:and|but|or|so|which|where|when|if|to|as|because)\b)")
_WORDS = 16


def said(text: str) -> str:
    """A text with phone numbers digit by digit, as they are read aloud."""
    text = _PHONE.sub(lambda match: ", ".join(_digits(group) for group in match.groups()), text)
    return _LINE.sub(lambda match: _digits(match.group(1)), text)


def script(text: str) -> list[str]:
    """A text as lines to read aloud: one sentence a line, long ones cut where a reader would breathe."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        for sentence in _sentences(paragraph.strip()):
            lines += _breaths(said(sentence))
    return lines


def _digits(number: str) -> str:
    return " ".join(_DIGITS[int(digit)] for digit in number)


def _sentences(paragraph: str) -> list[str]:
    found: list[str] = []
    for piece in _END.split(paragraph):
        if found and _SHORT.search(found[-1]):
            found[-1] += f" {piece}"
        elif piece:
            found.append(piece)
    return found


def _breaths(sentence: str) -> list[str]:
    if len(sentence.split()) <= _WORDS:
        return [sentence]
    lines: list[str] = []
    for piece in _PAUSE.split(sentence):
        if lines and len((lines[-1] + piece).split()) < _WORDS:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines
