"""Gives rules the last states of a conversation without replaying it.

For every prediction Rasa makes the state before each action by playing all events into a new tracker. Rules look at no
more states than the longest of them has. The last state is the tracker's own, as it stands; the one before it is the one
that the last prediction was made from, if nothing but its action came after it. Without a loop and without rules on a
message's text the prediction follows from these states alone, and the same few come again and again.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import islice
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    DefinePrevUserUtteredFeaturization,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, TEXT

from bot.fast_path.rule_lookup import rules_of

_SEEN = "_predicted_from"
_MOST = 4096
#: Events that change what came before them.
_TURNS_BACK = (ActionReverted, UserUtteranceReverted, Restarted, SessionStarted, ActiveLoop)


def asks_for_intents(policy: RulePolicy) -> bool:
    """Whether every rule names the intent of each user message in it, so that none can fit a message by its text."""
    states = [state for rule in rules_of(policy) for state in rule]
    heard = [state for state in states if (state.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME) == ACTION_LISTEN_NAME]
    return bool(heard) and all((state.get(USER) or {}).get(INTENT) for state in heard)


def _reach(policy: RulePolicy) -> dict[str, int]:
    """How many states back the rules look that can fit after each action; under "" those that can fit after any."""
    reach: dict[str, int] = {"": 1}
    for rule in rules_of(policy):
        after = str((rule[-1].get(PREVIOUS_ACTION) or {}).get(ACTION_NAME) or "") if rule else ""
        reach[after] = max(reach.get(after, 1), len(rule))
    return reach


def use_last_states(policy: RulePolicy) -> None:
    """Have a loaded policy look at last states only; the rules that fit are the same."""
    replayed = policy._prediction_states
    reach = _reach(policy)
    depth = max(reach.values())

    def last_states(
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        needed = max(reach[""], reach.get(str(tracker.latest_action_name), 1))
        states = None if tracker.active_loop_name else _states(tracker, domain, needed)
        if states is None:
            found: list[State] = replayed(tracker, domain, use_text_for_last_user_input, rule_only_data=rule_only_data)
            return found
        policy.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    policy._prediction_states = last_states
    if not asks_for_intents(policy):
        return
    predict = policy._predict
    known: dict[str, tuple[PolicyPrediction, str | None]] = {}

    def predicted(tracker: DialogueStateTracker, domain: Domain) -> tuple[PolicyPrediction, str | None]:
        if tracker.active_loop_name:
            found: tuple[PolicyPrediction, str | None] = predict(tracker, domain)
            return found
        key = repr(policy._prediction_states(tracker, domain)[-depth:])
        if key not in known:
            if len(known) >= _MOST:
                known.clear()
            known[key] = predict(tracker, domain)
        prediction, source = known[key]
        return _copy(prediction), source

    policy._predict = predicted


def _copy(prediction: PolicyPrediction) -> PolicyPrediction:
    """The ensemble writes on the predictions that it is given."""
    copied = copy.copy(prediction)
    copied.probabilities = list(prediction.probabilities)
    copied.events = list(prediction.events)
    return copied


def _states(tracker: DialogueStateTracker, domain: Domain, needed: int) -> list[State] | None:
    """The last states of a conversation, `needed` of them; None where they cannot be had without replaying it."""
    before: tuple[int, State] | None = getattr(tracker, _SEEN, None)
    state = domain.get_active_state(tracker)
    setattr(tracker, _SEEN, (len(tracker.events), _by_intent(state)))
    if needed <= 1:
        return [state]
    if needed > 2 or before is None or not _one_step(list(islice(tracker.events, before[0], None))):
        return None
    return [before[1], state]


def _one_step(events: Sequence[Event]) -> bool:
    """Whether these events are one action, predicted from an intent, and what came of it."""
    if events and isinstance(events[0], DefinePrevUserUtteredFeaturization) and not events[0].use_text_for_featurization:
        events = events[1:]
    return (
        bool(events)
        and isinstance(events[0], ActionExecuted)
        and not any(isinstance(event, (ActionExecuted, *_TURNS_BACK)) for event in events[1:])
    )


def _by_intent(state: State) -> State:
    """A copy of a state in which a user message is told by its intent alone, as after the prediction."""
    copied = {name: dict(part) for name, part in state.items()}
    if copied.get(USER, {}).get(INTENT):
        copied[USER].pop(TEXT, None)
    return copied
