"""Many regular expressions held against one text, of which only those are run that can match.

From each expression it is read what every match must contain: "chest (?:hurts|pain)" cannot match where there is no
"chest ", nor where there is neither "hurts" nor "pain". Each such run of characters is looked up by three of them, as a
search index over code does (Cox 2012, "Regular Expression Matching with a Trigram Index"). What is found is the same as
without; the tests hold it to that.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as sre_parser  # type: ignore[attr-defined]
else:
    import sre_constants as sre
    import sre_parse as sre_parser

_GRAM = 3
Need = frozenset[str]  # runs of at least three characters, one of which must be there


class PatternSet:
    """Expressions in order, for texts in the same case as they are.

    Args:
        patterns: regular expressions.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(patterns)

    @cached_property
    def _wholes(self) -> _Index:
        return _Index(self._patterns)

    @cached_property
    def _pieces(self) -> _Index:
        return _Index([piece for pattern in self._patterns for piece in alternatives(pattern)])

    def any(self, text: str) -> bool:
        """Whether any of them is found in a text."""
        return any(expression.search(text) for _, expression in self._pieces.candidates(text))

    def cut(self, text: str, instead: str) -> str:
        """The text with every match replaced, expression by expression in their order."""
        last = -1
        while True:
            for place, expression in self._wholes.candidates(text):
                if place > last:
                    last, after = place, expression.sub(instead, text)
                    if after != text:  # other expressions may fit now
                        text = after
                        break
            else:
                return text


class _Index:
    """Which of some expressions can match a text. Most never can: one is compiled when it first may."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns
        self._compiled: dict[int, re.Pattern[str]] = {}
        needs = [needs_of(pattern) for pattern in patterns]
        places = {need: 1 << place for place, need in enumerate(dict.fromkeys(need for each in needs for need in each))}
        self._masks = [sum({places[need] for need in each}) for each in needs]  # one bit for each need
        often = Counter(gram for need in places for run in need for gram in set(_grams(run)))
        self._where: dict[str, int] = {}
        for need, bit in places.items():
            for run in need:
                rarest = min(_grams(run), key=lambda gram: (often[gram], gram))
                self._where[rarest] = self._where.get(rarest, 0) | bit

    def candidates(self, text: str) -> Iterator[tuple[int, re.Pattern[str]]]:
        """Their places and they themselves, in order."""
        met = 0
        for gram in self._where.keys() & _grams_of(text):
            met |= self._where[gram]
        for place, mask in enumerate(self._masks):
            if met & mask == mask:
                yield place, self._expression(place)

    def _expression(self, place: int) -> re.Pattern[str]:
        found = self._compiled.get(place)
        if found is None:
            found = self._compiled[place] = re.compile(self._patterns[place])
        return found


@lru_cache(maxsize=16)  # a text meets several sets, one after the other
def _grams_of(text: str) -> frozenset[str]:
    return frozenset(_grams(text))


def _grams(run: str) -> list[str]:
    return [run[start : start + _GRAM] for start in range(len(run) - _GRAM + 1)]


def needs_of(pattern: str) -> list[Need]:
    """What every match of an expression contains: a run of each of these."""
    return _of_sequence(sre_parser.parse(pattern))


def _of_sequence(items: Sequence[Any]) -> list[Need]:
    found: list[Need] = []
    run = ""
    for kind, value in items:
        if kind is sre.LITERAL:
            run += chr(value)
        elif kind is not sre.AT:  # a place takes no room, so the run goes on
            found += [frozenset({run}), *_of_item(kind, value)]
            run = ""
    found.append(frozenset({run}))
    return [need for need in found if all(len(each) >= _GRAM for each in need)]


def _of_item(kind: Any, value: Any) -> list[Need]:
    if kind is sre.SUBPATTERN:
        return _of_sequence(value[-1])
    if kind is sre.ASSERT and value[0] > 0:  # something that must follow, wherever
        return _of_sequence(value[1])
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        least, _, inside = value
        return _of_sequence(inside) if least else []
    if kind is sre.BRANCH:
        # A run of each branch; of several in one, the longest tells most.
        best = [max(_of_sequence(branch), key=_tells, default=frozenset({""})) for branch in value[1]]
        return [frozenset().union(*best)]
    return []


def _tells(need: Need) -> tuple[float, list[str]]:
    return min(map(len, need)) / len(need), sorted(need)


def alternatives(pattern: str) -> list[str]:
    """The parts of an expression between the bars that no bracket encloses."""
    parts, start, depth, in_class, place = [], 0, 0, False, 0
    while place < len(pattern):
        sign = pattern[place]
        if sign == "\\":
            place += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and not depth:
            parts.append(pattern[start:place])
            start = place + 1
        place += 1
    return [*parts, pattern[start:]]
