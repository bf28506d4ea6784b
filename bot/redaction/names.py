"""Personal names: behind words that announce one, and a given name with a surname anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.redaction.spans import NAME, Span
from bot.redaction.words import given, never, not_people, rare, surname, uncommon, word_too

_RELATION = (
    r"mom|mother|mum|mommy|mama|dad|father|daddy|papa|wife|husband|spouse|partner|son|daughter|brother|sister|aunt|uncle|cousin|niece|nephew"
    r"|grand(?:ma|pa|mother|father|son|daughter)|friend|neighbou?r|boyfriend|girlfriend|fianc[eé]e?|child|kid|baby|boss|coworker|patient"
)
_NAME_IS = r"(?:(?:full|first|last|given|maiden|middle|legal|real|complete|family|sur)[ -]?)*name(?:'s|\s+is|\s+was|\s*:|\s*=|\s+being)"
#: Words behind which a name must stand.
_SURELY = re.compile(
    rf"\b(?:(?:my|his|her|their|our|whose|the|patient|(?:{_RELATION})'?s?|me|user)\s+{_NAME_IS}|(?:my|his|her)\s+names|(?<!\w)name\s*[:=]|"
    rf"(?:first|last|full|maiden|middle|sur)[ -]?name\s+(?=(?-i:[A-Z]))|"
    rf"(?:i'?m|i\s+am|he'?s|he\s+is|she'?s|she\s+is|they\s+are|we\s+are)\s+(?:called|named)|"
    rf"(?:{_RELATION}),?\s+(?:is\s+)?(?:called|named)|(?:people|everyone|they|friends|you\s+can|can|please|just)\s+call\s+me|"
    rf"(?:mr|mrs|mister|missus)\.?(?=\s)|(?-i:Ms\.?)(?=\s+(?-i:[A-Z])))\s*(?:is\s+|,\s*)?[\"']?",
    re.I,
)
_ON_THE_PHONE = re.compile(
    r"\b(?:this\s+is|it'?s|it\s+is|here\s+is)\s+(?P<name>[^\W\d_][\w'.-]*(?:\s+[^\W\d_][\w'.-]*){0,2}?)\s+(?P<said>speaking|calling|here|again|writing|on\s+the\s+(?:phone|line))\b",
    re.I,
)
#: Words behind which a name may stand.
_MAYBE = re.compile(
    rf"\b(?:i'?m|i\s+am|he'?s|he\s+is|she'?s|she\s+is|this\s+is|it'?s(?:\s+me)?|(?:my|his|her|our|their|the|with|for)\s+(?:{_RELATION})|(?:{_RELATION})|patient|signed|regards|sincerely|thanks|thank\s+you|love|dear"
    r"|hi|hello|hey|soy|for|about|named|called|and\s+i\s+am)(?:\s*[,:!]\s*|\s*\n\s*|\s+)",
    re.I,
)
_LOOSE = re.compile(rf"(?:with|for|about|named|called|he'?s|he\s+is|she'?s|she\s+is|it'?s|love|dear|{_RELATION})\b", re.I)
_ABOUT = re.compile(r"(?:with|for|about|love)\b", re.I)
_BEFORE_BIRTH = re.compile(
    r"\b([^\W\d_]+)\s+(?:[^\W\d_]\.?\s+)?([^\W\d_'-]+(?:['-][^\W\d_]+)*)(?=[\s,;]{1,3}(?:d\.?o\.?b\b|date of birth|born\b|mrn\b))", re.I
)
_GIVEN_BEFORE = re.compile(r"\b([A-Z][^\W\d_]+)\s+$")  # "Ruth Ann Delgado"
_KIN = re.compile(rf"\b(?:{_RELATION})\W*$")
_DOCTOR = re.compile(r"\b(?:dr|doctor|drs)\.?\s+$", re.I)
_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*\.?")
_PAIR = re.compile(r"\b([A-Z][^\W\d_]+)(?=((?:\s+[A-Z]\.?)?\s+[A-Z](?:'[A-Z])?[^\W\d_'-]+(?:['-][^\W\d_]+)*))")
# As forms have it: "Lopez, Maria E".
_REVERSED = re.compile(r"\b([A-Z][^\W\d_'-]+(?:['-][^\W\d_]+)*),\s+([A-Z][^\W\d_]+)(?:\s+[A-Z]\b\.?)?")
_GAP = re.compile(r"[ \t]+|\s*\.\s*(?=[A-Z]\b)")
_MOST = 4

CUE = re.compile(
    rf"name|\bcall(?:ed|ing| me)\b|\b(?:i'?m|i am|he'?s|she'?s|he is|she is|this is|it'?s|it is|here|mr|mrs|ms|mister"
    rf"|signed|regards|sincerely|thanks|thank you"
    rf"|love|dear|hi|hello|hey|soy|d\.?o\.?b|for|about|{_RELATION})\b",
    re.I,
)
PAIR = re.compile(r"[A-Z]\w+,?\s+[A-Z]")


def find(text: str) -> Iterator[Span]:
    """Every name."""
    shouting = text.upper() == text
    for match in _SURELY.finditer(text):
        end = _surely(text, match.end(), shouting)
        if end is not None:
            yield Span(match.end(), end, NAME)
    for match in _ON_THE_PHONE.finditer(text):
        words = match["name"].split()
        said = match["said"].lower() in {"speaking", "calling", "writing"}
        if not any(never(word.strip(".")) for word in words) and (said or given(words[0])):
            yield Span(*match.span("name"), NAME)
    for match in _MAYBE.finditer(text):
        end = _maybe(text, match, shouting)
        if end is not None:
            yield Span(match.end(), end, NAME)
    for match in _BEFORE_BIRTH.finditer(text):
        first, last = match.groups()
        if given(first) and surname(last) and not never(first):
            yield Span(*match.span(), NAME)
    for match in _REVERSED.finditer(text):
        last, first = match.groups()
        if given(first) and not word_too(first) and surname(last) and not never(first) and not shouting:
            yield Span(*match.span(), NAME)
    if not shouting:
        for match in _PAIR.finditer(text):
            first, rest = match.group(1), match.group(2)
            last = rest.split()[-1]
            if _DOCTOR.search(text, 0, match.start()):
                continue
            if given(first) and not never(first) and not never(last) and surname(last) and not not_people(f"{first} {last}"):
                if not last.isupper():
                    before = _GIVEN_BEFORE.search(text, 0, match.start())
                    start = before.start() if before and given(before.group(1)) and not word_too(before.group(1)) else match.start()
                    yield Span(start, match.end() + len(rest), NAME)


def _words(text: str, start: int) -> Iterator[re.Match[str]]:
    """The words that stand together from here on."""
    place = start
    for _ in range(_MOST):
        word = _TOKEN.match(text, place)
        if word is None:
            return
        yield word
        gap = _GAP.match(text, word.end())
        if gap is None:
            return
        place = gap.end()


def _end(word: re.Match[str]) -> int:
    """Where a word ends; the dot of an initial belongs to it, that of a sentence does not."""
    bare = word.group().rstrip(".")
    if len(bare) == 1:
        return word.end()
    return word.start() + len(bare.removesuffix("'s"))


def _surely(text: str, start: int, shouting: bool) -> int | None:
    """Where the name that must start here ends; None where there is none after all ("my name is on the list")."""
    end = None
    capital = False
    for word in _words(text, start):
        bare = word.group().rstrip(".")
        raised = bare[0].isupper() and not shouting
        if end is None:
            if bare.lower() in {"mr", "mrs", "ms", "miss", "dr", "doctor"}:
                continue
            if never(bare) and not (raised and given(bare)):
                return None
            if len(bare) == 1 and not word.group().endswith("."):
                return None
            end, capital = _end(word), raised
            if word.group().endswith(".") and len(bare) > 1:
                return end
            continue
        if len(bare) == 1 and bare.lower() not in {"i", "a"}:
            end = _end(word)  # an initial
            continue
        if never(bare) or (bare.isupper() and not text[start:end].isupper() and len(bare) <= 5):
            return end
        if not (raised or surname(bare) or rare(bare)):
            return end
        if capital and not raised and not surname(bare):
            return end
        end = _end(word)
        if word.group().endswith("."):
            return end
    return end


def _maybe(text: str, cue: re.Match[str], shouting: bool) -> int | None:
    """Where the name that may start behind a cue ends; None unless it is a given name beyond doubt."""
    words = list(_words(text, cue.end()))[:3]
    if not words:
        return None
    first = words[0].group().rstrip(".").removesuffix("'s")
    raised = first[0].isupper() and not shouting
    if not raised and _LOOSE.match(cue.group()):
        return None
    if raised and not never(first) and _KIN.search(cue.group()) and not first.isupper() and uncommon(first):
        pass  # "my husband Archibald"
    elif not given(first) or never(first):
        return None
    end = _end(words[0])
    followed = False
    about = _ABOUT.match(cue.group()) is not None and word_too(first)  # "tea for Ginger", "about Rose oil"
    for word in words[1:]:
        bare = word.group().rstrip(".")
        upper = bare[0].isupper() and not shouting
        if len(bare) == 1 and upper and bare != "I":
            end = _end(word)
            continue
        if never(bare) or not (surname(bare) or (upper and raised and not bare.isupper() and not word_too(bare))):
            break
        if raised and not upper:
            break
        end, followed = _end(word), True
        break
    if not followed and (about or (not raised and word_too(first)) or (first.isupper() and not shouting and len(first) <= 4)):
        return None
    return end
