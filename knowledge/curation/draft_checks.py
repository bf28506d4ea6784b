"""The store's checks on a draft: what `python -m knowledge check` would say of it, once published, by field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from knowledge import models as m
from knowledge.content import ContactContent, EntryContent, FactContent
from knowledge.entry_checks import Grounds, copied, entry_problems
from knowledge.errors import DraftProblem
from knowledge.references import PLACEHOLDER
from knowledge.stored import IN_STORE, as_content


def draft_problems(
    session: Session, entry: Any, revision: Any, allowed: Mapping[str, str], page: frozenset[tuple[str, ...]], today: dt.date
) -> tuple[DraftProblem, ...]:
    """All that keeps a draft from being published.

    Args:
        session: to read what the draft is held against.
        entry: the draft's entry (a row).
        revision: the draft (a row).
        allowed: words for the reading grade.
        page: runs of words of the source page.
        today: a date of review must lie behind it.
    """
    said = as_content(revision)
    found = list(_missing(said))
    # An answer that is not written yet has no reading grade, and needs no more than to be written.
    found += entry_problems(said, _grounds(session, allowed, page)) if said.answer else ()
    found += _placeholders(session, said)
    found += _fits_topic(session, entry, said)
    found += _references(session, entry, said)
    if revision.review_by is not None and revision.review_by <= today and revision.status in m.OPEN:
        found.append(DraftProblem("review_by", f"{revision.review_by} has passed; choose a later day, or leave it out"))
    for example in revision.examples:
        found += copied("examples", example.text, page)
    return tuple(dict.fromkeys(found))


def _missing(said: EntryContent) -> Iterator[DraftProblem]:
    for name in ("title", "answer"):
        if not getattr(said, name):
            yield DraftProblem(name, "is missing; write it")
    if said.detail_facts and not said.detail:
        yield DraftProblem("detail_facts", "there is no detail to tell them; write it or take them out")


def _grounds(session: Session, allowed: Mapping[str, str], page: frozenset[tuple[str, ...]]) -> Grounds:
    doubts = {q.fact_id: q.text for q in session.scalars(sa.select(m.ReviewQuestion).where(m.ReviewQuestion.status == "open"))}
    facts = {
        fact.id: FactContent(fact.id, fact.section_title, fact.text, tuple(fact.figures), doubts.get(fact.id), IN_STORE)
        for fact in session.scalars(sa.select(m.Fact))
    }
    contacts = tuple(ContactContent(c.id, c.label, c.value, c.setting) for c in session.scalars(sa.select(m.Contact)))
    topics = {row.id: row.topic_id for row in session.execute(sa.select(m.Entry.id, m.Entry.topic_id))}
    return Grounds(facts, contacts, allowed, topics, page)


def _placeholders(session: Session, said: EntryContent) -> Iterator[DraftProblem]:
    contacts = set(session.scalars(sa.select(m.Contact.id)))
    for field in ("title", "question", "answer", "detail"):
        text = getattr(said, field) or ""
        named = PLACEHOLDER.findall(text)
        if field in ("title", "question") and named:
            yield DraftProblem(field, "contact details are not filled in here; take the braces out")
            continue
        for name in named:
            if name not in contacts:
                yield DraftProblem(field, f"unknown placeholder '{{{name}}}'; there are {', '.join(sorted(contacts))}")
        if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
            yield DraftProblem(field, "a brace without its partner; write placeholders as {phone}")


def _fits_topic(session: Session, entry: Any, said: EntryContent) -> Iterator[DraftProblem]:
    """Two entries of a topic with the same facets: one would never be told. None without facets: nothing to fall back on."""
    others: dict[str, set[tuple[str, str]]] = {}
    query = (
        sa.select(m.Entry.id, m.EntryFacet.facet_id, m.EntryFacet.value)
        .select_from(sa.outerjoin(m.Entry, m.EntryFacet, m.EntryFacet.entry_id == m.Entry.id))
        .where(m.Entry.topic_id == entry.topic_id, m.Entry.published_number.is_not(None), m.Entry.id != entry.id)
    )
    for row in session.execute(query):
        pairs = others.setdefault(row.id, set())
        if row.facet_id:
            pairs.add((row.facet_id, row.value))
    for other, pairs in sorted(others.items()):
        if pairs == set(said.conditions):
            yield DraftProblem("facets", f"'{other}' has the same facets; one of the two would never be told: change one's facets")
    if said.conditions and all(others.values()):
        yield DraftProblem("facets", f"topic '{entry.topic_id}' would have no base entry; leave the facets out")


def _references(session: Session, entry: Any, said: EntryContent) -> Iterator[DraftProblem]:
    told = {row.id for row in session.execute(sa.select(m.Entry.id).where(m.Entry.published_number.is_not(None)))}
    for target in said.suggestions:
        if target == entry.id:
            yield DraftProblem("suggestions", f"'{target}' is this entry itself; suggest another")
        elif target not in told:
            yield DraftProblem("suggestions", f"'{target}' is not published; publish it first, or take it out")
    published = next((as_content(r) for r in entry.revisions if r.number == entry.published_number), None)
    for fact in told_alone(session, entry.id, published.facts if published else ()):
        if fact not in said.facts:
            yield DraftProblem("facts", f"'{fact}' would be told by no entry; keep it, or have another entry tell it first")


def told_alone(session: Session, entry: str, facts: tuple[str, ...]) -> list[str]:
    """Those of an entry's facts that no other published entry's answer tells."""
    same = sa.and_(m.RevisionFact.entry_id == m.Entry.id, m.RevisionFact.number == m.Entry.published_number)
    query = (
        sa.select(m.RevisionFact.fact_id)
        .select_from(sa.join(m.Entry, m.RevisionFact, same))
        .where(m.Entry.id != entry, m.RevisionFact.told_in == "answer", m.RevisionFact.fact_id.in_(facts))
    )
    elsewhere = set(session.scalars(query))
    return [fact for fact in facts if fact not in elsewhere]
