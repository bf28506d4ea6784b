"""Holds the content's files against one another: what is cited must be there, and nothing may stand twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import Problem
from knowledge.reader import Reader

if TYPE_CHECKING:  # content.py imports this module
    from knowledge.content import Content, EntryContent, Place, TopicContent

    _Tell = Callable[[Place, str], None]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_references(reader: Reader, content: Content, folder: Path) -> None:
    """Add to the reader's problems what does not fit together.

    A file that could not be read whole is no ground to call what is cited from it unknown: such follow-up problems are left out.

    Args:
        reader: read the content, and collects the problems.
        content: what it read.
        folder: where from.
    """

    def tell(place: Place, message: str) -> None:
        reader.problems.append(Problem(place.file, place.line, message))

    sound = {name: not reader.unsound(folder / name) for name in ("sources.yml", "facts.yml", "facets.yml", "contacts.yml", "topics")}
    for name, kind, ids in (
        ("sources.yml", "source", [source.id for source in content.sources]),
        ("sources.yml", "section", [section for source in content.sources for section in source.sections]),
        ("facets.yml", "facet", [facet.id for facet in content.facets]),
        ("contacts.yml", "contact", [contact.id for contact in content.contacts]),
    ):
        for twice in _twice(ids):
            reader.problems.append(Problem(reader.name(folder / name), 1, f"{kind} '{twice}' stands twice; take one out"))
    sections = {section for source in content.sources for section in source.sections}
    facts = set[str]()
    for fact in content.facts:
        if fact.id in facts:
            tell(fact.place, f"fact '{fact.id}' stands twice; take one of them out")
        facts.add(fact.id)
        if sound["sources.yml"] and fact.section not in sections:
            tell(fact.place, f"section '{fact.section}' is not in sources.yml; add it there or mend the name")
    entries = _check_topics(content, tell, sound["topics"])
    values = {(facet.id, value.value) for facet in content.facets for value in facet.values}
    contacts = {contact.id for contact in content.contacts}
    for entry in content.entries:
        name = f"entry '{entry.id}'"
        for fact_id in (*entry.facts, *entry.detail_facts):
            if sound["facts.yml"] and fact_id not in facts:
                tell(entry.place, f"{name} cites unknown fact '{fact_id}'; use an id of facts.yml")
        if sound["sources.yml"] and entry.section not in sections:
            tell(entry.place, f"{name}: section '{entry.section}' is not in sources.yml; add it there or mend the name")
        for facet, value in entry.conditions:
            if sound["facets.yml"] and (facet, value) not in values:
                tell(entry.place, f"{name}: facet '{facet}: {value}' is not in facets.yml; add it there or mend the name")
        for target in entry.suggestions:
            if target == entry.id:
                tell(entry.place, f"{name} suggests '{target}', which is itself; suggest another")
            elif sound["topics"] and target not in entries:
                tell(entry.place, f"{name} suggests '{target}', which is no entry; use an entry's id")
        if entry.detail_facts and entry.detail is None:
            tell(entry.place, f"{name} has detail_facts but no detail; write it or take them out")
        if sound["contacts.yml"]:
            for message in _placeholders(entry, contacts):
                tell(entry.place, f"{name}: {message}")


def _twice(ids: Iterable[str]) -> list[str]:
    listed = list(ids)
    return sorted({item for item in listed if listed.count(item) > 1})


def _check_topics(content: Content, tell: _Tell, sound: bool) -> set[str]:
    entries: dict[str, EntryContent] = {}
    intents: dict[str, str] = {}
    for topic in content.topics:
        owner = intents.setdefault(topic.intent, topic.topic)
        if owner != topic.topic:
            tell(topic.place, f"intent '{topic.intent}' already belongs to topic '{owner}'; give each topic its own")
        for entry in topic.entries:
            if entry.id in entries:
                other = entries[entry.id].place
                tell(entry.place, f"entry '{entry.id}' stands twice ({other.file}:{other.line}); rename one")
            entries[entry.id] = entry
        _check_conditions(topic, tell, sound)
    return set(entries)


def _check_conditions(topic: TopicContent, tell: _Tell, sound: bool) -> None:
    seen: dict[frozenset[tuple[str, str]], str] = {}
    for entry in topic.entries:
        other = seen.setdefault(frozenset(entry.conditions), entry.id)
        if other != entry.id:
            tell(entry.place, f"entry '{entry.id}' has the same facets as '{other}'; one would never be told: change one's facets")
    if sound and frozenset() not in seen:
        tell(topic.place, f"topic '{topic.topic}' has no base entry; add one without facets")


def _placeholders(entry: EntryContent, contacts: set[str]) -> Iterator[str]:
    for text in filter(None, (entry.answer, entry.detail)):
        for name in PLACEHOLDER.findall(text):
            if name not in contacts:
                yield f"unknown placeholder '{{{name}}}'; contacts.yml has {', '.join(sorted(contacts))}"
        if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
            yield "a brace without its partner; write placeholders as {phone}"
