"""Street addresses and ZIP codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.redaction.spans import ADDRESS, Span
from bot.redaction.words import function_word, ordinary

_SURE = r"street|avenue|ave|boulevard|blvd|road|rd|lane|ln|parkway|pkwy|highway|hwy|turnpike|terrace|alley"
_UNSURE = r"st|drive|dr|court|ct|way|place|pl|circle|cir|square|sq|trail|loop|pike|run|row|path|hill|hollow"
_STATE = (
    r"(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]"
    r"|Pennsylvania|Ohio|West Virginia|New York|Maryland)"
)
_UNIT = r"(?:,?\s*(?:apartment|apt|unit|suite|ste|floor|fl|room|#)\.?\s*#?\s*[\dA-Z]{1,5}\b)?"
_TOWN = rf"(?:,?\s+(?:[A-Z][\w.'-]+\s?){{1,3}})?(?:,?\s+(?i:{_STATE})\b\.?)?(?:,?\s+\d{{5}}(?:-\d{{4}})?)?"
_STREET = re.compile(
    rf"(?<![\w.%/-])(?P<number>\d{{1,6}}(?:-\d{{1,5}})?[A-Za-z]?)\s+(?P<words>(?:[\w.'-]+\s+){{1,4}}?)(?P<kind>(?i:{_SURE}|{_UNSURE}))\b\.?(?i:{_UNIT}){_TOWN}"
)
_BOX = re.compile(rf"\b(?i:p\.?\s?o\.?\s?box)\s*#?\s*\d+{_TOWN}")
_RURAL = re.compile(rf"\b(?i:r\.?r\.?|rural route|hc)\s*#?\s*\d+,?\s+(?i:box)\s*#?\s*\d+[A-Za-z]?\b{_TOWN}")
_TO_ZIP = re.compile(r"(?<![\w.%/-])\d{1,6}\s+(?P<words>(?:[A-Z][\w.'-]+,?\s+){1,4})\d{5}(?![\w.,%/-])")
_LIVES = re.compile(
    r"\b(?:liv(?:e|es|ing) (?:at|on)|resid(?:e|es|ing) at|address(?:es)?(?: is| was|:)?|(?:mail|send)(?: \w+){0,3} to)\s+"
    r"(?P<place>\d{1,6}[a-z]?\s+(?:[^\W\d_][\w.'-]*\s*,?\s*){1,4}(?:\d{5}(?:-\d{4})?)?)",
    re.I,
)
_ZIP4 = re.compile(r"(?<![\w-])\d{5}-\d{4}(?![\w-])")
_ZIP_CUE = re.compile(r"\b(?:zip|postal)(?: ?code)?\W{0,3}(?:(?:is|of|was|for|me|my)\b\W{0,2}){0,3}(\d{5}(?:-\d{4})?)(?!\d)", re.I)
_ZIP_STATE = re.compile(rf"\b(?i:{_STATE})\.?,?\s+(\d{{5}}(?:-\d{{4}})?)(?![\d-])")
_ZIP_LIVES = re.compile(
    r"\b(?:live|lives|living|from|in|near|home)(?: \w+){0,3},? (\d{5})(?![\d,.]\d|\d| ?(?:%|mg|ml|cells?|people|patients|cases|dollars))",
    re.I,
)


def find(text: str) -> Iterator[Span]:
    """Every street address, post box and ZIP code."""
    for match in _STREET.finditer(text):
        if _is_street(match):
            yield Span(match.start(), _end(match), ADDRESS)
    for rule in (_BOX, _RURAL):
        for match in rule.finditer(text):
            yield Span(match.start(), _end(match), ADDRESS)
    for match in _TO_ZIP.finditer(text):
        if not any(ordinary(word.strip(",.")) for word in match["words"].split()):
            yield Span(match.start(), match.end(), ADDRESS)
    for match in _LIVES.finditer(text):
        start, end = match.span("place")
        words = list(re.finditer(r"[\w.'-]+", text[start:end]))
        kept = 1
        while kept < len(words) and not ordinary(words[kept].group().strip(".")):
            kept += 1
        if kept > 1:
            yield Span(start, start + words[kept - 1].end(), ADDRESS)
    for rule in (_ZIP_CUE, _ZIP_STATE, _ZIP_LIVES):
        for match in rule.finditer(text):
            yield Span(*match.span(1), ADDRESS)
    for match in _ZIP4.finditer(text):
        yield Span(match.start(), match.end(), ADDRESS)


def _end(match: re.Match[str]) -> int:
    """Where the match ends, without the space or comma behind it."""
    return match.start() + len(match.group().rstrip(" ,"))


def _is_street(match: re.Match[str]) -> bool:
    words = match["words"].split()
    names = [word for word in words if word.lower().strip(".") not in {"n", "s", "e", "w", "north", "south", "east", "west"}]
    plain = [word.strip(".") for word in names if not word[0].isdigit()]
    if not names or any(function_word(word) for word in plain):
        return False
    if re.fullmatch(_SURE, match["kind"], re.I):
        return not plain or not all(map(ordinary, plain))
    if any(map(ordinary, plain)):
        return False
    return all(word[0].isupper() or word[0].isdigit() for word in names) and match["kind"][0].isupper()
