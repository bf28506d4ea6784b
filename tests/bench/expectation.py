"""What we expect of a turn, under `metadata` of a test case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from pydantic import root_validator

from pytest_rasa import Expectation, Problem, Turn

_MOST_REPLIES = 3


def customs(turn: Turn) -> list[Mapping[str, Any]]:
    """The `custom` objects of a turn."""
    return [one.custom for one in turn.utterances if one.custom is not None]


def facts(turn: Turn) -> list[str]:
    """All facts told."""
    return [str(fact) for custom in customs(turn) for fact in custom.get("facts") or ()]


class Told(Expectation):
    """`facts`: all of these are told. `facts_any`: at least one of these. `no_facts`: none at all. `kind`, `entry`: of the first
    reply. `kinds`, `entries`: of all replies, in order. `replies`: how many there are.
    """

    facts: Optional[tuple[str, ...]] = None
    facts_any: Optional[tuple[str, ...]] = None
    no_facts: Optional[bool] = None
    kind: Optional[str] = None
    entry: Optional[str] = None
    kinds: Optional[tuple[str, ...]] = None
    entries: Optional[tuple[str, ...]] = None
    replies: Optional[int] = None

    @root_validator(skip_on_failure=True)
    def _facts_or_none(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["no_facts"] and (values["facts"] or values["facts_any"]):
            raise ValueError("no_facts beside facts: no turn can fulfil both")
        return values

    def check(self, turn: Turn) -> list[Problem]:
        """What is not as it should be; every turn has replies, each with its `custom` object, and not more than three unasked."""
        return [*self._facts(turn), *self._replies(turn)]

    def _facts(self, turn: Turn) -> Iterator[Problem]:
        told = facts(turn)
        came = ", ".join(told) or "no fact"
        if self.facts is not None and not set(self.facts) <= set(told):
            yield Problem("facts", ", ".join(self.facts), came)
        if self.facts_any is not None and not set(told) & set(self.facts_any):
            yield Problem("facts", f"one of {', '.join(self.facts_any)}", came)
        if self.no_facts and told:
            yield Problem("facts", "none", came)

    def _replies(self, turn: Turn) -> Iterator[Problem]:
        found = customs(turn)
        if not found:
            yield Problem("replies", "one or more with a `custom` object", "none")
        for key in ("kind", "entry"):
            wanted, came = getattr(self, key), found[0].get(key) if found else None
            if wanted is not None and came != wanted:
                yield Problem(key, wanted, str(came))
        for key, of in (("kinds", "kind"), ("entries", "entry")):
            all_wanted, all_came = getattr(self, key), [str(custom.get(of)) for custom in found]
            if all_wanted is not None and all_came != list(all_wanted):
                yield Problem(key, ", ".join(all_wanted), ", ".join(all_came) or "none")
        if self.replies is not None and len(found) != self.replies:
            yield Problem("replies", str(self.replies), str(len(found)))
        counted = self.replies is not None or self.kinds is not None or self.entries is not None
        if not counted and len(found) > _MOST_REPLIES:
            yield Problem("replies", f"at most {_MOST_REPLIES}", str(len(found)))

    @classmethod
    def of(cls, turn: Turn) -> dict[str, Any]:
        """What a turn fulfils, for the recorder."""
        found, told = customs(turn), facts(turn)
        if not found:
            return {}
        expected: dict[str, Any] = {"facts": list(dict.fromkeys(told))} if told else {"no_facts": True}
        entries = [custom.get("entry") for custom in found]
        if len(found) == 1:
            expected = {"kind": found[0].get("kind"), **({"entry": entries[0]} if entries[0] else {}), **expected, "replies": 1}
        elif all(entries):
            expected = {"kinds": [custom.get("kind") for custom in found], "entries": entries, **expected}
        return expected
