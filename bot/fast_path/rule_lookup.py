"""Remembers which rules fit which last states.

Rasa holds every rule against the conversation twice a message. The answer depends on no more states than the longest rule
has, and the same few come again and again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy

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
    known: dict[tuple[int, str], frozenset[str]] = {}

    def remembered(lookup: Mapping[str, str], states: Sequence[Any]) -> set[str]:
        last = list(states[-depth:]) if depth else []
        key = (id(lookup), repr(last))
        found = known.get(key)
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            found = known[key] = frozenset(find(lookup, last))
        return set(found)

    policy._get_possible_keys = remembered
