"""Loads content into the store: all of it or nothing, and nothing at all where nothing has changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge import models as m
from knowledge.content import Content, EntryContent, read_content
from knowledge.errors import StoreUnavailable
from knowledge.schema import upgrade

AUTHOR = "content team"
REVIEW_DAYS = 180


@dataclass(frozen=True)
class LoadSummary:
    """How many entries a load added, gave a new revision, left alone and retired."""

    added: int
    changed: int
    unchanged: int
    retired: int

    def __str__(self) -> str:
        return f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged, {self.retired} retired"


def entry_hash(entry: EntryContent) -> str:
    """A hash over all that an entry says."""
    plain = asdict(entry)
    del plain["place"]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def load_content(engine: Engine, folder: Path) -> LoadSummary:
    """Bring the store to what the content folder says, in one transaction; the schema is brought up to date first.

    Raises:
        ContentError: if the content is not sound; the store is as it was.
        StoreUnavailable: if the database fails; the store is as it was.
    """
    content = read_content(folder)
    upgrade(engine)
    try:
        with Session(engine, future=True) as session, session.begin():
            return _apply(session, content)
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"cannot load into {engine.url!r}: {str(error).splitlines()[0]}") from error


def _apply(session: Session, content: Content) -> LoadSummary:
    _vocabulary(session, content)
    reviewed_on = {section: source.reviewed_on for source in content.sources for section in source.sections}
    stored = {entry.id: entry for entry in session.scalars(sa.select(m.Entry))}
    _topics(session, content)
    counts = dict.fromkeys(("added", "changed", "unchanged"), 0)
    wanted: list[tuple[m.Entry, EntryContent]] = []
    for topic in content.topics:
        for position, item in enumerate(topic.entries):
            entry = stored.get(item.id)
            counts["added"] += entry is None
            if entry is None:
                entry = m.Entry(id=item.id, topic_id=topic.topic, position=position)
                session.add(entry)
            if (entry.topic_id, entry.position) != (topic.topic, position):
                entry.topic_id, entry.position = topic.topic, position
            wanted.append((entry, item))
    session.flush()
    for entry, item in wanted:
        fresh = not entry.revisions
        changed = _publish(session, entry, item, reviewed_on[item.section])
        if not fresh:
            counts["changed" if changed else "unchanged"] += 1
    retired = _retire(stored.values(), {item.id for item in content.entries})
    _drop_topics(session)
    _drop_unused(session, content)
    return LoadSummary(counts["added"], counts["changed"], counts["unchanged"], retired)


def _same(row: Any, **values: Any) -> None:
    """Set what differs, so that an unchanged row is not written."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _merge(session: Session, model: Any, key: Any, **values: Any) -> Any:
    row = session.get(model, key)
    if row is None:
        names = [column.name for column in sa.inspect(model).primary_key]
        keys = key if isinstance(key, tuple) else (key,)
        row = model(**dict(zip(names, keys, strict=True)), **values)
        session.add(row)
    else:
        _same(row, **values)
    return row


def _vocabulary(session: Session, content: Content) -> None:
    for source in content.sources:
        _merge(session, m.Source, source.id, title=source.title, reviewed_on=source.reviewed_on)
    session.flush()
    place = 0
    for source in content.sources:
        for section in source.sections:
            _merge(session, m.Section, section, source_id=source.id, position=place)
            place += 1
    session.flush()
    for position, fact in enumerate(content.facts):
        _merge(session, m.Fact, fact.id, section_title=fact.section, position=position, text=fact.fact, figures=list(fact.figures))
    session.flush()
    questions = {question.fact_id: question for question in session.scalars(sa.select(m.ReviewQuestion))}
    for fact in content.facts:
        if fact.review_question:
            _merge(session, m.ReviewQuestion, fact.id, text=fact.review_question)
            questions.pop(fact.id, None)
    for question in questions.values():
        session.delete(question)
    for position, contact in enumerate(content.contacts):
        _merge(session, m.Contact, contact.id, position=position, label=contact.label, value=contact.value, setting=contact.setting)
    for position, facet in enumerate(content.facets):
        _merge(session, m.Facet, facet.id, title=facet.title, position=position)
        session.flush()
        for place, value in enumerate(facet.values):
            _merge(session, m.FacetValue, (facet.id, value.value), title=value.title, position=place)
        session.flush()
        texts = set()
        for value in facet.values:
            for place, text in enumerate(value.synonyms):
                texts.add(text)
                _merge(session, m.FacetSynonym, (facet.id, text), value=value.value, position=place)
        known = session.scalars(sa.select(m.FacetSynonym).where(m.FacetSynonym.facet_id == facet.id))
        for synonym in known:
            if synonym.text not in texts:
                session.delete(synonym)
    session.flush()


def _topics(session: Session, content: Content) -> None:
    wanted = {topic.topic: topic for topic in content.topics}
    for topic in session.scalars(sa.select(m.Topic)):
        # An intent may move to another topic; free it first, for it is unique.
        if topic.id not in wanted or wanted[topic.id].intent != topic.intent:
            topic.intent = f"-{topic.id}"
    session.flush()
    for topic in content.topics:
        _merge(session, m.Topic, topic.topic, intent=topic.intent, title=topic.title, question=topic.question)
    session.flush()


def _drop_topics(session: Session) -> None:
    session.flush()
    used = set(session.scalars(sa.select(m.Entry.topic_id).distinct()))
    for topic in session.scalars(sa.select(m.Topic)):
        if topic.id not in used:
            session.delete(topic)


def _drop_unused(session: Session, content: Content) -> None:
    """Delete facts, contacts, facets and sections that the content no longer has, where no revision, not even a retired one, uses them."""
    session.flush()
    cited = set(session.scalars(sa.select(m.RevisionFact.fact_id).distinct()))
    _delete(session, m.Fact, cited | {fact.id for fact in content.facts})
    _delete(session, m.Contact, {contact.id for contact in content.contacts})
    conditions = {tuple(pair) for pair in session.execute(sa.select(m.EntryFacet.facet_id, m.EntryFacet.value).distinct())}
    used = conditions | {(facet.id, value.value) for facet in content.facets for value in facet.values}
    for facet in session.scalars(sa.select(m.Facet)).all():
        for value in facet.values:
            if (facet.id, value.value) not in used:
                session.delete(value)
    session.flush()
    _delete(session, m.Facet, {facet for facet, _ in used} | {facet.id for facet in content.facets})
    session.flush()
    sections = {section for source in content.sources for section in source.sections}
    sections |= set(session.scalars(sa.select(m.Fact.section_title))) | set(session.scalars(sa.select(m.EntryRevision.section_title)))
    _delete(session, m.Section, sections)
    sources = {source.id for source in content.sources} | set(session.scalars(sa.select(m.Section.source_id)))
    _delete(session, m.Source, sources)


def _delete(session: Session, model: Any, kept: set[str]) -> None:
    for row in session.scalars(sa.select(model)).all():
        if sa.inspect(row).identity[0] not in kept:
            session.delete(row)
    session.flush()


def _publish(session: Session, entry: Any, item: EntryContent, reviewed_on: dt.date) -> bool:
    """Publish a new revision where what the entry says has changed; whether it did."""
    digest = entry_hash(item)
    current = next((r for r in entry.revisions if r.number == entry.published_number), None)
    if current is not None and current.content_hash == digest:
        return False
    for condition in list(entry.conditions):
        if (condition.facet_id, condition.value) not in item.conditions:
            entry.conditions.remove(condition)
    have = {(c.facet_id, c.value): c for c in entry.conditions}
    for position, (facet, value) in enumerate(item.conditions):
        if (facet, value) in have:
            _same(have[facet, value], position=position)
        else:
            entry.conditions.append(m.EntryFacet(facet_id=facet, value=value, position=position))
    if current is not None:
        current.status = "retired"
    number = max((revision.number for revision in entry.revisions), default=0) + 1
    revision = m.EntryRevision(
        number=number,
        status="published",
        kind=item.kind,
        title=item.title,
        question=item.question,
        answer=item.answer,
        detail=item.detail,
        section_title=item.section,
        sensitivity=item.sensitivity,
        author=AUTHOR,
        reviewer=AUTHOR,
        reviewed_on=reviewed_on,
        review_by=reviewed_on + dt.timedelta(days=REVIEW_DAYS),
        content_hash=digest,
    )
    told = [(fact, "answer") for fact in item.facts] + [(fact, "detail") for fact in item.detail_facts]
    revision.facts = [m.RevisionFact(fact_id=fact, told_in=where, position=k) for k, (fact, where) in enumerate(told)]
    revision.suggestions = [m.RevisionSuggestion(target_id=target, position=k) for k, target in enumerate(item.suggestions)]
    entry.revisions.append(revision)
    entry.published_number = number
    session.flush()
    return True


def _retire(stored: Iterable[Any], wanted: set[str]) -> int:
    """Withdraw entries that the content no longer has; what they said is kept."""
    count = 0
    for entry in stored:
        if entry.id not in wanted and entry.published_number is not None:
            for revision in entry.revisions:
                if revision.number == entry.published_number:
                    revision.status = "retired"
            entry.published_number = None
            count += 1
    return count
