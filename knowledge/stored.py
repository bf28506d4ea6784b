"""Revisions of the store as the content they are: what the files would say of them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from knowledge.content import EntryContent, Place

IN_STORE = Place("store", 1)


def entry_hash(entry: EntryContent) -> str:
    """A hash over all that an entry says. Dates count where it has some of its own."""
    plain = dataclasses.asdict(entry)
    del plain["place"]
    for name in ("reviewed_on", "review_by"):
        if plain[name] is None:
            del plain[name]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def as_content(revision: Any) -> EntryContent:
    """A revision (a row of `EntryRevision`) as content, with its dates."""
    return EntryContent(
        id=revision.entry_id,
        kind=revision.kind,
        title=revision.title,
        question=revision.question,
        conditions=tuple((c.facet_id, c.value) for c in revision.conditions),
        answer=revision.answer,
        detail=revision.detail,
        facts=tuple(f.fact_id for f in revision.facts if f.told_in == "answer"),
        detail_facts=tuple(f.fact_id for f in revision.facts if f.told_in == "detail"),
        section=revision.section_title,
        sensitivity=revision.sensitivity,
        suggestions=tuple(s.target_id for s in revision.suggestions),
        place=IN_STORE,
        reviewed_on=revision.reviewed_on,
        review_by=revision.review_by,
    )


def without_dates(entry: EntryContent) -> EntryContent:
    """The same, without dates of its own."""
    return dataclasses.replace(entry, reviewed_on=None, review_by=None)


def as_file(revision: Any) -> EntryContent:
    """A revision as the files have it: its dates stand there where it was published with dates of its own."""
    entry = as_content(revision)
    plain = without_dates(entry)
    return plain if entry_hash(plain) == revision.content_hash else entry
