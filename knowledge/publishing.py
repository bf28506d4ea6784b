"""The one way in which a revision comes to be told, and stops being told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from knowledge import models as m


def become_published(session: Session, entry: Any, revision: Any, who: str) -> int | None:
    """Have a revision told in place of the one before, whose number is given back.

    The order matters: the database allows one published revision of an entry, and only a published one to be told.
    """
    before = _retire_current(session, entry)
    session.flush()  # all that belongs to a revision must be there before it is fixed
    wanted = [(condition.facet_id, condition.value) for condition in revision.conditions]
    revision.status, revision.published_by, revision.published_at = "published", who, m.now()
    for condition in list(entry.conditions):
        if (condition.facet_id, condition.value) not in wanted:
            entry.conditions.remove(condition)
    have = {(condition.facet_id, condition.value): condition for condition in entry.conditions}
    for position, (facet, value) in enumerate(wanted):
        if (facet, value) not in have:
            entry.conditions.append(m.EntryFacet(facet_id=facet, value=value, position=position))
        elif have[facet, value].position != position:
            have[facet, value].position = position
    session.flush()
    session.execute(sa.update(m.Entry).where(m.Entry.id == entry.id).values(published_number=revision.number))
    session.refresh(entry, ["published_number"])
    return before


def stop_telling(session: Session, entry: Any) -> int | None:
    """Have an entry no longer told; the number of the revision that was."""
    before = _retire_current(session, entry)
    entry.published_number = None
    session.flush()
    return before


def _retire_current(session: Session, entry: Any) -> int | None:
    number: int | None = entry.published_number
    current = next((r for r in entry.revisions if r.number == number), None)
    if current is not None:
        current.status = "retired"
        session.flush()
    return number
