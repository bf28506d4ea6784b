"""Typos as fingers make them: a neighbouring key, a letter dropped, doubled, or swapped with the next."""

from __future__ import annotations

import random
import re

SHORTEST = 4  # letters of the shortest word that is misspelled
# People rarely miss a word's first letter: counts of misspellings put it between one and seven in a hundred.
FIRST_LETTER = 0.03

_WORD = re.compile(r"[^\W\d_]+")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KINDS = ("neighbour", "dropped", "doubled", "swapped")


def _neighbours() -> dict[str, str]:
    near: dict[str, str] = {}
    for row, keys in enumerate(_ROWS):
        for place, key in enumerate(keys):
            beside = keys[max(place - 1, 0) : place] + keys[place + 1 : place + 2]
            above = _ROWS[row - 1][place : place + 2] if row > 0 else ""
            below = _ROWS[row + 1][max(place - 1, 0) : place + 1] if row + 1 < len(_ROWS) else ""
            near[key] = beside + above + below
    return near


NEIGHBOURS = _neighbours()


def misspell(text: str, typos: int, seed: int) -> str:
    """The text with so many typos, in different words where it has enough; unchanged where it has no word to misspell.

    The same seed and text always give the same typos, and the first of two is the one that is made alone.
    """
    chance = random.Random(f"{seed}|{text}")
    typed = _split(text)
    pieces = list(typed)
    words = [place for place, piece in enumerate(pieces) if _can_be_misspelled(piece)]
    chance.shuffle(words)
    for number in range(typos if words else 0):
        place = words[number % len(words)]
        pieces[place] = _misspelled(pieces[place], typed[place], chance)
    return "".join(pieces)


def _split(text: str) -> list[str]:
    """The text as words and what stands between them."""
    pieces, end = [], 0
    for match in _WORD.finditer(text):
        pieces += [text[end : match.start()], match.group()]
        end = match.end()
    return [*pieces, text[end:]]


def _can_be_misspelled(piece: str) -> bool:
    return len(piece) >= SHORTEST and _WORD.fullmatch(piece) is not None


def _misspelled(word: str, right: str, chance: random.Random) -> str:
    """The word with one typo (more); always another word than it was, and never the right one again."""
    while True:
        place = 0 if chance.random() < FIRST_LETTER else chance.randrange(1, len(word))
        typo = _typo(word, place, chance.choice(_KINDS), chance)
        if typo not in (word, right):
            return typo


def _typo(word: str, place: int, kind: str, chance: random.Random) -> str:
    """The word with this kind of typo at this place; the word itself where that cannot be."""
    letter = word[place]
    if kind == "dropped":
        return word[:place] + word[place + 1 :]
    if kind == "doubled":
        return word[:place] + letter + word[place:]
    if kind == "swapped":
        return word[:place] + word[place + 1 : place + 2] + letter + word[place + 2 :]
    near = NEIGHBOURS.get(letter.lower())
    if not near:
        return word
    hit = chance.choice(near)
    return word[:place] + (hit.upper() if letter.isupper() else hit) + word[place + 1 :]
