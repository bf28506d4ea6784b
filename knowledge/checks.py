"""Proves the content: what it tells is told of the facts, to the figure, in plain words, and nothing else."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from knowledge.content import Content, EntryContent, Place, read_content
from knowledge.errors import Problem
from knowledge.settings import KnowledgeSettings
from knowledge.store import contact_text, render

MAX_GRADE = 8.0
MIN_GAPS = 25
HEART = ("survival", "curability", "causes", "screening", "scheduling")
MIN_EXAMPLES, MIN_HEART_EXAMPLES = 30, 60
RUN = 8
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_PHONE = re.compile(r"\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}")
_WEB = re.compile(r"https?://|www\.|\b[a-z0-9-]+\.(?:com|org|net|gov|edu)\b", re.I)
# 988 and 911 are policy lines, not page facts.
_POLICY_NUMBERS = frozenset({"988", "911"})
# What the flag on about.how_common forbids: LMS as a share of sarcomas or of adult cancers.
_FORBIDDEN_SHARE = re.compile(r"\b(?:1|one)\s*(?:%|percent|per cent)|\bpercent of (?:all )?(?:adult|soft tissue|cancers|sarcomas)", re.I)
_NO_FACTS = frozenset({"gap", "clarify", "fallback", "out_of_scope", "escalation", "safety", "smalltalk", "greeting", "error"})
# Intents that Rasa makes itself, with their topics here.
_WITHOUT_EXAMPLES = frozenset({"nlu_fallback", "fallback", "error", "disclosure"})
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
        *_facts_told(content, folder),
        *_figures(content),
        *_contacts(content),
        *_reading(content, _allowed_words(folder)),
        *_flags(content),
        *_kinds(content),
    ]
    if project is not None:
        problems += _intents(content, project)
    if source_page is not None:
        problems += _copied(content, source_page)
    told = {fact for entry in content.entries for fact in (*entry.facts, *entry.detail_facts)}
    gaps = [topic for topic in content.topics if any(e.kind == "gap" and not e.conditions for e in topic.entries)]
    return Report(tuple(sorted(problems)), len(told), len(content.facts), sum(1 for _ in content.entries), len(gaps), len(content.topics))


def _problem(place: Place, message: str) -> Problem:
    return Problem(place.file, place.line, message)


def _texts(entry: EntryContent) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "answer", entry.answer, entry.facts
    if entry.detail:
        yield "detail", entry.detail, (*entry.facts, *entry.detail_facts)


def _is_english(entry: EntryContent) -> bool:
    return all(name != _OTHER_LANGUAGE for name, _ in entry.conditions)


def _rendered(content: Content) -> Mapping[str, str]:
    links = KnowledgeSettings.read({}).links
    return {c.id: contact_text(c.label, c.value, links.get(c.setting or "")) for c in content.contacts}


def _facts_told(content: Content, folder: Path) -> Iterator[Problem]:
    told = {fact for entry in content.entries for fact in entry.facts}
    for fact in content.facts:
        if fact.id not in told:
            yield _problem(fact.place, f"fact '{fact.id}' is told by no entry's answer")


def _figures(content: Content) -> Iterator[Problem]:
    facts = {fact.id: fact for fact in content.facts}
    contacts = _rendered(content)
    for entry in content.entries:
        for where, text, cited in _texts(entry):
            said = render(text, contacts)
            sources = " ".join(f"{facts[f].fact} {' '.join(facts[f].figures)}" for f in cited) + " " + contacts.get("phone", "")
            allowed = {n.rstrip("%") for n in _NUMBER.findall(sources)} | _POLICY_NUMBERS
            for number in _NUMBER.findall(said):
                if number.rstrip("%") not in allowed or (number.endswith("%") and number not in sources):
                    yield _problem(entry.place, f"entry '{entry.id}', {where}: the figure '{number}' is in no fact it cites")
        for where, text, cited in (("answer", entry.answer, entry.facts), ("detail", entry.detail or "", entry.detail_facts)):
            said = render(text, contacts)
            for fact in cited:
                for figure in facts[fact].figures:
                    if figure not in said:
                        yield _problem(entry.place, f"entry '{entry.id}', {where}: cites {fact} but does not say '{figure}' to the letter")


def _contacts(content: Content) -> Iterator[Problem]:
    phone = next((c.value for c in content.contacts if c.id == "phone"), None)
    figures = next((f.figures for f in content.facts if f.id == "contact.phone"), ())
    if phone is None or phone not in figures:
        yield Problem("contacts.yml", 1, f"the phone line is '{phone}'; fact contact.phone says {', '.join(figures) or 'nothing'}")
    for entry in content.entries:
        for where, text, _ in _texts(entry):
            if _PHONE.search(text):
                yield _problem(entry.place, f"entry '{entry.id}', {where}: a phone number is written out; use {{phone}}")
            if _WEB.search(text):
                yield _problem(entry.place, f"entry '{entry.id}', {where}: a web address; use {{online}} or {{mychart}}")


def _allowed_words(folder: Path) -> Mapping[str, str]:
    path = folder / "reading_allowlist.yml"
    if not path.is_file():
        return {}
    data: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
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
                yield _problem(entry.place, f"entry '{entry.id}', {where}: '{found.group()}' states a share that is under review")


def _kinds(content: Content) -> Iterator[Problem]:
    entries = {entry.id: (topic, entry) for topic in content.topics for entry in topic.entries}
    for topic in content.topics:
        for entry in topic.entries:
            if entry.kind in ("answer", "consent") and not entry.facts:
                yield _problem(entry.place, f"entry '{entry.id}' is of kind {entry.kind} and tells no fact")
            if entry.kind in _NO_FACTS and (entry.facts or entry.detail_facts):
                yield _problem(entry.place, f"entry '{entry.id}' is of kind {entry.kind} and must tell no fact")
            if entry.kind == "consent" and not any(entries[s][0].topic == "survival" for s in entry.suggestions):
                yield _problem(entry.place, f"entry '{entry.id}' must offer the figures: suggest an entry of topic survival")
            if entry.kind == "gap" and "{phone}" not in entry.answer:
                yield _problem(entry.place, f"entry '{entry.id}' must give the line: {{phone}}")
    gaps = [t for t in content.topics if any(e.kind == "gap" and not e.conditions for e in t.entries)]
    if len(gaps) < MIN_GAPS:
        yield Problem("topics", 1, f"{len(gaps)} gap topics; at least {MIN_GAPS}")
    for name in HEART:
        if all(topic.topic != name for topic in content.topics):
            yield Problem("topics", 1, f"heart topic '{name}' is missing")


def _intents(content: Content, project: Path) -> Iterator[Problem]:
    yaml = YAML(typ="safe")
    domain_path = project / "domain.yml"
    listed = yaml.load(domain_path.read_text(encoding="utf-8")).get("intents") or []
    domain = {next(iter(item)) if isinstance(item, dict) else item for item in listed}
    topics = {topic.intent: topic for topic in content.topics}
    examples: dict[str, int] = {}
    for path in sorted((project / "bot" / "data" / "nlu").glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8")).get("nlu") or []:
            if "intent" in block:
                lines = [line for line in str(block["examples"]).splitlines() if line.strip().startswith("-")]
                examples[block["intent"]] = examples.get(block["intent"], 0) + len(lines)
    for intent in sorted((domain | set(examples)) - set(topics)):
        yield Problem(str(domain_path), 1, f"intent '{intent}' has no topic")
    for intent, topic in topics.items():
        if intent in _WITHOUT_EXAMPLES:
            continue
        if intent not in domain:
            yield _problem(topic.place, f"intent '{intent}' is not in domain.yml")
        wanted = MIN_HEART_EXAMPLES if topic.topic in HEART else MIN_EXAMPLES if intent.startswith("ask_") else 1
        if examples.get(intent, 0) < wanted:
            yield _problem(topic.place, f"intent '{intent}' has {examples.get(intent, 0)} examples under bot/data/nlu; at least {wanted}")


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
