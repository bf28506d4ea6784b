"""Proves the content: every entry for itself, and all of it together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.content import Content, Place, read_content
from knowledge.entry_checks import Grounds, contact_problems, copied, entry_problems, runs
from knowledge.errors import ContentError, Problem
from knowledge.intents import HEART, check_intents
from knowledge.reader import Reader

MIN_GAPS = 25


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
    page = read_page(source_page) if source_page is not None else frozenset()
    grounds = Grounds(
        {fact.id: fact for fact in content.facts},
        content.contacts,
        allowed_words(folder / "reading_allowlist.yml"),
        {entry.id: topic.topic for topic in content.topics for entry in topic.entries},
        page,
    )
    problems = [*_facts_told(content), *_line(content, folder), *_topics(content, folder)]
    for fact in content.facts:
        problems += [_problem(fact.place, f"fact '{fact.id}' {found.message}") for found in copied("fact", fact.fact, page)]
    for entry in content.entries:
        for found in entry_problems(entry, grounds):
            problems.append(_problem(entry.place, f"entry '{entry.id}', {found.field}: {found.message}"))
    if project is not None:
        problems += check_intents(content, project)
    told = {fact for entry in content.entries for fact in entry.facts}
    gaps = [topic for topic in content.topics if any(e.kind == "gap" and not e.conditions for e in topic.entries)]
    return Report(tuple(sorted(problems)), len(told), len(content.facts), sum(1 for _ in content.entries), len(gaps), len(content.topics))


def _problem(place: Place, message: str) -> Problem:
    return Problem(place.file, place.line, message)


def _told(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path)


def _facts_told(content: Content) -> Iterator[Problem]:
    told = {fact for entry in content.entries for fact in entry.facts}
    for fact in content.facts:
        if fact.id not in told:
            yield _problem(fact.place, f"fact '{fact.id}' is told by no entry's answer; write it into one and cite it there")


def _line(content: Content, folder: Path) -> Iterator[Problem]:
    phone = next((c.value for c in content.contacts if c.id == "phone"), None)
    figures = next((f.figures for f in content.facts if f.id == "contact.phone"), ())
    if phone is None or phone not in figures:
        yield Problem(
            _told(folder / "contacts.yml"), 1, f"the phone line is '{phone}'; fact contact.phone says {', '.join(figures) or 'nothing'}"
        )


def read_page(path: Path) -> frozenset[tuple[str, ...]]:
    """The runs of eight words of a text that must not be repeated."""
    return frozenset(runs(path.read_text(encoding="utf-8", errors="ignore")))


def allowed_words(path: Path) -> Mapping[str, str]:
    """Names that cannot be said in shorter words, and what the reading grade counts them as; none where there is no such file.

    Raises:
        ContentError: if the file cannot be used.
    """
    if not path.is_file():
        return {}
    reader = Reader()
    data = reader.load(path)
    if data is not None and reader.keys(path, data, ["words"]) and not isinstance(data["words"], Mapping):
        reader.problem(path, data, "'words' must be names and the short words they count as", "words")
    if data is None or reader.problems:
        raise ContentError(reader.problems)
    return {str(word).lower(): str(plain) for word, plain in data["words"].items()}


def _topics(content: Content, folder: Path) -> Iterator[Problem]:
    for topic in content.topics:
        for where, text in (("title", topic.title), ("question", topic.question)):
            for found in contact_problems(where, text):
                yield _problem(topic.place, f"topic '{topic.topic}', {where}: {found.message}")
    gaps = [t for t in content.topics if any(e.kind == "gap" and not e.conditions for e in t.entries)]
    if len(gaps) < MIN_GAPS:
        yield Problem(_told(folder / "topics"), 1, f"{len(gaps)} gap topics; at least {MIN_GAPS}")
    for name in HEART:
        if all(topic.topic != name for topic in content.topics):
            yield Problem(_told(folder / "topics"), 1, f"heart topic '{name}' is missing; write topics/{name}.yml")
