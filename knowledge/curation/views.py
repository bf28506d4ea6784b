"""What curation shows: plain values, read once, that no page can change the store through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

#: What a draft is made of, in the order in which people read it; `Curation.edit` takes these names.
FIELDS = (
    "kind", "title", "question", "facets", "answer", "detail", "facts", "detail_facts", "section", "sensitivity", "suggestions",
    "review_by", "examples",
)  # fmt: skip


@dataclass(frozen=True)
class Revision:
    """A revision of an entry: what it says, its state, and who had a hand in it.

    `version` counts its changes: a step names the version that was seen. `base` is the revision that was published when it
    was begun. `source` follows from the section. `examples` are wordings of the question, added with this revision.
    """

    entry: str
    topic: str
    intent: str
    number: int
    status: str
    version: int
    base: int | None
    origin: str
    kind: str
    title: str
    question: str | None
    facets: Mapping[str, tuple[str, ...]]
    answer: str
    detail: str | None
    facts: tuple[str, ...]
    detail_facts: tuple[str, ...]
    section: str
    source: str
    sensitivity: str
    suggestions: tuple[str, ...]
    examples: tuple[str, ...]
    author: str
    editors: tuple[str, ...]
    reviewer: str | None
    reviewed_on: dt.date | None
    review_by: dt.date | None
    published_by: str | None
    published_at: dt.datetime | None
    created_at: dt.datetime
    note: str | None


@dataclass(frozen=True)
class EntryState:
    """An entry as lists show it: its published revision, and the one that is on its way."""

    entry: str
    topic: str
    kind: str
    title: str
    published: int | None
    review_by: dt.date | None
    open: int | None
    open_status: str | None
    open_author: str | None


@dataclass(frozen=True)
class Stale:
    """A published entry whose review is due; `days` are left, or have passed where negative."""

    entry: str
    topic: str
    kind: str
    title: str
    revision: int
    reviewed_on: dt.date | None
    review_by: dt.date
    days: int


@dataclass(frozen=True)
class Flag:
    """A doubt about a fact, and how it was settled."""

    fact: str
    fact_text: str
    question: str
    status: str
    settled_by: str | None
    settled_at: dt.datetime | None
    note: str | None
    entries: tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """What a draft can choose from: for forms.

    `sections` maps a section to its source's title, `facets` a facet to its values, `facts` an id to the fact's text,
    `topics` a topic to its title, `entries` an entry to its title.
    """

    kinds: tuple[str, ...]
    sensitivities: tuple[str, ...]
    sections: Mapping[str, str]
    facets: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, str]
    topics: Mapping[str, str]
    entries: Mapping[str, str]
    contacts: tuple[str, ...]
