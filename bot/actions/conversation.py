"""What an action knows of the conversation: the questions of this message and what was spoken of before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Facets = Mapping[str, Sequence[str]]
ANSWERS = "ask_"

# Facets that answer the same question in other words: a new one takes the place of the old.
_SAME_MATTER = ({"spread", "stage"}, {"treatment", "procedure", "radiation_type"})


@dataclass(frozen=True)
class Question:
    """One question, as understanding left it (see `bot.components.scope_guard`)."""

    intent: str
    facets: Facets = field(default_factory=dict)
    confidence: float = 1.0
    text: str = ""
    readings: tuple[tuple[str, float], ...] = ()
    elliptic: bool = False
    leads_in: bool = False
    looks_back: bool = False
    correction: bool = False

    @property
    def is_topic(self) -> bool:
        """Whether it asks about a topic of the store."""
        return self.intent.startswith(ANSWERS)


@dataclass(frozen=True)
class Context:
    """What was spoken of before; kept in slots.

    Attributes:
        topic: intent of the last topic answered.
        facets: the facets it was answered for.
        entries: ids of the entries last told.
        misses: messages in a row that were not understood.
        introduced: whether the person was told that this is an automated assistant.
    """

    topic: str | None = None
    facets: Facets = field(default_factory=dict)
    entries: tuple[str, ...] = ()
    misses: int = 0
    introduced: bool = False

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Context:
        """Read the slots; anything that is not there is as at the start."""
        return cls(
            topic=slots.get("topic"),
            facets=dict(slots.get("facets") or {}),
            entries=tuple(slots.get("entries") or ()),
            misses=int(slots.get("misses") or 0),
            introduced=bool(slots.get("introduced")),
        )

    def slots(self) -> dict[str, Any]:
        """The slots to keep."""
        return {
            "topic": self.topic,
            "facets": {name: list(values) for name, values in self.facets.items()},
            "entries": list(self.entries),
            "misses": self.misses,
            "introduced": self.introduced,
        }

    def understood(self) -> Context:
        """The same, with no misses in a row."""
        return replace(self, misses=0)


def merged(old: Facets, new: Facets) -> dict[str, list[str]]:
    """The old facets with the new ones in their place; "stage" takes the place of "spread" and the like."""
    replaced = set(new)
    for group in _SAME_MATTER:
        if group & set(new):
            replaced |= group
    kept = {name: list(values) for name, values in old.items() if name not in replaced}
    return {**kept, **{name: list(values) for name, values in new.items()}}


def questions(message: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions of Rasa's latest message; a button's payload is one question."""
    listed = message.get("questions")
    if listed:
        return tuple(
            Question(
                intent=str(item["intent"]),
                facets=item.get("facets") or {},
                confidence=float(item.get("confidence", 1.0)),
                text=str(item.get("text", "")),
                readings=tuple((str(name), float(p)) for name, p in item.get("readings") or ()),
                elliptic=bool(item.get("elliptic")),
                leads_in=bool(item.get("leads_in")),
                looks_back=bool(item.get("looks_back")),
                correction=bool(item.get("correction")),
            )
            for item in listed
        )
    facets: dict[str, list[str]] = {}
    for entity in message.get("entities") or ():
        value = entity["value"]
        facets.setdefault(str(entity["entity"]), []).extend(map(str, value if isinstance(value, list) else [value]))
    intent = (message.get("intent") or {}).get("name") or "nlu_fallback"
    return (Question(intent=str(intent), facets=facets, text=str(message.get("text") or "")),)
