"""Remembers which rules fit which last states, and does not look for rules on wording where there are none.

Rasa holds every rule against the conversation three times a message, once of them with the message's text in place of its
intent. The answer depends on no more states than the longest rule has, and the same few come again and again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_MOST = 4096


def _rules(policy: RulePolicy) -> list[list[dict[str, Any]]]:
    return [json.loads(rule) for rules in policy.lookup.values() if isinstance(rules, dict) for rule in rules]


def longest_rule(policy: RulePolicy) -> int:
    """How many states the longest of a policy's rules has; 0 where it has none."""
    return max(map(len, _rules(policy)), default=0)


def asks_for_intents(policy: RulePolicy) -> bool:
    """Whether every rule names the intent of each user message in it, so that none can fit a message by its text."""
    states = [state for rule in _rules(policy) for state in rule]
    after_listen = [state for state in states if (state.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME) == ACTION_LISTEN_NAME]
    return bool(after_listen) and all((state.get(USER) or {}).get(INTENT) for state in after_listen)


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

    if not asks_for_intents(policy):
        return
    decide = policy._find_action_from_rules

    def decided(tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input and not tracker.active_loop_name:
            return None, None, False
        found: tuple[str | None, str | None, bool] = decide(tracker, domain, use_text_for_last_user_input)
        return found

    policy._find_action_from_rules = decided
