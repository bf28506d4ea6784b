"""What people write into a draft, made clean; or told, field by field, why it cannot be stored."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from knowledge.curation.views import FIELDS
from knowledge.errors import DraftProblem, DraftRefused, NotAllowed
from knowledge.loader import AUTHOR
from knowledge.models import KINDS, SENSITIVITIES

MOST_CHARACTERS = {"title": 200, "question": 200, "answer": 5000, "detail": 5000, "section": 120}
MOST_ITEMS = 200
MOST_EXAMPLE = 200
_LONGEST_NAME = 80
_DIGITS = re.compile(r"\d[\d\s().-]{5,}\d")


@dataclasses.dataclass(frozen=True)
class Fields:
    """What a draft says."""

    kind: str
    title: str
    question: str | None
    facets: tuple[tuple[str, str], ...]
    answer: str
    detail: str | None
    facts: tuple[str, ...]
    detail_facts: tuple[str, ...]
    section: str
    sensitivity: str
    suggestions: tuple[str, ...]
    review_by: dt.date | None
    examples: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Known:
    """What the store has that a draft can name."""

    facts: frozenset[str]
    sections: frozenset[str]
    facets: frozenset[tuple[str, str]]
    entries: frozenset[str]


def person(name: str) -> str:
    """A person's name as the store keeps it.

    Raises:
        NotAllowed: for a name that is empty, too long, or not a person's.
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).split()) if isinstance(name, str) else ""
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable() or not _can_be_stored(plain):
        raise NotAllowed(f"say who does this: a name of 1 to {_LONGEST_NAME} letters")
    if same_person(plain, AUTHOR):
        raise NotAllowed(f"'{AUTHOR}' is what the content files are signed with; use your own name")
    return plain


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, however they are written."""
    return unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", other).casefold()


def note(text: str | None, wanted: bool = False) -> str | None:
    """A note as the store keeps it.

    Raises:
        DraftRefused: if it is missing where one is wanted, or cannot be stored.
    """
    problems = list[DraftProblem]()
    plain = _text("note", text, 2000, problems) if text is not None else ""
    if wanted and not plain and not problems:
        problems.append(DraftProblem("note", "say why; others read it"))
    if problems:
        raise DraftRefused(problems)
    return plain or None


def changed(fields: Fields, changes: Mapping[str, Any], known: Known) -> Fields:
    """Fields with changes made.

    Raises:
        DraftRefused: with every field that cannot be stored; what merely breaks a check is stored, and told by the checks.
    """
    problems = list[DraftProblem]()
    clean = dict[str, Any]()
    for name, value in changes.items():
        if name not in FIELDS:
            problems.append(DraftProblem(str(name), f"no such field; the fields are {', '.join(FIELDS)}"))
        elif name == "facets":
            clean[name] = _facets(value, known, problems)
        elif name in ("facts", "detail_facts", "suggestions", "examples"):
            clean[name] = _items(name, value, known, problems)
        elif name == "review_by":
            clean[name] = _date(value, problems)
        elif name in ("kind", "sensitivity", "section"):
            allowed: Iterable[str] = {"kind": KINDS, "sensitivity": SENSITIVITIES, "section": known.sections}[name]
            clean[name] = value
            if value not in allowed:
                hint = "" if name == "section" else f"; use one of {', '.join(allowed)}"
                problems.append(DraftProblem(name, f"'{value}' is not known{hint}"))
        else:
            text = _text(name, value, MOST_CHARACTERS[name], problems)
            clean[name] = (text or None) if name in ("question", "detail") else text
            if name in ("title", "question") and "\n" in text:
                problems.append(DraftProblem(name, "must stand on one line"))
    if problems:
        raise DraftRefused(problems)
    return dataclasses.replace(fields, **clean)


def example_problem(text: str) -> str | None:
    """Why a wording cannot be an example, if it cannot: it goes into a training file as one line of plain words."""
    if not 2 <= len(text) <= MOST_EXAMPLE:
        return f"'{text[:40]}' has {len(text)} characters; an example has 2 to {MOST_EXAMPLE}"
    if "\n" in text or re.search(r"[\[\]{}<>|\\`]", text):
        return f"'{text[:40]}' has a line break or one of [ ] {{ }} < > | \\ `; write plain words on one line"
    if not (text[0].isalnum() or text[0] in "'\"¿¡("):
        return f"'{text[:40]}' must begin with a letter or a digit"
    if "@" in text or _DIGITS.search(text):
        return f"'{text[:40]}' seems to hold an address or a number of a person; take it out"
    return None


#: Control and format characters, among them those that turn the direction of text: what is read would not be what is checked.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})


def _can_be_stored(text: str) -> bool:
    return not any(unicodedata.category(character) in _UNSEEN for character in text if character != "\n")


def _text(name: str, value: Any, longest: int, problems: list[DraftProblem]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        problems.append(DraftProblem(name, "must be a text"))
        return ""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip().split("\n")
    text = "\n".join(line.rstrip() for line in lines)
    if not _can_be_stored(text):
        problems.append(DraftProblem(name, "holds characters that cannot be shown; type it anew"))
    if len(text) > longest:
        problems.append(DraftProblem(name, f"has {len(text)} characters; use {longest} at most"))
    return text


def _items(name: str, value: Any, known: Known, problems: list[DraftProblem]) -> tuple[str, ...]:
    listed = [] if value is None else [value] if isinstance(value, str) else list(value)
    if not all(isinstance(item, str) for item in listed) or len(listed) > MOST_ITEMS:
        problems.append(DraftProblem(name, f"must be a list of texts, {MOST_ITEMS} at most"))
        return ()
    items = tuple(dict.fromkeys(" ".join(item.split()) for item in listed if item.strip()))
    if name == "examples":
        for item in items:
            wrong = example_problem(item) if _can_be_stored(item) else "an example holds characters that cannot be shown"
            if wrong:
                problems.append(DraftProblem(name, wrong))
        return items
    allowed = known.entries if name == "suggestions" else known.facts
    for item in items:
        if item not in allowed:
            problems.append(
                DraftProblem(name, f"'{item[:80]}' is no {'entry' if name == 'suggestions' else 'fact'}; use an id that is there")
            )
    return items


def _facets(value: Any, known: Known, problems: list[DraftProblem]) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        problems.append(DraftProblem("facets", "must be names and values, as in test: mri"))
        return ()
    pairs = [(str(name), str(item)) for name, items in value.items() for item in ([items] if isinstance(items, str) else items)]
    for name, item in dict.fromkeys(pairs):
        if (name, item) not in known.facets:
            problems.append(DraftProblem("facets", f"'{name}: {item}' is not known; facets and values are in facets.yml"))
    return tuple(dict.fromkeys(pairs))


def _date(value: Any, problems: list[DraftProblem]) -> dt.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            problems.append(DraftProblem("review_by", f"'{value[:20]}' is no date; write it as 2026-11-23"))
            return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    problems.append(DraftProblem("review_by", "must be a date, as in 2026-11-23"))
    return None
