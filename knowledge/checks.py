"""Proves the content: what it tells is told of the facts, to the figure, in plain words, and nothing else."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.content import Content, EntryContent, Place, read_content
from knowledge.errors import ContentError, Problem
from knowledge.intents import HEART, check_intents
from knowledge.reader import Reader
from knowledge.settings import KnowledgeSettings
from knowledge.store import contact_text, render

MAX_GRADE = 8.0
MIN_GAPS = 25
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


@dataclass(frozen=True)
class Report:
    """What the checks found, and what they counted."""

    problems: tuple[Problem, ...]
    facts_told: int
    facts: int
    entries: int
    gaps: int
    topics: int

    def __str__(self) -> str:
        return (
            f"{self.facts_told}/{self.facts} facts told, {self.topics} topics, {self.entries} entries, {self.gaps} gaps, "
            f"{len(self.problems)} problem{'' if len(self.problems) == 1 else 's'}"
        )


def check(folder: Path, project: Path | None = None, source_page: Path | None = None) -> Report:
    """Run all checks on a content folder.

    Args:
        folder: the content.
        project: folder with domain.yml and bot/data/nlu, to hold topics against intents; left out where not given.
        source_page: a text that the content must not repeat eight words of.

    Raises:
        ContentError: if the content cannot even be read.
    """
    content = read_content(folder)
    problems = [
        *_facts_told(content),
        *_figures(content),
        *_contacts(content, folder),
        *_reading(content, _allowed_words(folder)),
        *_flags(content),
        *_kinds(content, folder),
    ]
    if project is not None:
        problems += check_intents(content, project)
    if source_page is not None:
        problems += _copied(content, source_page)
    told = {fact for entry in content.entries for fact in entry.facts}
    gaps = [topic for topic in content.topics if any(e.kind == "gap" and not e.conditions for e in topic.entries)]
    return Report(tuple(sorted(problems)), len(told), len(content.facts), sum(1 for _ in content.entries), len(gaps), len(content.topics))


def _problem(place: Place, message: str) -> Problem:
    return Problem(place.file, place.line, message)


def _texts(entry: EntryContent) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "answer", entry.answer, entry.facts
    if entry.detail:
        yield "detail", entry.detail, (*entry.facts, *entry.detail_facts)


def _told(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path)


def _is_english(entry: EntryContent) -> bool:
    return all(name != _OTHER_LANGUAGE for name, _ in entry.conditions)


def _rendered(content: Content) -> Mapping[str, str]:
    links = KnowledgeSettings.read({}).links
    return {c.id: contact_text(c.label, c.value, links.get(c.setting or "")) for c in content.contacts}


def _facts_told(content: Content) -> Iterator[Problem]:
    told = {fact for entry in content.entries for fact in entry.facts}
    for fact in content.facts:
        if fact.id not in told:
            yield _problem(fact.place, f"fact '{fact.id}' is told by no entry's answer; write it into one and cite it there")


def _figures(content: Content) -> Iterator[Problem]:
    facts = {fact.id: fact for fact in content.facts}
    contacts = _rendered(content)
    blank = dict.fromkeys(contacts, "")
    for entry in content.entries:
        for where, text, cited in _texts(entry):
            sources = " ".join(f"{facts[f].fact} {' '.join(facts[f].figures)}" for f in cited)
            for figure in _strange_figures(render(text, blank), sources, _policy_numbers(entry)):
                message = f"the figure '{figure}' is in no fact it cites; take it out, or cite the fact that gives it"
                yield _problem(entry.place, f"entry '{entry.id}', {where}: {message}")
    for entry in content.entries:
        for where, text, cited in (("answer", entry.answer, entry.facts), ("detail", entry.detail or "", entry.detail_facts)):
            said = render(text, contacts)
            for fact in cited:
                for figure in facts[fact].figures:
                    if figure not in said:
                        yield _problem(entry.place, f"entry '{entry.id}', {where}: cites {fact} but does not say '{figure}' to the letter")


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


def _contacts(content: Content, folder: Path) -> Iterator[Problem]:
    phone = next((c.value for c in content.contacts if c.id == "phone"), None)
    figures = next((f.figures for f in content.facts if f.id == "contact.phone"), ())
    if phone is None or phone not in figures:
        yield Problem(
            _told(folder / "contacts.yml"), 1, f"the phone line is '{phone}'; fact contact.phone says {', '.join(figures) or 'nothing'}"
        )
    texts = [
        (t.place, f"topic '{t.topic}', {where}", text)
        for t in content.topics
        for where, text in (("title", t.title), ("question", t.question))
    ]
    for entry in content.entries:
        told = (("title", entry.title), ("question", entry.question or ""), ("answer", entry.answer), ("detail", entry.detail or ""))
        texts += [(entry.place, f"entry '{entry.id}', {where}", text) for where, text in told]
    for place, where, text in texts:
        if _PHONE.search(text):
            yield _problem(place, f"{where}: a phone number is written out; use {{phone}}")
        if _WEB.search(text):
            yield _problem(place, f"{where}: a web address; use {{online}} or {{mychart}}")


def _allowed_words(folder: Path) -> Mapping[str, str]:
    path = folder / "reading_allowlist.yml"
    if not path.is_file():
        return {}
    reader = Reader()
    data = reader.load(path)
    if data is not None and reader.keys(path, data, ["words"]) and not isinstance(data["words"], Mapping):
        reader.problem(path, data, "'words' must be names and the short words they count as", "words")
    if data is None or reader.problems:
        raise ContentError(reader.problems)
    return {str(word).lower(): str(plain) for word, plain in data["words"].items()}


def grade(text: str, allowed: Mapping[str, str]) -> float:
    """Flesch-Kincaid grade (Kincaid et al. 1975, by textstat) with unavoidable names read as short words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import textstat

    for word, plain in sorted(allowed.items(), key=lambda pair: -len(pair[0])):
        text = re.sub(rf"\b{re.escape(word)}\b", plain, text, flags=re.I)
    return float(textstat.flesch_kincaid_grade(text))


def _reading(content: Content, allowed: Mapping[str, str]) -> Iterator[Problem]:
    contacts = dict.fromkeys(_rendered(content), "us")
    for entry in filter(_is_english, content.entries):
        for where, text, _ in _texts(entry):
            found = grade(render(text, contacts), allowed)
            if found > MAX_GRADE:
                yield _problem(
                    entry.place,
                    f"entry '{entry.id}', {where}: reading grade {found:.1f}; at most {MAX_GRADE:.0f} (shorter sentences, plainer words)",
                )


def _flags(content: Content) -> Iterator[Problem]:
    for entry in content.entries:
        for where, text, _ in _texts(entry):
            found = _FORBIDDEN_SHARE.search(text)
            if found:
                yield _problem(
                    entry.place, f"entry '{entry.id}', {where}: '{found.group()}' states a share that is under review; take it out"
                )


def _kinds(content: Content, folder: Path) -> Iterator[Problem]:
    entries = {entry.id: (topic, entry) for topic in content.topics for entry in topic.entries}
    for topic in content.topics:
        for entry in topic.entries:
            if entry.kind in ("answer", "consent") and not entry.facts:
                yield _problem(
                    entry.place, f"entry '{entry.id}' is of kind {entry.kind} and tells no fact; cite what it tells, or make it a gap"
                )
            if entry.kind in _NO_FACTS and (entry.facts or entry.detail_facts):
                yield _problem(
                    entry.place,
                    f"entry '{entry.id}' is of kind {entry.kind} and must tell no fact; make it an answer, or take the facts out",
                )
            if entry.kind == "consent" and not any(entries[s][0].topic == "survival" for s in entry.suggestions):
                yield _problem(entry.place, f"entry '{entry.id}' must offer the figures: suggest an entry of topic survival")
            if entry.kind == "gap" and "{phone}" not in entry.answer:
                yield _problem(entry.place, f"entry '{entry.id}' must give the line: {{phone}}")
    gaps = [t for t in content.topics if any(e.kind == "gap" and not e.conditions for e in t.entries)]
    if len(gaps) < MIN_GAPS:
        yield Problem(_told(folder / "topics"), 1, f"{len(gaps)} gap topics; at least {MIN_GAPS}")
    for name in HEART:
        if all(topic.topic != name for topic in content.topics):
            yield Problem(_told(folder / "topics"), 1, f"heart topic '{name}' is missing; write topics/{name}.yml")


def _copied(content: Content, source_page: Path) -> Iterator[Problem]:
    def words(text: str) -> list[str]:
        return re.findall(r"[a-z0-9]+", text.lower())

    page = words(source_page.read_text(encoding="utf-8", errors="ignore"))
    known = {tuple(page[k : k + RUN]) for k in range(len(page) - RUN + 1)}
    texts = [(f.place, f"fact '{f.id}'", f.fact) for f in content.facts]
    texts += [(e.place, f"entry '{e.id}'", text) for e in content.entries for _, text, _ in _texts(e)]
    for place, name, text in texts:
        said = words(text)
        run = next((said[k : k + RUN] for k in range(len(said) - RUN + 1) if tuple(said[k : k + RUN]) in known), None)
        if run:
            yield _problem(place, f"{name} repeats the source page: '{' '.join(run)}'; say it in our own words")
