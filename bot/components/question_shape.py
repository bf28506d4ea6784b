"""The shape of a question, apart from its topic: two in one, a correction, an ellipsis, a look back."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.components.disease import names_disease
from bot.components.text import Words

_SPLIT_AT = frozenset({"and", "also", "plus", "then", "&"})
_ENDS = frozenset({"?", ".", "!", ";"})
_FILLERS = frozenset(
    """a about actually again also an and any anything are as at be been but by can could do does done doing else for from
    get gets getting give go had has have having how i if in into is it it's its just know like me mean meant more my no not of
    ok okay on one or our please say she so some somebody someone still tell that that's the their them then there these
    they this those to too us was we well were what what's when where which who why will with would you your he his her him
    hi hello hey thanks thank also now instead case cases someone's person people patient patients mom mother dad father wife
    husband already than only even ever really maybe during after before while because since it'd i'm found show shows
    showing""".split()
)
_LEAD_IN = re.compile(
    r"^(?:ok(?:ay)?|so|and|but|hmm+|um+|well|right|thanks|thank you|also|then|now|oh|,|\.)*\s*"
    r"(?:and|what about|how about|what if|and if|but if|if|same (?:question )?(?:for|with|but)|or|for|with|in|but what about|and for|and with|and the|the)\b"
)
_CORRECTION = re.compile(
    r"^(?:(?:no|nope|nah|not that|wait|sorry|actually|oops|i'm sorry|my mistake|that's not it|not what i (?:meant|asked|mean|wanted)|wrong|"
    r"that's not what i (?:meant|asked|mean|wanted)(?: to know)?|hmm|,|\.|!|-|but)\s*)*"
    r"(?:i (?:meant|mean|was asking|wanted|am asking|asked|was talking|want to know|meant to ask|was meaning|really meant|just meant)|i'm asking|what i meant was|"
    r"i meant to say|meant|let me rephrase|rather|instead)\s*(?:to (?:know|ask|say)\s*)?(?:about|for|is|was)?\s*,?:?\s*"
)
_DENIAL = re.compile(r"^(?:no|nope|nah|not that|wait|actually|sorry no)\s*(?:,|\.|-|!|;)+\s*(?=\S)(?:not [\w ]+?,\s*)?")
_LOOKS_BACK = re.compile(
    r"\b(?:can|could|is|are|does|do|will|would|was|how is|how are|what does|why is|why does|treat|cure|cured|about|of|for|with|if|like|after) (?:that|those)\b"
    r"(?! (?:i|you|he|she|we|they|it|lms|leiomyosarcoma|the|my|a|there)\b)|"
    r"\b(?:in that case|then|at that (?:point|stage)|that (?:kind|type|one|stage|case)|such a case|in those cases|that still|those cases)\b"
)


def two_ways(words: Words) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    """Every way to cut the message in two at a mark or a joining word, both sides at least two words long."""
    tokens = [word.text for word in words.words]
    out: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for index, token in enumerate(tokens):
        if out and index < out[-1][1][0]:
            continue  # ", and" is one cut
        if token in _ENDS:
            left, right = index + 1, index + 1
        elif token in _SPLIT_AT or token == ",":
            left, right = index, index + 1
        else:
            continue
        while right < len(tokens) and (tokens[right] in _SPLIT_AT or tokens[right] in {",", "but"}):
            right += 1
        sides = ((0, left), (right, len(tokens)))
        if all(sum(words.words[i].is_word for i in range(a, b)) >= 2 for a, b in sides):
            out.append(sides)
    return tuple(out)


def correction_end(words: Words) -> int:
    """How many words at the start only say "no, I meant"; 0 where the message corrects nothing."""
    text, ends = "", []
    for word in words.words:
        text = f"{text} {word.text}".strip()
        ends.append(len(text))
    match = _CORRECTION.match(text) or _DENIAL.match(text)
    if not match or not match.group().strip():
        return 0
    stop = len(match.group().rstrip())
    return sum(1 for end in ends if end <= stop)


def is_elliptic(words: Words, named: Collection[int]) -> bool:
    """Whether the message names facets and nothing else: it takes its topic from what was said before.

    Args:
        words: the message.
        named: indices of the words that name facet values.
    """
    rest = [w.text for i, w in enumerate(words.words) if w.is_word and i not in named]
    return bool(named) and all(word in _FILLERS for word in rest)


def leads_in(words: Words) -> bool:
    """Whether it starts as a follow-up does ("and …", "what about …", "if …")."""
    return bool(_LEAD_IN.match(words.text))


def looks_back(words: Words) -> bool:
    """Whether "that", "then" or the like points to what was said before ("can that be cured?")."""
    return bool(_LOOKS_BACK.search(words.text))


_ASKS = re.compile(
    r"\?|^(?:\W*(?:so|and|but|ok|okay|also|hi|hello|hey|um|please|or|then|now))*\W*(?:what|what's|how|how's|when|where|where's|which|who|who's|why|is|are|am|"
    r"does|do|did|can|could|will|would|should|has|have|may|might|any|tell|explain|show|give|describe|list)\b|"
    r"\b(?:want to know|like to know|wondering|wonder|curious|tell me|explain|need to know|asking|know (?:if|what|how|why|whether|about|more)|understand (?:what|how|why))\b"
)
_TELLS = re.compile(
    r"^(?:\W*(?:so|and|but|hi|hello|hey|well|also))*\W*(?:i|i'm|i've|we|we're|we've|my|our|he|he's|she|she's|they|the doctors?|doctors?|dad|mom|it's been|a friend)\b"
    r"(?:.* )?(?:was|were|am|is|'s|'m|have|had|has|got|been|just|said|says|told|found|did|went|think|thinks|feel|diagnosed|lost|removed|read|heard|i'm|he's|she's|we're|i've)\b"
)


_SENTENCE_END = re.compile(r"(?<=[.!;])\s+")


def is_statement(words: Words) -> bool:
    """Whether it tells what happened rather than asks."""
    return bool(_TELLS.search(words.text)) and not any(_ASKS.search(sentence) for sentence in _SENTENCE_END.split(words.text))


_SENTENCE = re.compile(
    r"^(?:\W*(?:so|and|but|also|or|then|if so|if yes))*\W*(?:(?:with|in|for|at|by|to|from) )?(?:what|what's|how|how's|when|where|where's|which|who|who's|why|is|are|does|do|did|can|could|will|would|should|has|have|may|might)\b"
    r"(?: \S+){2,}"
)


def is_whole_question(words: Words) -> bool:
    """Whether it has the form of a question of its own: a question word or verb, and two words more."""
    return bool(_SENTENCE.search(words.text))


_FEELS = re.compile(
    r"\b(?:scared|afraid|frightened|terrified|petrified|panick\w*|anxious|overwhelmed|devastated|heartbroken|numb|hopeless|helpless|lonely|exhausted|"
    r"crying|cried|cry|sobbing|shaking|a mess|a wreck|falling apart|broken|breaking|losing (?:it|hope|my mind)|lost (?:all )?hope|freaking|worried sick|"
    r"can(?:'t|not| not) (?:sleep|eat|stop|cope|think|take|do this|breathe|believe)|so (?:sad|angry|alone|lost|tired)|in shock|grieving|unbearable|too much)\b"
)


def tells_feeling(words: Words) -> bool:
    """Whether somebody's fear or grief is told: a question in the same breath is answered, and the feeling is met first."""
    return bool(_FEELS.search(words.text))


_PERSON = re.compile(r"\b(?:i|i'm|i've|i'd|me|my|mine|we|we're|us|our|ours|he|he's|him|his|she|she's|her|hers|they|their)\b")


def is_personal(words: Words) -> bool:
    """Whether it speaks of somebody in particular."""
    return bool(_PERSON.search(words.text))


_BARE = re.compile(
    r"^(?:(?:so|hi|hello|hey|ok|okay)\W+)*(?:what is|what's|what exactly is|what even is) (?:it|this|that|this thing)(?: exactly| even)?\W*$"
)


def asks_what_it_is(words: Words) -> bool:
    """Whether it is "what is it" and no more: before another question, that asks for the disease."""
    return bool(_BARE.search(words.text))


def says_little(words: Words) -> bool:
    """Whether it is made of words that could belong to any question ("does it do anything")."""
    return all(word.text in _FILLERS for word in words.words if word.is_word)


_POINTS = frozenset({"it", "that", "this", "those", "them", "they"})


def names_only(words: Words, named: Collection[int]) -> bool:
    """Whether it holds facets and names of the disease and nothing else ("uterine lms"), or only points back ("sign of it").

    Args:
        words: the message.
        named: indices of the words that name facet values.
    """
    rest = [w.text for i, w in enumerate(words.words) if w.is_word and i not in named and w.text not in _FILLERS]
    if not any(w.text not in _FILLERS for w in words.words if w.is_word):
        return True
    pointing = any(w.text in _POINTS for w in words.words)
    return all(names_disease(word) for word in rest) or (pointing and len(rest) <= 1)
