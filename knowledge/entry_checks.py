"""Proves one entry: what it tells is told of the facts it cites, to the figure, in plain words, and nothing else."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge.content import ContactContent, EntryContent, FactContent
from knowledge.errors import DraftProblem
from knowledge.rendering import contact_text, render

MAX_GRADE = 8.0
RUN = 8
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_PHONE = re.compile(r"\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}")
_WEB = re.compile(r"https?://|www\.|\b[a-z0-9-]+\.(?:com|org|net|gov|edu|info|health)\b|\S@\S", re.I)
# 988 and 911 are policy lines, not page facts: only entries of policy may give them.
_POLICY_NUMBERS = frozenset({"988", "911"})
_POLICY_KINDS = frozenset({"safety", "escalation"})
_POLICY_SECTION = "Policy"
# Figures in words. Small counts ("three ways to call") are no figures, unless they are a share ("two in five").
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten"
_FIGURE_WORD = re.compile(
    r"\b(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|dozens?|half|percent|per cent"
    rf"|(?:{_SMALL}) (?:in|out of) (?:every )?(?:{_SMALL}|\d+))\b",
    re.I,
)
_NUMERALS = r"(?:IV|I{1,3}|[1-4])\b"
_STAGES = re.compile(rf"\bstages? ({_NUMERALS}(?:(?:,| or| and| to|/|-)+ ?(?:stage )?{_NUMERALS})*)")
# What the flag on about.how_common forbids: LMS as a share of sarcomas or of adult cancers.
_SHARE = r"(?:%|percent|per cent|in 100(?![\d,])|in (?:a|one) hundred|half|third|quarter|tenth|share|fraction)"
_FORBIDDEN_SHARE = re.compile(
    rf"\b(?:1|one)\s*(?:%|percent|per cent|in 100(?![\d,])|in (?:a|one) hundred)"
    rf"|{_SHARE} of (?:all )?(?:the )?(?:adult|soft tissue|cancers?|sarcomas?)\b",
    re.I,
)
_NO_FACTS = frozenset({"gap", "clarify", "fallback", "out_of_scope", "escalation", "safety", "smalltalk", "greeting", "error"})
_OTHER_LANGUAGE = "language"
# The fact whose flag forbids to tell a share, until it is settled.
_FLAGGED = "about.how_common"


@dataclass(frozen=True)
class Grounds:
    """What an entry is held against.

    Attributes:
        facts: by id.
        contacts: what `{phone}` and its like stand for.
        allowed: names that cannot be said in shorter words -> what the reading grade counts them as.
        topics: entry -> its topic.
        page: the runs of eight words that must not be repeated.
    """

    facts: Mapping[str, FactContent]
    contacts: tuple[ContactContent, ...]
    allowed: Mapping[str, str]
    topics: Mapping[str, str]
    page: frozenset[tuple[str, ...]] = frozenset()


def entry_problems(entry: EntryContent, grounds: Grounds) -> Iterator[DraftProblem]:
    """All that is wrong with an entry, each with its field and what to do."""
    for check in (_figures, _contacts, _reading, _flags, _kinds, _copied):
        yield from check(entry, grounds)


def contact_problems(field: str, text: str) -> Iterator[DraftProblem]:
    """Contact details that are written out."""
    if _PHONE.search(text):
        yield DraftProblem(field, "a phone number is written out; use {phone}")
    if _WEB.search(text):
        yield DraftProblem(field, "a web address; use {online} or {mychart}")


def runs(text: str) -> list[tuple[str, ...]]:
    """All runs of eight words of a text, in lower case."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return [tuple(words[k : k + RUN]) for k in range(len(words) - RUN + 1)]


def copied(field: str, text: str, page: frozenset[tuple[str, ...]]) -> Iterator[DraftProblem]:
    """The first run of words that the source page has too."""
    run = next((run for run in runs(text) if run in page), None)
    if run:
        yield DraftProblem(field, f"repeats the source page: '{' '.join(run)}'; say it in our own words")


def _texts(entry: EntryContent) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "answer", entry.answer, entry.facts
    if entry.detail:
        yield "detail", entry.detail, (*entry.facts, *entry.detail_facts)


def _figures(entry: EntryContent, grounds: Grounds) -> Iterator[DraftProblem]:
    blank = {contact.id: "" for contact in grounds.contacts}
    said = {contact.id: contact_text(contact.label, contact.value, None) for contact in grounds.contacts}
    for where, text, cited in _texts(entry):
        sources = " ".join(f"{grounds.facts[f].fact} {' '.join(grounds.facts[f].figures)}" for f in cited)
        for figure in _strange_figures(render(text, blank), sources, _policy_numbers(entry)):
            yield DraftProblem(where, f"the figure '{figure}' is in no fact it cites; take it out, or cite the fact that gives it")
    for where, text, cited in (("answer", entry.answer, entry.facts), ("detail", entry.detail or "", entry.detail_facts)):
        for fact in cited:
            for figure in grounds.facts[fact].figures:
                if figure not in render(text, said):
                    yield DraftProblem(where, f"cites {fact} but does not say '{figure}' to the letter; say it, or do not cite the fact")


def _policy_numbers(entry: EntryContent) -> frozenset[str]:
    """988 belongs to policy entries; 911 may stand wherever an answer names a danger sign."""
    return _POLICY_NUMBERS if entry.kind in _POLICY_KINDS or entry.section == _POLICY_SECTION else frozenset({"911"})


def _strange_figures(said: str, sources: str, allowed: frozenset[str]) -> Iterator[str]:
    """Figures in a text that its sources do not give: numbers, shares, figures in words, stages."""
    known = {number.rstrip("%") for number in _NUMBER.findall(sources)} | allowed
    for number in _NUMBER.findall(said):
        if number.rstrip("%") not in known or (number.endswith("%") and number not in sources):
            yield number
    for word in _FIGURE_WORD.findall(said):
        if not re.search(rf"\b{re.escape(word)}\b", sources, re.I):
            yield word
    for stages in _STAGES.findall(said):
        for numeral in re.findall(_NUMERALS, stages):
            if not numeral.isdigit() and not re.search(rf"\b{numeral}\b", sources):
                yield f"stage {numeral}"


def _contacts(entry: EntryContent, grounds: Grounds) -> Iterator[DraftProblem]:
    for field in ("title", "question", "answer", "detail"):
        yield from contact_problems(field, getattr(entry, field) or "")


def grade(text: str, allowed: Mapping[str, str]) -> float:
    """Flesch-Kincaid grade (Kincaid et al. 1975, by textstat) with unavoidable names read as short words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import textstat

    for word, plain in sorted(allowed.items(), key=lambda pair: -len(pair[0])):
        text = re.sub(rf"\b{re.escape(word)}\b", plain, text, flags=re.I)
    return float(textstat.flesch_kincaid_grade(text))


def _reading(entry: EntryContent, grounds: Grounds) -> Iterator[DraftProblem]:
    if any(name == _OTHER_LANGUAGE for name, _ in entry.conditions):
        return
    contacts = dict.fromkeys((contact.id for contact in grounds.contacts), "us")
    for where, text, _ in _texts(entry):
        found = grade(render(text, contacts), grounds.allowed)
        if found > MAX_GRADE:
            yield DraftProblem(where, f"reading grade {found:.1f}; at most {MAX_GRADE:.0f} (shorter sentences, plainer words)")


def _flags(entry: EntryContent, grounds: Grounds) -> Iterator[DraftProblem]:
    fact = grounds.facts.get(_FLAGGED)
    if fact is not None and fact.review_question is None:
        return
    for where, text, _ in _texts(entry):
        found = _FORBIDDEN_SHARE.search(text)
        if found:
            yield DraftProblem(where, f"'{found.group()}' states a share that is under review; take it out")


def _kinds(entry: EntryContent, grounds: Grounds) -> Iterator[DraftProblem]:
    if entry.kind in ("answer", "consent") and not entry.facts:
        yield DraftProblem("facts", f"it is of kind {entry.kind} and tells no fact; cite what it tells, or make it a gap")
    if entry.kind in _NO_FACTS and (entry.facts or entry.detail_facts):
        yield DraftProblem("facts", f"it is of kind {entry.kind} and must tell no fact; make it an answer, or take the facts out")
    if entry.kind == "consent" and not any(grounds.topics.get(target) == "survival" for target in entry.suggestions):
        yield DraftProblem("suggestions", "a consent must offer the figures: suggest an entry of topic survival")
    if entry.kind == "gap" and "{phone}" not in entry.answer:
        yield DraftProblem("answer", "a gap must give the line: {phone}")


def _copied(entry: EntryContent, grounds: Grounds) -> Iterator[DraftProblem]:
    for where, text, _ in _texts(entry):
        yield from copied(where, text, grounds.page)
