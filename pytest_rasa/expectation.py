"""What a project expects of a turn beyond the format's assertions; written under `metadata` in a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Extra

from pytest_rasa.turn import Turn


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was expected.

    Attributes:
        about: what was looked at, in a word or two.
        expected: what was to be.
        came: what was.
    """

    about: str
    expected: str
    came: str

    def __str__(self) -> str:
        return f"{self.about}: expected {self.expected}; came {self.came}"


class Strict(BaseModel):
    """A model that takes no key it does not know."""

    class Config:
        """No unknown keys, no changes."""

        extra = Extra.forbid
        frozen = True


class Expectation(Strict):
    """A project's own expectations of a turn: its fields are the keys that `metadata` may have.

    Every turn is checked, also where a case expects nothing of it: then no field has a value.
    """

    def check(self, turn: Turn) -> Sequence[Problem]:
        """What is not as it should be."""
        return ()

    @classmethod
    def of(cls, turn: Turn) -> Mapping[str, Any]:
        """The keys and values that a turn fulfils, for the recorder to write."""
        return {}
