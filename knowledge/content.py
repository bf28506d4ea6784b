"""The content as YAML files: read whole, checked whole, and told by file and line what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from knowledge.errors import ContentError, Problem
from knowledge.models import KINDS, SENSITIVITIES
from knowledge.reader import CONTACT, FACT, KEBAB, NAME, SNAKE, Reader
from knowledge.references import check_references


@dataclass(frozen=True)
class Place:
    """Where something stands."""

    file: str
    line: int


@dataclass(frozen=True)
class SourceContent:
    """A source with its sections, in order."""

    id: str
    title: str
    reviewed_on: dt.date
    sections: tuple[str, ...]


@dataclass(frozen=True)
class FactContent:
    """A fact."""

    id: str
    section: str
    fact: str
    figures: tuple[str, ...]
    review_question: str | None
    place: Place = field(compare=False)


@dataclass(frozen=True)
class FacetValueContent:
    """A facet value with the wordings that name it."""

    value: str
    title: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True)
class FacetContent:
    """A facet."""

    id: str
    title: str
    values: tuple[FacetValueContent, ...]


@dataclass(frozen=True)
class ContactContent:
    """A way to reach the center; `setting` names the setting that may hold its address."""

    id: str
    label: str
    value: str | None
    setting: str | None


@dataclass(frozen=True)
class EntryContent:
    """An entry. Where it has no dates of its own, its source's date of review holds."""

    id: str
    kind: str
    title: str
    question: str | None
    conditions: tuple[tuple[str, str], ...]
    answer: str
    detail: str | None
    facts: tuple[str, ...]
    detail_facts: tuple[str, ...]
    section: str
    sensitivity: str
    suggestions: tuple[str, ...]
    place: Place = field(compare=False)
    reviewed_on: dt.date | None = None
    review_by: dt.date | None = None


@dataclass(frozen=True)
class TopicContent:
    """A topic with its entries."""

    topic: str
    intent: str
    title: str
    question: str
    entries: tuple[EntryContent, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True)
class Content:
    """All of it."""

    sources: tuple[SourceContent, ...]
    facts: tuple[FactContent, ...]
    facets: tuple[FacetContent, ...]
    contacts: tuple[ContactContent, ...]
    topics: tuple[TopicContent, ...]

    @property
    def entries(self) -> Iterator[EntryContent]:
        """All entries, topic by topic."""
        return (entry for topic in self.topics for entry in topic.entries)


def read_content(folder: Path) -> Content:
    """Read and check a content folder.

    Raises:
        ContentError: with every problem found, by file and line.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise ContentError([Problem(str(folder), 1, "no such content folder; name the one that holds facts.yml")])
    reader = Reader()
    content = Content(
        tuple(_sources(reader, folder / "sources.yml")),
        tuple(_facts(reader, folder / "facts.yml")),
        tuple(read_facets(reader, folder / "facets.yml")),
        tuple(_contacts(reader, folder / "contacts.yml")),
        tuple(_topics(reader, folder / "topics")),
    )
    check_references(reader, content, folder)
    if reader.problems:
        raise ContentError(reader.problems)
    return content


def _sources(reader: Reader, path: Path) -> Iterator[SourceContent]:
    for node in reader.items(path, reader.load(path), "sources"):
        if reader.keys(path, node, ("id", "title", "reviewed_on", "sections")):
            if type(node["reviewed_on"]) is not dt.date:
                reader.problem(path, node, "'reviewed_on' must be a date such as 2026-11-23", "reviewed_on")
                continue
            sections = reader.texts(path, node, "sections")
            yield SourceContent(reader.identifier(path, node, "id", NAME), reader.text(path, node, "title"), node["reviewed_on"], sections)


def _facts(reader: Reader, path: Path) -> Iterator[FactContent]:
    for node in reader.items(path, reader.load(path), "facts"):
        if reader.keys(path, node, ("id", "section", "fact"), ("figures", "review_question")):
            yield FactContent(
                reader.identifier(path, node, "id", FACT),
                reader.text(path, node, "section"),
                reader.text(path, node, "fact"),
                reader.texts(path, node, "figures"),
                reader.optional_text(path, node, "review_question"),
                Place(reader.name(path), reader.line(node)),
            )


def read_facets(reader: Reader, path: Path) -> Iterator[FacetContent]:
    """The facets of facets.yml; a synonym names one value of a facet only."""
    for node in reader.items(path, reader.load(path), "facets"):
        if not reader.keys(path, node, ("id", "title", "values")):
            continue
        if not isinstance(node["values"], CommentedSeq):
            reader.problem(path, node, "'values' must be a list", "values")
            continue
        values, owners = list[FacetValueContent](), dict[str, str]()
        for item in node["values"]:
            if not reader.keys(path, item, ("value", "title", "synonyms")):
                continue
            value = FacetValueContent(
                reader.identifier(path, item, "value", NAME), reader.text(path, item, "title"), reader.texts(path, item, "synonyms")
            )
            for synonym in value.synonyms:
                owner = owners.setdefault(synonym.lower(), value.value)
                if owner != value.value:
                    reader.problem(path, item, f"'{synonym}' already names {node['id']}: {owner}; take it out of one")
            if any(value.value == other.value for other in values):
                reader.problem(path, item, f"value '{value.value}' stands twice in {node['id']}; join the two", "value")
            values.append(value)
        yield FacetContent(reader.identifier(path, node, "id", NAME), reader.text(path, node, "title"), tuple(values))


def _contacts(reader: Reader, path: Path) -> Iterator[ContactContent]:
    for node in reader.items(path, reader.load(path), "contacts"):
        if reader.keys(path, node, ("id", "label"), ("value", "setting")):
            yield ContactContent(
                reader.identifier(path, node, "id", CONTACT),
                reader.text(path, node, "label"),
                reader.optional_text(path, node, "value"),
                reader.optional_text(path, node, "setting"),
            )


def _topics(reader: Reader, folder: Path) -> Iterator[TopicContent]:
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        reader.problems.append(Problem(reader.name(folder), 1, "no topic files; write one <topic>.yml each"))
    for stray in sorted(folder.glob("*.yaml")):
        reader.problems.append(Problem(reader.name(stray), 1, "would not be read; name it .yml"))
    for path in paths:
        node = reader.load(path)
        if node is None or not reader.keys(path, node, ("topic", "intent", "title", "question", "entries")):
            continue
        topic = reader.identifier(path, node, "topic", SNAKE)
        if topic != path.stem:
            reader.problem(path, node, f"topic '{topic}' must have the name of its file, '{path.stem}'", "topic")
        if not isinstance(node["entries"], CommentedSeq):
            reader.problem(path, node, "'entries' must be a list", "entries")
            continue
        entries = [entry for item in node["entries"] for entry in _entry(reader, path, item)]
        place = Place(reader.name(path), 1)
        yield TopicContent(
            topic,
            reader.identifier(path, node, "intent", SNAKE),
            reader.text(path, node, "title"),
            reader.text(path, node, "question"),
            tuple(entries),
            place,
        )


_REQUIRED = ("id", "kind", "title", "answer", "facts", "section", "sensitivity")
_OPTIONAL = ("question", "facets", "detail", "detail_facts", "suggestions", "reviewed_on", "review_by")


def _entry(reader: Reader, path: Path, node: Any) -> Iterator[EntryContent]:
    if not reader.keys(path, node, _REQUIRED, _OPTIONAL):
        return
    for key, allowed in (("kind", KINDS), ("sensitivity", SENSITIVITIES)):
        if node[key] not in allowed:
            reader.problem(path, node, f"'{key}' is '{node[key]}'; use one of {', '.join(allowed)}", key)
    yield EntryContent(
        reader.identifier(path, node, "id", KEBAB),
        str(node["kind"]),
        reader.text(path, node, "title"),
        reader.optional_text(path, node, "question"),
        tuple(_conditions(reader, path, node)),
        reader.text(path, node, "answer"),
        reader.optional_text(path, node, "detail"),
        reader.texts(path, node, "facts"),
        reader.texts(path, node, "detail_facts"),
        reader.text(path, node, "section"),
        str(node["sensitivity"]),
        reader.texts(path, node, "suggestions"),
        Place(reader.name(path), reader.line(node)),
        _date(reader, path, node, "reviewed_on"),
        _date(reader, path, node, "review_by"),
    )


def _date(reader: Reader, path: Path, node: CommentedMap, key: str) -> dt.date | None:
    value = node.get(key)
    if value is None:
        return None
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        reader.problem(path, node, f"'{key}' must be a date, as in 2026-11-23", key)
        return None
    return value


def _conditions(reader: Reader, path: Path, node: CommentedMap) -> Iterator[tuple[str, str]]:
    facets = node.get("facets") or {}
    if not isinstance(facets, Mapping):
        reader.problem(path, node, "'facets' must be names and values, as in {test: mri}", "facets")
        return
    seen: set[tuple[str, str]] = set()
    for name, values in facets.items():
        listed = values if isinstance(values, list) else [values]
        if not listed:
            reader.problem(path, node, f"facet '{name}' has no value; give one or leave the facet out", "facets")
        for value in listed:
            if (name, str(value)) in seen:
                reader.problem(path, node, f"facet '{name}: {value}' stands twice; list it once", "facets")
                continue
            seen.add((str(name), str(value)))
            yield str(name), str(value)
