"""Loads content into the store: all of it or nothing, and nothing at all where nothing has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge import models as m
from knowledge.content import Content, EntryContent, read_content
from knowledge.errors import Conflict, EntryNotFound, StoreUnavailable
from knowledge.publishing import become_published, stop_telling
from knowledge.schema import upgrade
from knowledge.search import reindex
from knowledge.stored import entry_hash
from knowledge.work import writing

AUTHOR = "content team"
REVIEW_DAYS = 180


@dataclass(frozen=True, order=True)
class Kept:
    """An entry that the store tells otherwise than the files, because it was changed at the desk; the store's is told.

    `revision` is the published one, or none where the entry was retired at the desk; `both` says that the files were changed too.
    """

    entry: str
    revision: int | None
    by: str
    both: bool

    def __str__(self) -> str:
        here = f"revision {self.revision}, published by {self.by}" if self.revision else "retired at the desk"
        if self.both:
            mend = f"put them together at the desk, or `python -m knowledge load --take {self.entry}` takes the files'"
            return f"conflict: {self.entry}: changed in the files and at the desk ({here}); the desk's stays: {mend}"
        return f"kept: {self.entry}: the desk's is newer than the files ({here}); `python -m knowledge export` brings them up to date"


@dataclass(frozen=True)
class LoadSummary:
    """How many entries a load added, gave a new revision, left alone and retired, and those it kept as the desk has them."""

    added: int
    changed: int
    unchanged: int
    retired: int
    kept: tuple[Kept, ...] = ()

    def __str__(self) -> str:
        kept = f", {len(self.kept)} kept as the desk has them" if self.kept else ""
        return f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged, {self.retired} retired{kept}"


def load_content(engine: Engine, folder: Path, take: Collection[str] = ()) -> LoadSummary:
    """Bring the store to what the content folder says, in one transaction; the schema is brought up to date first.

    What was published or retired at the desk since the files and the store were last held together stays, and is told in the
    summary: nothing of it is overwritten silently.

    Args:
        engine: the store's database.
        folder: the content.
        take: entries for which the files' wording is taken, whatever the desk has.

    Raises:
        ContentError: if the content is not sound; the store is as it was.
        EntryNotFound: if `take` names what is no entry of files or store.
        StoreUnavailable: if the database fails; the store is as it was.
    """
    content = read_content(folder)
    upgrade(engine)
    try:
        with writing(engine) as session:
            before = audit.last(session)
            changes = _Changes(session)
            summary = _apply(session, content, frozenset(take))
            session.flush()
            if changes.seen and audit.last(session) == before:  # contacts, topics, facts: no entry's own
                audit.append(session, AUTHOR, "load", after={"changed": sorted(changes.seen)})
            return summary
    except Conflict as error:
        raise StoreUnavailable(f"cannot load into {engine.url!r}: {error}") from error


class _Changes:
    """Tables that a session has written to."""

    def __init__(self, session: Session) -> None:
        self.seen: set[str] = set()
        sa.event.listen(session, "before_flush", self._look)

    def _look(self, session: Session, *_: Any) -> None:
        changed = [row for row in session.dirty if session.is_modified(row)]
        self.seen.update(row.__tablename__ for row in (*session.new, *session.deleted, *changed))


def _apply(session: Session, content: Content, take: frozenset[str]) -> LoadSummary:
    stored: dict[str, Any] = {entry.id: entry for entry in session.scalars(sa.select(m.Entry))}
    items = {item.id: item for item in content.entries}
    unknown = sorted(take - items.keys() - stored.keys())
    if unknown:
        raise EntryNotFound(f"no entry '{unknown[0]}' in the files or the store, so there is nothing to take")
    kept = {kept.entry: kept for entry in stored.values() for kept in _kept(entry, items.get(entry.id)) if entry.id not in take}
    held = {entry.topic_id for entry in stored.values() if entry.id in kept and entry.published_number is not None}
    _vocabulary(session, content)
    reviewed_on = {section: source.reviewed_on for source in content.sources for section in source.sections}
    _topics(session, content, held)
    counts = dict.fromkeys(("added", "changed", "unchanged"), 0)
    wanted: list[tuple[m.Entry, EntryContent]] = []
    for topic in content.topics:
        for position, item in enumerate(topic.entries):
            entry = stored.get(item.id)
            counts["added"] += entry is None
            if entry is None:
                entry = m.Entry(id=item.id, topic_id=topic.topic, position=position)
                session.add(entry)
            if item.id not in kept:
                _same(entry, topic_id=topic.topic, position=position)
            wanted.append((entry, item))
        others = [e for e in stored.values() if e.topic_id == topic.topic and e.id not in items and e.id in kept]
        for place, entry in enumerate(sorted(others, key=lambda e: (e.position, e.id)), len(topic.entries)):
            _same(entry, position=place)
    session.flush()
    for entry, item in wanted:
        if item.id in kept:
            continue
        fresh = not entry.revisions
        changed = _publish(session, entry, item, reviewed_on[item.section])
        _same(entry, file_hash=entry_hash(item))
        if not fresh:
            counts["changed" if changed else "unchanged"] += 1
    retired = _retire(session, [entry for entry in stored.values() if entry.id not in items and entry.id not in kept])
    _drop_topics(session)
    _drop_unused(session, content)
    reindex(session)
    return LoadSummary(counts["added"], counts["changed"], counts["unchanged"], retired, tuple(sorted(kept.values())))


def _kept(entry: Any, item: EntryContent | None) -> Iterator[Kept]:
    """Whether the desk has changed an entry since files and store were last held together, and the files do not say the same."""
    current = next((r for r in entry.revisions if r.number == entry.published_number), None)
    here = current.content_hash if current is not None else None
    there = entry_hash(item) if item is not None else None
    if here in (there, entry.file_hash):
        return
    if current is None and not entry.revisions:
        return
    yield Kept(entry.id, entry.published_number, current.published_by if current is not None else "", there != entry.file_hash)


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
            _question(session, fact.id, fact.review_question)
            questions.pop(fact.id, None)
    for question in questions.values():
        if question.status == "open":  # how a settled one was settled is kept
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


def _question(session: Session, fact: str, text: str) -> None:
    row = session.get(m.ReviewQuestion, fact)
    if row is not None and row.text != text:  # another question: what was settled is not this
        _same(row, status="open", settled_by=None, settled_at=None, note=None)
    _merge(session, m.ReviewQuestion, fact, text=text)


def _topics(session: Session, content: Content, held: Collection[str]) -> None:
    taken = {topic.intent for topic in content.topics}
    wanted = {topic.topic: topic for topic in content.topics}
    for topic in session.scalars(sa.select(m.Topic)):
        # An intent may move to another topic; free it first, for it is unique. What the desk holds keeps its topic.
        if topic.id in held and topic.id not in wanted and topic.intent not in taken:
            continue
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
    conditions = {
        tuple(pair)
        for table in (m.EntryFacet, m.RevisionFacet)
        for pair in session.execute(sa.select(table.facet_id, table.value).distinct())
    }
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
    number = max((revision.number for revision in entry.revisions), default=0) + 1
    revision = m.EntryRevision(
        number=number,
        status=m.ENTERING,
        origin="files",
        base_number=entry.published_number,
        kind=item.kind,
        title=item.title,
        question=item.question,
        answer=item.answer,
        detail=item.detail,
        section_title=item.section,
        sensitivity=item.sensitivity,
        author=AUTHOR,
        reviewer=AUTHOR,
        reviewed_on=item.reviewed_on or reviewed_on,
        review_by=item.review_by or (item.reviewed_on or reviewed_on) + dt.timedelta(days=REVIEW_DAYS),
        content_hash=digest,
    )
    told = [(fact, "answer") for fact in item.facts] + [(fact, "detail") for fact in item.detail_facts]
    revision.facts = [m.RevisionFact(fact_id=fact, told_in=where, position=k) for k, (fact, where) in enumerate(told)]
    revision.suggestions = [m.RevisionSuggestion(target_id=target, position=k) for k, target in enumerate(item.suggestions)]
    revision.conditions = [m.RevisionFacet(facet_id=f, value=v, position=k) for k, (f, v) in enumerate(item.conditions)]
    entry.revisions.append(revision)
    before = become_published(session, entry, revision, AUTHOR)
    audit.append(session, AUTHOR, "load", entry.id, number, {"published": before}, {"published": number, "content_hash": digest})
    return True


def _retire(session: Session, entries: Iterable[Any]) -> int:
    """Withdraw entries that the content no longer has; what they said is kept."""
    count = 0
    for entry in entries:
        _same(entry, file_hash=None)
        if entry.published_number is not None:
            before = stop_telling(session, entry)
            audit.append(session, AUTHOR, "retire", entry.id, before, {"published": before}, {"published": None}, "gone from the files")
            count += 1
    return count
