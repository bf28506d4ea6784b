"""What curators look through: entries, reviews that are due, open questions, and what a draft can choose from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from knowledge import models as m
from knowledge.curation.views import Choices, EntryState, Flag, Stale


def entries(session: Session, topic: str | None, status: str | None) -> tuple[EntryState, ...]:
    """All entries with their published revision and the one on its way, by topic."""
    revision = m.EntryRevision
    query = (
        sa.select(m.Entry.id, m.Entry.topic_id, m.Entry.published_number, revision)
        .join(revision, revision.entry_id == m.Entry.id)
        .order_by(m.Entry.topic_id, m.Entry.position, m.Entry.id, revision.number)
    )
    if topic is not None:
        query = query.where(m.Entry.topic_id == topic)
    rows: dict[str, list[sa.engine.Row]] = {}
    for row in session.execute(query):
        rows.setdefault(row.id, []).append(row)
    out = []
    for found in rows.values():
        head, all_ = found[0], [row.EntryRevision for row in found]
        if status is not None and all(r.status != status for r in all_):
            continue
        current = next((r for r in all_ if r.number == head.published_number), None)
        open_ = next((r for r in all_ if r.status in m.OPEN), None)
        shown = current or open_ or all_[-1]
        out.append(
            EntryState(
                head.id,
                head.topic_id,
                shown.kind,
                shown.title,
                current.number if current else None,
                current.review_by if current else None,
                open_.number if open_ else None,
                open_.status if open_ else None,
                open_.author if open_ else None,
            )
        )
    return tuple(out)


def stale(session: Session, today: dt.date, within: int) -> tuple[Stale, ...]:
    """Published entries whose review is due by then."""
    revision = m.EntryRevision
    query = (
        sa.select(m.Entry.topic_id, revision)
        .join(revision, sa.and_(revision.entry_id == m.Entry.id, revision.number == m.Entry.published_number))
        .where(revision.review_by <= today + dt.timedelta(days=within))
        .order_by(revision.review_by, m.Entry.topic_id, m.Entry.position)
    )
    return tuple(
        Stale(r.entry_id, topic, r.kind, r.title, r.number, r.reviewed_on, r.review_by, (r.review_by - today).days)
        for topic, r in session.execute(query)
    )


def flags(session: Session, facts: Sequence[str] | None = None) -> list[Flag]:
    """The questions about facts, in the facts' order, with the published entries that tell the fact."""
    query = sa.select(m.ReviewQuestion, m.Fact).join(m.Fact, m.Fact.id == m.ReviewQuestion.fact_id).order_by(m.Fact.position)
    if facts is not None:
        query = query.where(m.Fact.id.in_(facts))
    same = sa.and_(m.RevisionFact.entry_id == m.Entry.id, m.RevisionFact.number == m.Entry.published_number)
    tellers: dict[str, dict[str, None]] = {}
    told = sa.select(m.RevisionFact.fact_id, m.Entry.id).select_from(sa.join(m.Entry, m.RevisionFact, same)).order_by(m.Entry.id)
    for row in session.execute(told):
        tellers.setdefault(row.fact_id, {})[row.id] = None
    return [
        Flag(fact.id, fact.text, q.text, q.status, q.settled_by, q.settled_at, q.note, tuple(tellers.get(fact.id, ())))
        for q, fact in session.execute(query)
    ]


def choices(session: Session) -> Choices:
    """What a draft can choose from."""
    sections = sa.select(m.Section.title, m.Source.title.label("source")).join(m.Source).order_by(m.Section.position)
    facets = session.scalars(sa.select(m.Facet).order_by(m.Facet.position))
    facts = sa.select(m.Fact.id, m.Fact.text).order_by(m.Fact.position)
    published = sa.and_(m.EntryRevision.entry_id == m.Entry.id, m.EntryRevision.number == m.Entry.published_number)
    told = sa.select(m.Entry.id, m.EntryRevision.title).join(m.EntryRevision, published).order_by(m.Entry.id)
    return Choices(
        m.KINDS,
        m.SENSITIVITIES,
        {row.title: row.source for row in session.execute(sections)},
        {facet.id: tuple(value.value for value in facet.values) for facet in facets},
        {row.id: row.text for row in session.execute(facts)},
        {row.id: row.title for row in session.execute(sa.select(m.Topic.id, m.Topic.title).order_by(m.Topic.id))},
        {row.id: row.title for row in session.execute(told)},
        tuple(session.scalars(sa.select(m.Contact.id).order_by(m.Contact.position))),
    )
