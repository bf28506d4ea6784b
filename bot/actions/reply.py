"""A reply as the contract wants it: text, buttons, and one `custom` object that says what was told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge import Answer, Suggestion

#: Understood as typed words too: a button of a conversation that has ended is asked by its title.
FIGURES = "Show me the survival figures"


@dataclass(frozen=True)
class Reply:
    """One reply of the bot."""

    text: str
    custom: Mapping[str, Any]
    buttons: tuple[Mapping[str, str], ...] = field(default=())

    def preceded_by(self, text: str) -> Reply:
        """The same reply with a sentence before it."""
        return replace(self, text=f"{text}\n\n{self.text}")


def payload(intent: str, facets: Mapping[str, Sequence[str]]) -> str:
    """What a button sends: Rasa's `/intent{entities}`."""
    plain = {name: values[0] if len(values) == 1 else list(values) for name, values in facets.items()}
    return f"/{intent}{json.dumps(plain, sort_keys=True, ensure_ascii=False)}" if plain else f"/{intent}"


def button(title: str, intent: str, facets: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """A button that asks a question."""
    return {"title": title, "payload": payload(intent, facets or {})}


def told(answer: Answer, facts: Iterable[str] | None = None) -> dict[str, Any]:
    """The `custom` object for an entry; `facts` are those the text tells (the entry's, where not given)."""
    return {
        "kind": answer.kind,
        "entry": answer.entry,
        "revision": answer.revision,
        "facts": list(answer.facts if facts is None else facts),
        "source": {"title": answer.source.title, "section": answer.source.section, "reviewed_on": answer.source.reviewed_on},
    }


def _title(answer: Answer, suggestion: Suggestion) -> str:
    """What a button says; where figures are not told unasked, the button for them says that it shows them."""
    return FIGURES if answer.kind == "consent" and suggestion.intent == "ask_survival" else suggestion.title


def from_entry(answer: Answer) -> Reply:
    """An entry told as it stands, with its suggestions as buttons."""
    buttons = tuple(button(_title(answer, s), s.intent, s.facets) for s in answer.suggestions)
    return Reply(answer.text, told(answer), buttons)


def detail_of(answer: Answer) -> Reply:
    """An entry's further detail."""
    return replace(from_entry(answer), text=answer.detail or answer.text, custom=told(answer, answer.detail_facts))
