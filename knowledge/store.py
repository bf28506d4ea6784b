"""What the assistant reads: the most specific published entry for a topic and the facets asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from knowledge import models as m
from knowledge.errors import StoreUnavailable

MAX_TIES = 3


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


def render(text: str, contacts: Mapping[str, str]) -> str:
    """A text with `{phone}` and its like filled in."""
    return re.sub(r"\{([a-z_]+)\}", lambda match: contacts.get(match.group(1), match.group(0)), text)


def contact_text(label: str, value: str | None, link: str | None) -> str:
    """A contact as it stands in a sentence: its value, or its name with a link where there is one."""
    if value:
        return value
    return f"{label} ({link})" if link else label


class KnowledgeStore:
    """Reads published entries.

    Args:
        engine: the database.
        links: setting name -> address, for contacts that have one.
    """

    def __init__(self, engine: Engine, links: Mapping[str, str] | None = None) -> None:
        self._engine = engine
        self._links = dict(links or {})

    def find_answers(self, intent: str, facets: Mapping[str, Sequence[str]]) -> tuple[Answer, ...]:
        """The most specific published entry of the intent's topic whose conditions all hold; in one query.

        Where several tie (two tests asked, an entry for each), all of them, in the order asked, three at most. Empty for
        an intent that has no topic.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        asked = [(name, value) for name, values in facets.items() for value in values]
        condition = m.EntryFacet
        holds = sa.or_(*(sa.and_(condition.facet_id == n, condition.value == v) for n, v in asked)) if asked else sa.false()
        unmet = sa.exists().where(condition.entry_id == m.Entry.id, sa.not_(holds))
        answers = self._answers(m.Topic.intent == intent, ~unmet)
        if not answers:
            return ()
        most = max(_specificity(answer) for answer in answers)
        best = [answer for answer in answers if _specificity(answer) == most]
        order = {pair: place for place, pair in enumerate(asked)}
        best.sort(key=lambda a: [order[n, v] for n, values in a.facets.items() for v in values])
        return tuple(best[:MAX_TIES])

    def entry(self, entry_id: str) -> Answer | None:
        """A published entry by id.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        return next(iter(self._answers(m.Entry.id == entry_id)), None)

    def entries(self) -> tuple[Answer, ...]:
        """All published entries, by topic.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        return tuple(self._answers())

    def questions(self, intents: Iterable[str]) -> dict[str, str]:
        """Topics' questions as a person would ask them, by intent; unknown intents are left out.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        wanted = list(intents)
        if not wanted:
            return {}
        rows = self._rows(sa.select(m.Topic.intent, m.Topic.question).where(m.Topic.intent.in_(wanted)))
        return {row.intent: row.question for row in rows}

    def facts(self) -> dict[str, str]:
        """Every fact by id.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        return {row.id: row.text for row in self._rows(sa.select(m.Fact.id, m.Fact.text).order_by(m.Fact.position))}

    def search(self, text: str, limit: int = 10) -> list[tuple[Answer, float]]:
        """Published entries that share words with `text`, best first, with a score from 0 to 1.

        Rare words count more; titles and questions count twice. The store is small enough to be read whole.

        Raises:
            StoreUnavailable: if the database cannot be read.
        """
        import math

        wanted = set(_terms(text))
        answers = self.entries()
        bags = [(_terms(a.title), _terms(f"{a.text} {a.detail or ''}")) for a in answers]
        spread: dict[str, int] = {}
        for title, body in bags:
            for term in {*title, *body}:
                spread[term] = spread.get(term, 0) + 1
        weights = {term: math.log(1 + len(answers) / spread[term]) for term in wanted if term in spread}
        total = sum(math.log(1 + len(answers) / spread.get(term, 1)) for term in wanted) or 1.0
        scored = []
        for answer, (title, body) in zip(answers, bags, strict=True):
            score = sum(weight * (1.0 if term in title else 0.5 if term in body else 0.0) for term, weight in weights.items())
            if score:
                scored.append((answer, score / total))
        return sorted(scored, key=lambda pair: (-pair[1], pair[0].entry))[:limit]

    def _rows(self, query: sa.sql.Select) -> list[Row]:
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query).all())
        except SQLAlchemyError as error:
            raise StoreUnavailable(f"cannot read {self._engine.url!r}: {str(error).splitlines()[0]}") from error

    def _answers(self, *where: sa.sql.ColumnElement) -> list[Answer]:
        """Published entries with all that belongs to them, in one query.

        Facts, conditions, suggestions and contacts come as rows of a kind each, joined by a union under the entry's row.
        """
        target, target_topic, target_facet = aliased(m.Entry), aliased(m.Topic), aliased(m.EntryFacet)
        target_revision = aliased(m.EntryRevision)
        entry, revision, topic = m.Entry, m.EntryRevision, m.Topic
        chosen = (
            sa.select(entry.id, entry.topic_id, entry.position, entry.published_number)
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
        joined = (
            sa.join(chosen, suggestion, same(suggestion))
            .join(target, target.id == suggestion.target_id)
            .join(target_topic, target_topic.id == target.topic_id)
            .join(
                target_revision,
                sa.and_(target_revision.entry_id == target.id, target_revision.number == target.published_number),
            )
            .outerjoin(target_facet, target_facet.entry_id == target.id)
        )
        pair = target_facet.facet_id + "\t" + target_facet.value
        title = sa.func.coalesce(target_revision.question, target_topic.question)
        suggestions = part("suggestion", joined, suggestion.position, target.id, title, target_topic.intent, pair)
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
                topic.id.label("topic"),
                topic.intent,
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
                sa.join(chosen, topic, topic.id == chosen.c.topic_id)
                .join(revision, same(revision))
                .join(m.Section, m.Section.title == revision.section_title)
                .join(m.Source, m.Source.id == m.Section.source_id)
                .outerjoin(parts, parts.c.entry == chosen.c.id)
            )
            .order_by(topic.id, chosen.c.position, chosen.c.id, parts.c.part, parts.c.place, parts.c.d)
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
            elif row.part == "suggestion":
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


def _specificity(answer: Answer) -> int:
    return sum(len(values) for values in answer.facets.values())


def _terms(text: str) -> list[str]:
    return [word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 2]
