"""What the assistant reads: the most specific published entry for a topic and the facets asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from knowledge import models as m
from knowledge.changes import ChangeWatch
from knowledge.rendering import contact_text, render
from knowledge.search import search as full_text
from knowledge.work import unavailable

MAX_TIES = 3
_MOST_KNOWN = 4096
_LATELY = 1.0  # seconds
_MOST_HELD = 2000  # entries; a larger store is read by query
_T = TypeVar("_T")


@dataclass(frozen=True)
class SourceRef:
    """Where an answer comes from; `reviewed_on` as YYYY-MM-DD."""

    title: str
    section: str
    reviewed_on: str


@dataclass(frozen=True)
class Suggestion:
    """A next question: its button text, and the intent and facets it asks."""

    entry: str
    title: str
    intent: str
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Answer:
    """A published entry, ready to be told: contact details filled in.

    `facts` are told by `text`, `detail_facts` by `detail`; `facets` are the entry's conditions.
    """

    entry: str
    topic: str
    intent: str
    kind: str
    revision: int
    title: str
    text: str
    detail: str | None
    facts: tuple[str, ...]
    detail_facts: tuple[str, ...]
    source: SourceRef
    sensitivity: str
    facets: Mapping[str, tuple[str, ...]]
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class TopicRef:
    """A topic: its id, intent, title, and the question as a person would ask it."""

    topic: str
    intent: str
    title: str
    question: str


@dataclass(frozen=True)
class Listed:
    """A revision of an entry, as lists show it; `review_by` as YYYY-MM-DD."""

    entry: str
    topic: str
    kind: str
    revision: int
    status: str
    title: str
    review_by: str
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Held:
    """Entries in memory, found without going through all of them."""

    by_entry: Mapping[str, Answer]
    by_intent: Mapping[str, Sequence[Answer]]


class KnowledgeStore:
    """Reads published entries.

    Args:
        engine: the database.
        links: setting name -> address, for contacts that have one.
        remember: whether what was read is kept where the database tells when it changes.
    """

    def __init__(self, engine: Engine, links: Mapping[str, str] | None = None, *, remember: bool = True) -> None:
        self._engine = engine
        self._remember = remember
        self._links = dict(links or {})
        self._changes = ChangeWatch(engine)
        self._asked: tuple[Hashable | None, float] = None, 0.0
        self._known: dict[Hashable, Any] = {}
        self._known_at: Hashable = None

    def _remembered(self, version: Hashable | None, key: Hashable, read: Callable[[], _T]) -> _T:
        """What was read for this key at this version of the database; read anew where that is not known."""
        if version is None:
            return read()
        if version != self._known_at or len(self._known) >= _MOST_KNOWN:
            self._known, self._known_at = {}, version
        known = self._known
        if key not in known:
            known[key] = read()
        found: _T = known[key]
        return found

    def _version(self, lately: bool = False) -> Hashable | None:
        """Asked once for each lookup, before anything is read for it; where `lately` will do, the last one, if it is new enough."""
        if not self._remember:
            return None
        version, asked_at = self._asked
        now = time.monotonic()
        if lately and version is not None and now - asked_at < _LATELY:
            return version
        version = self._changes.version()
        self._asked = version, now
        return version

    def find_answers(self, intent: str, facets: Mapping[str, Sequence[str]]) -> tuple[Answer, ...]:
        """The most specific published entry of the intent's topic whose conditions all hold; in one query.

        Where several tie (two tests asked, an entry for each), all of them, in the order asked, three at most. Empty for
        an intent that has no topic.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        asked = tuple((name, value) for name, values in facets.items() for value in values)
        version = self._version()
        return self._remembered(version, ("find", intent, asked), lambda: self._find(version, intent, asked))

    def _snapshot(self, version: Hashable | None) -> _Held | None:
        """All published entries, where the database tells when they change and they are few enough to hold."""
        if version is None:
            return None
        counted = sa.select(sa.func.count()).select_from(m.Entry).where(m.Entry.published_number.is_not(None))
        if self._remembered(version, ("count",), lambda: int(self._rows(counted)[0][0])) > _MOST_HELD:
            return None
        return self._remembered(version, ("all",), lambda: _held(self.entries()))

    def _find(self, version: Hashable | None, intent: str, asked: Sequence[tuple[str, str]]) -> tuple[Answer, ...]:
        condition = m.EntryFacet
        holds = sa.or_(*(sa.and_(condition.facet_id == n, condition.value == v) for n, v in asked)) if asked else sa.false()
        unmet = sa.exists().where(condition.entry_id == m.Entry.id, sa.not_(holds))
        held = self._snapshot(version)
        if held is None:
            answers = self._answers(m.Topic.intent == intent, ~unmet)
        else:
            pairs = set(asked)
            of_intent = held.by_intent.get(intent, ())
            answers = [a for a in of_intent if all((n, v) in pairs for n, values in a.facets.items() for v in values)]
        if not answers:
            return ()
        most = max(_specificity(answer) for answer in answers)
        best = [answer for answer in answers if _specificity(answer) == most]
        order = {pair: place for place, pair in enumerate(asked)}
        best.sort(key=lambda a: [order[n, v] for n, values in a.facets.items() for v in values])
        return tuple(best[:MAX_TIES])

    def entry(self, entry_id: str, lately: bool = False) -> Answer | None:
        """A published entry by id.

        Args:
            entry_id: which.
            lately: as it was when something was looked up here within the last second, for what belongs to an answer just found: the
                database is not asked once more whether it has changed.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        held = self._snapshot(self._version(lately))
        if held is not None:
            return held.by_entry.get(entry_id)
        return next(iter(self._answers(m.Entry.id == entry_id)), None)

    def entries(self) -> tuple[Answer, ...]:
        """All published entries, by topic.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        return tuple(self._answers())

    def topics(self) -> tuple[TopicRef, ...]:
        """All topics, by id.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        rows = self._rows(sa.select(m.Topic.id, m.Topic.intent, m.Topic.title, m.Topic.question).order_by(m.Topic.id))
        return tuple(TopicRef(row.id, row.intent, row.title, row.question) for row in rows)

    def revisions(self, status: str = "published") -> tuple[Listed, ...]:
        """All revisions of a status (one of `knowledge.models.STATUSES`), by topic and entry; retired topics are told too.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        entry, revision, facet = m.Entry, m.EntryRevision, m.RevisionFacet
        of_revision = sa.and_(facet.entry_id == revision.entry_id, facet.number == revision.number)
        query = (
            sa.select(
                entry.id, entry.topic_id, revision.kind, revision.number, revision.status, revision.title, revision.review_by,
                facet.facet_id, facet.value,
            )
            .select_from(sa.join(entry, revision, revision.entry_id == entry.id).outerjoin(facet, of_revision))
            .where(revision.status == status)
            .order_by(entry.topic_id, entry.position, entry.id, revision.number, facet.position)
        )  # fmt: skip
        groups: dict[tuple[str, int], list[Row]] = {}
        for row in self._rows(query):
            groups.setdefault((row.id, row.number), []).append(row)
        return tuple(_listed(rows) for rows in groups.values())

    def answer_facts(self) -> dict[str, tuple[str, ...]]:
        """What each published entry tells: entry id -> fact ids, those of its answer first, then those only of its detail.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        entry, fact = m.Entry, m.RevisionFact
        same = sa.and_(fact.entry_id == entry.id, fact.number == entry.published_number)
        query = (
            sa.select(entry.id, fact.fact_id)
            .select_from(sa.outerjoin(entry, fact, same))
            .where(entry.published_number.is_not(None))
            .order_by(entry.id, fact.told_in, fact.position)
        )
        told: dict[str, dict[str, None]] = {}
        for row in self._rows(query):
            facts = told.setdefault(row.id, {})
            if row.fact_id:
                facts[row.fact_id] = None
        return {name: tuple(facts) for name, facts in told.items()}

    def questions(self, intents: Iterable[str]) -> dict[str, str]:
        """Topics' questions as a person would ask them, by intent; unknown intents are left out.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        wanted = tuple(intents)
        if not wanted:
            return {}

        def read() -> dict[str, str]:
            rows = self._rows(sa.select(m.Topic.intent, m.Topic.question).where(m.Topic.intent.in_(wanted)))
            return {row.intent: row.question for row in rows}

        return dict(self._remembered(self._version(), ("questions", wanted), read))

    def facts(self) -> dict[str, str]:
        """Every fact by id.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        return {row.id: row.text for row in self._rows(sa.select(m.Fact.id, m.Fact.text).order_by(m.Fact.position))}

    def search(self, text: str, limit: int = 10) -> list[tuple[Answer, float]]:
        """Published entries by their words, best first, with a score from 0 to 1; `knowledge.search` tells more of each.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        found = full_text(self._engine, text, limit).hits
        told = {answer.entry: answer for answer in self._answers(m.Entry.id.in_([hit.entry for hit in found]))} if found else {}
        return [(told[hit.entry], hit.score) for hit in found if hit.entry in told]

    def _rows(self, query: sa.sql.Select) -> list[Row]:
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query).all())
        except SQLAlchemyError as error:
            raise unavailable(self._engine, error, "read") from error

    def _answers(self, *where: sa.sql.ColumnElement) -> list[Answer]:
        """Published entries with all that belongs to them, in one query.

        Facts, conditions, suggestions and contacts come as rows of a kind each, joined by a union under the entry's row.
        """
        target, target_topic, target_facet = aliased(m.Entry), aliased(m.Topic), aliased(m.EntryFacet)
        target_revision = aliased(m.EntryRevision)
        entry, revision, topic = m.Entry, m.EntryRevision, m.Topic
        chosen = (
            sa.select(entry.id, entry.topic_id, topic.intent, entry.position, entry.published_number)
            .join(topic, topic.id == entry.topic_id)
            .where(entry.published_number.is_not(None), *where)
            .cte("chosen")
        )
        none = sa.null()

        def part(kind: str, source: object, place: object, one: object, two: object, three: object, four: object) -> sa.sql.Select:
            return sa.select(
                chosen.c.id.label("entry"),
                sa.literal(kind).label("part"),
                sa.cast(place, sa.Integer).label("place"),
                *(sa.cast(value, sa.Text).label(name) for name, value in zip("abcd", (one, two, three, four), strict=True)),
            ).select_from(source)

        def same(table: Any) -> Any:
            return sa.and_(table.entry_id == chosen.c.id, table.number == chosen.c.published_number)

        fact, condition, suggestion = m.RevisionFact, m.EntryFacet, m.RevisionSuggestion
        facts = part("fact", sa.join(chosen, fact, same(fact)), fact.position, fact.fact_id, fact.told_in, none, none)
        conditions = part(
            "condition",
            sa.join(chosen, condition, condition.entry_id == chosen.c.id),
            condition.position,
            condition.facet_id,
            condition.value,
            none,
            none,
        )
        # Outer joins, for SQLite keeps their order: it would go through all suggestions first. What is no target has no row of its own.
        joined = (
            sa.outerjoin(chosen, suggestion, same(suggestion))
            .outerjoin(target, target.id == suggestion.target_id)
            .outerjoin(target_topic, target_topic.id == target.topic_id)
            .outerjoin(
                target_revision,
                sa.and_(target_revision.entry_id == target.id, target_revision.number == target.published_number),
            )
            .outerjoin(target_facet, target_facet.entry_id == target.id)
        )
        pair = target_facet.facet_id + "\t" + target_facet.value
        title = sa.func.coalesce(target_revision.question, target_topic.question)
        suggestions = part("suggestion", joined, suggestion.position, target_revision.entry_id, title, target_topic.intent, pair)
        contacts = part(
            "contact",
            sa.join(chosen, m.Contact, sa.true()),
            m.Contact.position,
            m.Contact.id,
            m.Contact.label,
            m.Contact.value,
            m.Contact.setting,
        )
        parts = sa.union_all(facts, conditions, suggestions, contacts).cte("parts")
        query = (
            sa.select(
                chosen.c.id,
                chosen.c.topic_id.label("topic"),
                chosen.c.intent,
                revision.kind,
                revision.number,
                revision.title,
                revision.answer,
                revision.detail,
                revision.sensitivity,
                revision.section_title,
                revision.reviewed_on,
                m.Source.title.label("source"),
                *(parts.c[name] for name in ("part", "place", "a", "b", "c", "d")),
            )
            .select_from(
                sa.join(chosen, revision, same(revision))
                .join(m.Section, m.Section.title == revision.section_title)
                .join(m.Source, m.Source.id == m.Section.source_id)
                .outerjoin(parts, parts.c.entry == chosen.c.id)
            )
            .order_by(chosen.c.topic_id, chosen.c.position, chosen.c.id, parts.c.part, parts.c.place, parts.c.d)
        )
        groups: dict[str, list[Row]] = {}
        for row in self._rows(query):
            groups.setdefault(row.id, []).append(row)
        return [self._answer(rows) for rows in groups.values()]

    def _answer(self, rows: Sequence[Row]) -> Answer:
        head = rows[0]
        contacts: dict[str, str] = {}
        facts: dict[str, list[str]] = {"answer": [], "detail": []}
        conditions: dict[str, list[str]] = {}
        suggestions: dict[str, tuple[str, str, dict[str, list[str]]]] = {}
        for row in rows:
            if row.part == "contact":
                contacts[row.a] = contact_text(row.b, row.c, self._links.get(row.d) if row.d else None)
            elif row.part == "fact":
                facts[row.b].append(row.a)
            elif row.part == "condition":
                conditions.setdefault(row.a, []).append(row.b)
            elif row.part == "suggestion" and row.a is not None:
                _, _, facets = suggestions.setdefault(row.a, (row.b, row.c, {}))
                if row.d:
                    name, value = row.d.split("\t")
                    facets.setdefault(name, []).append(value)
        return Answer(
            entry=head.id,
            topic=head.topic,
            intent=head.intent,
            kind=head.kind,
            revision=head.number,
            title=head.title,
            text=render(head.answer, contacts),
            detail=render(head.detail, contacts) if head.detail else None,
            facts=tuple(facts["answer"]),
            detail_facts=tuple(facts["detail"]),
            source=SourceRef(head.source, head.section_title, head.reviewed_on.isoformat() if head.reviewed_on else ""),
            sensitivity=head.sensitivity,
            facets={name: tuple(values) for name, values in conditions.items()},
            suggestions=tuple(
                Suggestion(entry, title, intent, {name: tuple(values) for name, values in facets.items()})
                for entry, (title, intent, facets) in suggestions.items()
            ),
        )


def _held(answers: Iterable[Answer]) -> _Held:
    by_entry, by_intent = dict[str, Answer](), dict[str, list[Answer]]()
    for answer in answers:
        by_entry[answer.entry] = answer
        by_intent.setdefault(answer.intent, []).append(answer)
    return _Held(by_entry, by_intent)


def _specificity(answer: Answer) -> int:
    return sum(len(values) for values in answer.facets.values())


def _listed(rows: Sequence[Row]) -> Listed:
    head = rows[0]
    facets: dict[str, list[str]] = {}
    for row in rows:
        if row.facet_id:
            facets.setdefault(row.facet_id, []).append(row.value)
    due = head.review_by.isoformat() if head.review_by else ""
    conditions = {name: tuple(values) for name, values in facets.items()}
    return Listed(head.id, head.topic_id, head.kind, head.number, head.status, head.title, due, conditions)
