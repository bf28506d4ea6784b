"""What can go wrong in the knowledge package, as one tree.

KnowledgeError
├── SettingsError       a setting has a value that cannot be used
├── StoreUnavailable    the database cannot be reached, or does not hold what it should
├── EntryNotFound       there is no such entry
├── ExportError         the content cannot be written to a folder
├── CurationError       a step of curation cannot be taken; nothing was changed
│   ├── Conflict        somebody else was first: what the step was meant for has changed
│   ├── NotAllowed      the step is not for this person, or not for a revision in this state
│   └── DraftRefused    what was written cannot be used; `.problems` says which field, and what to do
└── ContentError        the content cannot be used; `.problems` says where and why
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class KnowledgeError(Exception):
    """Anything that goes wrong here; the message says what to do."""


class SettingsError(KnowledgeError):
    """A setting has a value that cannot be used."""


class StoreUnavailable(KnowledgeError):
    """The database cannot be reached or does not hold what it should."""


class EntryNotFound(KnowledgeError):
    """There is no such entry."""


class ExportError(KnowledgeError):
    """The content cannot be written to a folder."""


class CurationError(KnowledgeError):
    """A step of curation cannot be taken; nothing was changed."""


class Conflict(CurationError):
    """Somebody else was first: what the step was meant for has changed since it was read."""


class NotAllowed(CurationError):
    """The step is not for this person, or not for a revision in this state."""


@dataclass(frozen=True)
class DraftProblem:
    """One thing that is wrong with a draft: the field, and what to do."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class DraftRefused(CurationError):
    """What was written cannot be used; `problems` lists all that is wrong with it."""

    def __init__(self, problems: Sequence[DraftProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with the content, and where."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ContentError(KnowledgeError):
    """The content cannot be used; `problems` lists all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))
