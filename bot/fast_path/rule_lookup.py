"""Remembers which rules fit which last states.

Rasa holds every rule against the conversation twice a message. The answer depends on no more states than the longest rule
has, and on nothing in them that no rule names (what was typed, which entities); what is left comes again and again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION

_MOST = 4096


def rules_of(policy: RulePolicy) -> list[list[dict[str, Any]]]:
    """A policy's rules, each as the states it asks for."""
    return [json.loads(rule) for rules in policy.lookup.values() if isinstance(rules, dict) for rule in rules]


def longest_rule(policy: RulePolicy) -> int:
    """How many states the longest of a policy's rules has; 0 where it has none."""
    return max(map(len, rules_of(policy)), default=0)


def remember(policy: RulePolicy) -> None:
    """Have a loaded policy remember what it found; the rules it finds are the same."""
    find = policy._get_possible_keys
    depth = longest_rule(policy)
    named = _named(policy)
    known: dict[tuple[int, str], frozenset[str]] = {}

    def remembered(lookup: Mapping[str, str], states: Sequence[Any]) -> set[str]:
        last = list(states[-depth:]) if depth else []
        key = (id(lookup), repr([_looked_at(state, named) for state in last]))
        found = known.get(key)
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            found = known[key] = frozenset(find(lookup, last))
        return set(found)

    policy._get_possible_keys = remembered


def _named(policy: RulePolicy) -> frozenset[tuple[str, str]]:
    """What the rules ask of a state: part and name."""
    return frozenset((part, name) for rule in rules_of(policy) for state in rule for part, wanted in state.items() for name in wanted)


def _looked_at(state: Mapping[str, Mapping[str, Any]], named: Collection[tuple[str, str]]) -> list[tuple[str, str, Any]]:
    """What of a state a rule can look at; of the previous action also whether there is one."""
    found = [(part, name, value) for part, values in state.items() for name, value in values.items() if (part, name) in named]
    return sorted([*found, (PREVIOUS_ACTION, "", bool(state.get(PREVIOUS_ACTION)))], key=lambda item: item[:2])
