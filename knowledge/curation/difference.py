"""Two revisions side by side: field by field, word by word, as data for a page to show."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.curation.views import FIELDS, Revision


@dataclass(frozen=True)
class Change:
    """A stretch of two texts: `op` is `equal`, `replace`, `delete` or `insert`."""

    op: str
    left: str
    right: str


@dataclass(frozen=True)
class FieldDifference:
    """A field of both revisions; joined, the changes' left sides give `left`, their right sides `right`."""

    field: str
    changed: bool
    left: str
    right: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """Two revisions of an entry; `left` is none where there was nothing before."""

    entry: str
    left: int | None
    right: int
    fields: tuple[FieldDifference, ...]

    @property
    def changed(self) -> tuple[FieldDifference, ...]:
        """The fields that differ."""
        return tuple(field for field in self.fields if field.changed)


def compare(left: Revision | None, right: Revision) -> Comparison:
    """Hold two revisions against each other."""
    fields = []
    for name in FIELDS:
        before, after = (_tokens(revision, name) if revision else [] for revision in (left, right))
        fields.append(FieldDifference(name, before != after, "".join(before), "".join(after), changes(before, after)))
    return Comparison(right.entry, left.number if left else None, right.number, tuple(fields))


def changes(left: Sequence[str], right: Sequence[str]) -> tuple[Change, ...]:
    """The stretches in which two lists of words agree and differ."""
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    return tuple(Change(op, "".join(left[a:b]), "".join(right[c:d])) for op, a, b, c, d in matcher.get_opcodes())


def _tokens(revision: Revision, name: str) -> list[str]:
    value = getattr(revision, name)
    if value is None or value == "":
        return []
    if name == "facets":
        value = tuple(f"{facet}: {' + '.join(values)}" for facet, values in value.items())
    if isinstance(value, tuple):  # an item is a word, whatever is in it
        return [part for item in value for part in (item, "\n")][:-1]
    return re.findall(r"\s+|\w+(?:['’-]\w+)*|[^\w\s]", str(value))
