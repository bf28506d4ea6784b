"""The content as YAML files: read whole, checked whole, and told by file and line what is wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from knowledge.errors import ContentError, Problem
from knowledge.models import KINDS, SENSITIVITIES

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ID = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


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
    """An entry."""

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


class _Reader:
    """Reads mappings with their lines, and collects problems instead of stopping at the first."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def name(self, path: Path) -> str:
        return str(path if not path.is_relative_to(Path.cwd()) else path.relative_to(Path.cwd()))

    def problem(self, path: Path, node: Any, message: str, key: Any = None) -> None:
        self.problems.append(Problem(self.name(path), self.line(node, key), message))

    @staticmethod
    def line(node: Any, key: Any = None) -> int:
        mark = getattr(node, "lc", None)
        if mark is None:
            return 1
        try:
            if key is not None:
                return int(mark.key(key)[0] if isinstance(node, CommentedMap) else mark.item(key)[0]) + 1
        except (KeyError, TypeError):
            pass
        return int(mark.line or 0) + 1

    def load(self, path: Path) -> CommentedMap | None:
        try:
            data = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.problems.append(Problem(self.name(path), 1, "the file is missing"))
        except UnicodeDecodeError as error:
            self.problems.append(Problem(self.name(path), 1, f"not UTF-8 text: {error}"))
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(self.name(path), line, f"not valid YAML: {error.problem or error.context}"))
        except YAMLError as error:
            self.problems.append(Problem(self.name(path), 1, f"not valid YAML: {error}"))
        else:
            if isinstance(data, CommentedMap):
                return data
            self.problems.append(Problem(self.name(path), 1, "expected keys and values at the top of the file"))
        return None

    def keys(self, path: Path, node: Any, required: Iterable[str], optional: Iterable[str] = ()) -> bool:
        """Whether the node is a mapping with the keys it needs; unknown keys are told."""
        if not isinstance(node, CommentedMap):
            self.problem(path, node, "expected keys and values here")
            return False
        allowed = [*required, *optional]
        for key in node:
            if key not in allowed:
                self.problem(path, node, f"unknown key '{key}'; allowed: {', '.join(allowed)}", key)
        missing = [key for key in required if key not in node]
        for key in missing:
            self.problem(path, node, f"'{key}' is missing")
        return not missing

    def text(self, path: Path, node: CommentedMap, key: str) -> str:
        value = node.get(key)
        if not isinstance(value, str) or not value.strip():
            self.problem(path, node, f"'{key}' must be a text that is not empty", key)
            return ""
        return "\n".join(line.rstrip() for line in value.strip().splitlines())

    def optional_text(self, path: Path, node: CommentedMap, key: str) -> str | None:
        return self.text(path, node, key) if node.get(key) is not None else None

    def texts(self, path: Path, node: CommentedMap, key: str) -> tuple[str, ...]:
        value = node.get(key)
        if value is None:
            return ()
        if not isinstance(value, CommentedSeq) or not all(isinstance(item, str) and item.strip() for item in value):
            self.problem(path, node, f"'{key}' must be a list of texts", key)
            return ()
        double = sorted({item for item in value if value.count(item) > 1})
        if double:
            self.problem(path, node, f"'{key}' lists {', '.join(double)} twice", key)
        return tuple(value)

    def items(self, path: Path, node: CommentedMap | None, key: str) -> Iterator[Any]:
        if node is None or not self.keys(path, node, [key]):
            return
        if not isinstance(node[key], CommentedSeq):
            self.problem(path, node, f"'{key}' must be a list", key)
            return
        yield from node[key]


def read_content(folder: Path) -> Content:
    """Read and check a content folder.

    Raises:
        ContentError: with every problem found, by file and line.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise ContentError([Problem(str(folder), 1, "no such content folder")])
    reader = _Reader(folder)
    content = Content(
        tuple(_sources(reader, folder / "sources.yml")),
        tuple(_facts(reader, folder / "facts.yml")),
        tuple(read_facets(reader, folder / "facets.yml")),
        tuple(_contacts(reader, folder / "contacts.yml")),
        tuple(_topics(reader, folder / "topics")),
    )
    if not reader.problems:
        _check_references(reader, content)
    if reader.problems:
        raise ContentError(reader.problems)
    return content


def _sources(reader: _Reader, path: Path) -> Iterator[SourceContent]:
    for node in reader.items(path, reader.load(path), "sources"):
        if reader.keys(path, node, ("id", "title", "reviewed_on", "sections")):
            if not isinstance(node["reviewed_on"], dt.date):
                reader.problem(path, node, "'reviewed_on' must be a date such as 2026-11-23", "reviewed_on")
                continue
            sections = reader.texts(path, node, "sections")
            yield SourceContent(reader.text(path, node, "id"), reader.text(path, node, "title"), node["reviewed_on"], sections)


def _facts(reader: _Reader, path: Path) -> Iterator[FactContent]:
    for node in reader.items(path, reader.load(path), "facts"):
        if reader.keys(path, node, ("id", "section", "fact"), ("figures", "review_question")):
            yield FactContent(
                reader.text(path, node, "id"),
                reader.text(path, node, "section"),
                reader.text(path, node, "fact"),
                reader.texts(path, node, "figures"),
                reader.optional_text(path, node, "review_question"),
                Place(reader.name(path), reader.line(node)),
            )


def read_facets(reader: _Reader, path: Path) -> Iterator[FacetContent]:
    """The facets of facets.yml; a synonym names one value of a facet only."""
    for node in reader.items(path, reader.load(path), "facets"):
        if not reader.keys(path, node, ("id", "title", "values")) or not isinstance(node["values"], CommentedSeq):
            continue
        values, owners = [], dict[str, str]()
        for item in node["values"]:
            if not reader.keys(path, item, ("value", "title", "synonyms")):
                continue
            value = FacetValueContent(
                reader.text(path, item, "value"), reader.text(path, item, "title"), reader.texts(path, item, "synonyms")
            )
            for synonym in value.synonyms:
                owner = owners.setdefault(synonym.lower(), value.value)
                if owner != value.value:
                    reader.problem(path, item, f"'{synonym}' already names {node['id']}: {owner}; one wording names one value")
            values.append(value)
        yield FacetContent(reader.text(path, node, "id"), reader.text(path, node, "title"), tuple(values))


def _contacts(reader: _Reader, path: Path) -> Iterator[ContactContent]:
    for node in reader.items(path, reader.load(path), "contacts"):
        if reader.keys(path, node, ("id", "label"), ("value", "setting")):
            yield ContactContent(
                reader.text(path, node, "id"),
                reader.text(path, node, "label"),
                reader.optional_text(path, node, "value"),
                reader.optional_text(path, node, "setting"),
            )


def _topics(reader: _Reader, folder: Path) -> Iterator[TopicContent]:
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        reader.problems.append(Problem(reader.name(folder), 1, "no topic files (*.yml)"))
    for path in paths:
        node = reader.load(path)
        if node is None or not reader.keys(path, node, ("topic", "intent", "title", "question", "entries")):
            continue
        topic = reader.text(path, node, "topic")
        if topic != path.stem:
            reader.problem(path, node, f"topic '{topic}' must have the name of its file, '{path.stem}'", "topic")
        if not isinstance(node["entries"], CommentedSeq):
            reader.problem(path, node, "'entries' must be a list", "entries")
            continue
        entries = [entry for item in node["entries"] for entry in _entry(reader, path, item)]
        place = Place(reader.name(path), 1)
        yield TopicContent(
            topic,
            reader.text(path, node, "intent"),
            reader.text(path, node, "title"),
            reader.text(path, node, "question"),
            tuple(entries),
            place,
        )


_REQUIRED = ("id", "kind", "title", "answer", "facts", "section", "sensitivity")
_OPTIONAL = ("question", "facets", "detail", "detail_facts", "suggestions")


def _entry(reader: _Reader, path: Path, node: Any) -> Iterator[EntryContent]:
    if not reader.keys(path, node, _REQUIRED, _OPTIONAL):
        return
    for key, allowed in (("kind", KINDS), ("sensitivity", SENSITIVITIES)):
        if node[key] not in allowed:
            reader.problem(path, node, f"'{key}' is '{node[key]}'; use one of {', '.join(allowed)}", key)
    entry_id = reader.text(path, node, "id")
    if not _ID.fullmatch(entry_id):
        reader.problem(path, node, f"id '{entry_id}' must be lower-case words joined by '-'", "id")
    yield EntryContent(
        entry_id,
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
    )


def _conditions(reader: _Reader, path: Path, node: CommentedMap) -> Iterator[tuple[str, str]]:
    facets = node.get("facets") or {}
    if not isinstance(facets, Mapping):
        reader.problem(path, node, "'facets' must be names and values", "facets")
        return
    for name, values in facets.items():
        for value in values if isinstance(values, list) else [values]:
            yield str(name), str(value)


def _check_references(reader: _Reader, content: Content) -> None:
    def tell(place: Place, message: str) -> None:
        reader.problems.append(Problem(place.file, place.line, message))

    sections = {section for source in content.sources for section in source.sections}
    facts: dict[str, FactContent] = {}
    for fact in content.facts:
        if fact.id in facts:
            tell(fact.place, f"fact '{fact.id}' stands twice")
        facts[fact.id] = fact
        if fact.section not in sections:
            tell(fact.place, f"section '{fact.section}' is not in sources.yml")
    values = {facet.id: {value.value for value in facet.values} for facet in content.facets}
    contacts = {contact.id for contact in content.contacts}
    entries: dict[str, EntryContent] = {}
    intents: dict[str, str] = {}
    for topic in content.topics:
        owner = intents.setdefault(topic.intent, topic.topic)
        if owner != topic.topic:
            tell(topic.place, f"intent '{topic.intent}' already belongs to topic '{owner}'")
        seen: dict[frozenset[tuple[str, str]], str] = {}
        for entry in topic.entries:
            if entry.id in entries:
                tell(entry.place, f"entry '{entry.id}' stands twice ({entries[entry.id].place.file})")
            entries[entry.id] = entry
            other = seen.setdefault(frozenset(entry.conditions), entry.id)
            if other != entry.id:
                tell(entry.place, f"entry '{entry.id}' has the same facets as '{other}'; one of them would never be told")
        if frozenset() not in seen:
            tell(topic.place, f"topic '{topic.topic}' has no base entry (one without facets)")
    for entry in content.entries:
        for fact_id in (*entry.facts, *entry.detail_facts):
            if fact_id not in facts:
                tell(entry.place, f"entry '{entry.id}' cites unknown fact '{fact_id}'")
        if entry.section not in sections:
            tell(entry.place, f"entry '{entry.id}': section '{entry.section}' is not in sources.yml")
        for name, value in entry.conditions:
            if value not in values.get(name, set()):
                tell(entry.place, f"entry '{entry.id}': facet '{name}: {value}' is not in facets.yml")
        for target in entry.suggestions:
            if target not in entries or target == entry.id:
                tell(entry.place, f"entry '{entry.id}' suggests '{target}', which is {'itself' if target == entry.id else 'no entry'}")
        if entry.detail_facts and entry.detail is None:
            tell(entry.place, f"entry '{entry.id}' has detail_facts but no detail")
        for text in filter(None, (entry.answer, entry.detail)):
            for name in PLACEHOLDER.findall(text):
                if name not in contacts:
                    tell(
                        entry.place, f"entry '{entry.id}': unknown placeholder '{{{name}}}'; contacts.yml has {', '.join(sorted(contacts))}"
                    )
