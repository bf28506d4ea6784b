"""Between the tables' rows and what curation works with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from knowledge import models as m
from knowledge.curation.fields import Fields, Known
from knowledge.curation.views import FIELDS, Revision
from knowledge.errors import EntryNotFound
from knowledge.stored import as_content


def known(session: Session) -> Known:
    """What the store has that a draft can name."""
    return Known(
        frozenset(session.scalars(sa.select(m.Fact.id))),
        frozenset(session.scalars(sa.select(m.Section.title))),
        frozenset((row.facet_id, row.value) for row in session.execute(sa.select(m.FacetValue.facet_id, m.FacetValue.value))),
        frozenset(session.scalars(sa.select(m.Entry.id))),
    )


def revision_of(entry: Any, number: int) -> Any:
    """A revision of an entry.

    Raises:
        EntryNotFound: if it has none of that number.
    """
    found = next((revision for revision in entry.revisions if revision.number == number), None)
    if found is None:
        raise EntryNotFound(f"'{entry.id}' has no revision {number}; it has {', '.join(str(r.number) for r in entry.revisions)}")
    return found


def fields_of(revision: Any) -> Fields:
    """What a revision says, as a draft's fields."""
    said = as_content(revision)
    return Fields(
        said.kind,
        said.title,
        said.question,
        said.conditions,
        said.answer,
        said.detail,
        said.facts,
        said.detail_facts,
        said.section,
        said.sensitivity,
        said.suggestions,
        said.review_by,
        tuple(example.text for example in revision.examples),
    )


def set_fields(revision: Any, said: Fields) -> None:
    """Write a draft's fields into its row."""
    for name in ("kind", "title", "question", "answer", "detail", "sensitivity", "review_by"):
        setattr(revision, name, getattr(said, name))
    revision.section_title = said.section
    told = [(fact, "answer") for fact in said.facts] + [(fact, "detail") for fact in said.detail_facts]
    _replace(revision, "facts", m.RevisionFact, ("fact_id", "told_in"), told)
    _replace(revision, "suggestions", m.RevisionSuggestion, ("target_id",), [(target,) for target in said.suggestions])
    _replace(revision, "conditions", m.RevisionFacet, ("facet_id", "value"), list(said.facets))
    _replace(revision, "examples", m.RevisionExample, ("text",), [(text,) for text in said.examples])


def _replace(revision: Any, name: str, model: Any, columns: tuple[str, ...], wanted: Sequence[tuple[str, ...]]) -> None:
    """Bring a list of rows to what is wanted; a row that stays is kept, for its key is what it says."""
    rows = getattr(revision, name)
    if "position" in {column.name for column in sa.inspect(model).primary_key}:
        for row in rows[len(wanted) :]:
            rows.remove(row)
        for position, values in enumerate(wanted):
            if position < len(rows):
                for column, value in zip(columns, values, strict=True):
                    setattr(rows[position], column, value)
            else:
                rows.append(model(position=position, **dict(zip(columns, values, strict=True))))
        return
    have = {tuple(getattr(row, column) for column in columns): row for row in rows}
    for key, row in have.items():
        if key not in wanted:
            rows.remove(row)
    for position, values in enumerate(wanted):
        if values in have:
            have[values].position = position
        else:
            rows.append(model(position=position, **dict(zip(columns, values, strict=True))))
    rows.sort(key=lambda row: row.position)


def plain(said: Fields) -> dict[str, Any]:
    """Fields for the audit trail."""
    out = {name: getattr(said, name) for name in FIELDS}
    out["facets"] = [list(pair) for pair in said.facets]
    out["review_by"] = said.review_by.isoformat() if said.review_by else None
    return {name: list(value) if isinstance(value, tuple) else value for name, value in out.items()}


def view(revision: Any) -> Revision:
    """A row as it is shown."""
    said = fields_of(revision)
    facets: dict[str, list[str]] = {}
    for name, value in said.facets:
        facets.setdefault(name, []).append(value)
    session = sa.orm.object_session(revision)
    topic = session.execute(
        sa.select(m.Topic.id, m.Topic.intent).join(m.Entry, m.Entry.topic_id == m.Topic.id).where(m.Entry.id == revision.entry_id)
    ).one()
    return Revision(
        entry=revision.entry_id,
        topic=topic.id,
        intent=topic.intent,
        number=revision.number,
        status=revision.status,
        version=revision.version,
        base=revision.base_number,
        origin=revision.origin,
        facets={name: tuple(values) for name, values in facets.items()},
        source=session.get(m.Section, said.section).source.title,
        author=revision.author,
        editors=tuple(editor.person for editor in revision.editors),
        reviewer=revision.reviewer,
        reviewed_on=revision.reviewed_on,
        published_by=revision.published_by,
        published_at=revision.published_at,
        created_at=revision.created_at,
        note=revision.note,
        **{name: getattr(said, name) for name in FIELDS if name != "facets"},
    )
