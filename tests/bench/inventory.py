"""What there is to exercise, from the store; and what a turn exercises of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bot.actions.reply import from_entry, payload
from knowledge import KnowledgeStore
from knowledge.vocabulary import load_vocabulary
from pytest_rasa import Turn
from pytest_rasa.coverage import Inventory
from tests.bench.expectation import customs, facts

_BREAKS = "told only when something breaks: tests/integration/test_never_silent.py"
_NO_RULE = "Rasa's own fallback, when no rule applies: every intent has one"
_NUMBERED = re.compile(r"^(\d+) ")
_RULES = 10
DISCLOSURE = "disclosure"
VOCABULARY = Path("knowledge/content")


def buttons_of(store: KnowledgeStore) -> dict[str, set[str]]:
    """Every button that an entry offers, and the question of every topic: payload -> the titles that it may have."""
    found = {payload(topic.intent, {}): {topic.question} for topic in store.topics()}
    for answer in store.entries():
        for button in from_entry(answer).buttons:
            found.setdefault(button["payload"], set()).add(button["title"])
    return found


class OwnInventory:
    """Entries, facts, facets, gaps, safety lines, buttons, and the rules of conversation.

    Args:
        store: with the content as it stands.
    """

    def __init__(self, store: KnowledgeStore) -> None:
        self._answers = {answer.entry: answer for answer in store.entries()}
        self._facts = store.facts()
        facets = load_vocabulary(VOCABULARY).facets
        self._facets = [f"{facet}: {value}" for facet, values in facets.items() for value in values]
        self._buttons = {button["payload"] for answer in self._answers.values() for button in from_entry(answer).buttons}
        disclosure = self._answers.get(DISCLOSURE)
        self._disclosure = disclosure.text if disclosure is not None else None

    def _of_kind(self, kind: str) -> list[str]:
        return [entry for entry, answer in self._answers.items() if answer.kind == kind]

    def all(self) -> Inventory:
        """All there is."""
        entries: dict[str, str | None] = dict.fromkeys(sorted(self._answers))
        entries["error"] = _BREAKS
        rules: dict[str, str | None] = {f"rule {number}": None for number in range(1, _RULES + 1)}
        rules[f"rule {_RULES}"] = _BREAKS
        return {
            "actions": {"action_default_fallback": _NO_RULE},
            "entries": entries,
            "facts": dict.fromkeys(sorted(self._facts)),
            "gaps": dict.fromkeys(sorted(self._of_kind("gap"))),
            "safety lines": dict.fromkeys(sorted(self._of_kind("safety"))),
            "facets": dict.fromkeys(self._facets),
            "buttons": dict.fromkeys(sorted(self._buttons)),
            "conversation rules": rules,
        }

    def exercised(self, case: str, turns: Sequence[Turn]) -> Mapping[str, Iterable[str]]:
        """What the last turn exercised. A button is exercised when it is pressed, not when it is offered."""
        turn = turns[-1]
        entries = {str(custom["entry"]) for custom in customs(turn) if custom.get("entry")}
        if self._disclosure is not None and any((one.text or "").startswith(self._disclosure) for one in turn.utterances):
            entries.add(DISCLOSURE)
        kinds = {entry: self._answers[entry].kind for entry in entries if entry in self._answers}
        values = [(name, one) for name, value in turn.entities for one in (value if isinstance(value, list) else [value])]
        numbered = _NUMBERED.match(case)
        return {
            "entries": entries,
            "facts": facts(turn),
            "gaps": {entry for entry, kind in kinds.items() if kind == "gap"},
            "safety lines": {entry for entry, kind in kinds.items() if kind == "safety"},
            "facets": {f"{name}: {value}" for name, value in values},
            "buttons": {turn.user} if turn.user.startswith("/") else (),
            "conversation rules": {f"rule {numbered.group(1)}"} if numbered else (),
        }
