"""What can go wrong in the knowledge package, as one tree.

KnowledgeError
├── SettingsError       a setting has a value that cannot be used
├── StoreUnavailable    the database cannot be reached, or does not hold what it should
├── EntryNotFound       there is no such entry
├── ExportError         the content cannot be written to a folder
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
