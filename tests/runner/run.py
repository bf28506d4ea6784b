"""Runs a conversation against the real assistant and holds each turn against what the case expects."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.assistant import Assistant
from tests.runner.format import Assertion, Button, Case, Expectation, SlotIs, Step, TestFile, Uttered


class ConversationFailed(AssertionError):
    """A turn was not as expected; the message holds the dialogue so far."""


@dataclass
class Turn:
    """What came of one user message."""

    user: str
    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]
    slots: dict[str, Any]
    unread: int = 0  # how many bot texts `bot:` steps have read

    @property
    def customs(self) -> list[dict[str, Any]]:
        """The `custom` objects of the turn."""
        return [message["custom"] for message in self.messages if "custom" in message]

    @property
    def texts(self) -> list[dict[str, Any]]:
        """The messages that have a text."""
        return [message for message in self.messages if "text" in message]

    @property
    def facts(self) -> list[str]:
        """All facts told."""
        return [fact for custom in self.customs for fact in custom["facts"]]


@dataclass
class Dialogue:
    """A conversation under way."""

    turns: list[Turn] = field(default_factory=list)

    def transcript(self) -> str:
        """The dialogue as lines."""
        lines = []
        for turn in self.turns:
            lines.append(f"  user: {turn.user}")
            understood = next((e.get("parse_data", {}) for e in turn.events if e["event"] == "user"), {})
            ranking = ", ".join(f"{i['name']} {i['confidence']:.2f}" for i in (understood.get("intent_ranking") or [])[:3])
            lines.append(f"        ({ranking or understood.get('intent')})")
            for message in turn.messages:
                if "text" in message:
                    lines.append(f"   bot: {message['text']}")
                if "custom" in message:
                    lines.append(f"        {json.dumps({k: v for k, v in message['custom'].items() if k != 'source'})}")
        return "\n".join(lines)


class Runner:
    """Plays cases against an assistant.

    Args:
        assistant: the assistant; its conversations are kept apart by sender ids made here.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    async def play(self, file: TestFile, case: Case) -> Dialogue:
        """Play one case.

        Raises:
            ConversationFailed: at the first turn that is not as expected.
        """
        sender = f"test-{uuid.uuid4().hex}"
        dialogue = Dialogue()
        seen = 0
        await self._set_slots(sender, file.slots(case))
        for step in case.steps:
            if step.user is not None:
                messages = await self._assistant.send(sender, step.user)
                events = list(await self._assistant.events(sender))
                turn = Turn(step.user, messages, events[seen:], await self._assistant.slots(sender))
                seen = len(events)
                dialogue.turns.append(turn)
                problems = self._check(turn, step, file.expectation(step))
            else:
                problems = self._check_later(dialogue.turns[-1], step) if dialogue.turns else []
            if problems:
                told = "\n".join(f"  - {problem}" for problem in problems)
                raise ConversationFailed(f"{case.test_case}\n{told}\n{dialogue.transcript()}")
        return dialogue

    async def _set_slots(self, sender: str, slots: dict[str, Any]) -> None:
        if not slots:
            return
        from rasa.shared.core.events import SlotSet

        store = self._assistant.agent.tracker_store
        tracker = await store.get_or_create_tracker(sender)
        for name, value in slots.items():
            tracker.update(SlotSet(name, value))
        await store.save(tracker)

    def _check(self, turn: Turn, step: Step, expected: Expectation | None) -> list[str]:
        problems = []
        if len(turn.customs) < 1:
            problems.append("the turn has no `custom` object")
        for assertion in step.assertions or ():
            problems += _assertion(turn, assertion)
        if expected is not None:
            problems += _expectation(turn, expected)
        return problems

    @staticmethod
    def _check_later(turn: Turn, step: Step) -> list[str]:
        if step.bot is not None:
            texts = [message["text"] for message in turn.texts]
            if turn.unread >= len(texts):
                return [f"expected the bot to say {step.bot!r}; it said no more"]
            turn.unread += 1
            said = texts[turn.unread - 1]
            return [] if said == step.bot else [f"expected the bot to say {step.bot!r}; it said {said!r}"]
        if step.utter is not None:
            names = _utter_names(turn)
            return [] if step.utter in names else [f"expected {step.utter}; uttered were {names or 'none'}"]
        wanted = step.slot_was_set or step.slot_was_not_set or ()
        problems = []
        for item in wanted:
            for name, value in [(item, ...)] if isinstance(item, str) else item.items():
                problems += _slot(turn, name, value, step.slot_was_set is not None)
        return problems


def _utter_names(turn: Turn) -> list[str]:
    names = []
    for event in turn.events:
        if event["event"] == "bot":
            name = (event.get("metadata") or {}).get("utter_action")
            custom = (event.get("data") or {}).get("custom") or {}
            names += [n for n in (name, custom.get("entry")) if n]
    return names


def _slot(turn: Turn, name: str, value: Any, set_: bool) -> list[str]:
    actual = turn.slots.get(name)
    has = actual is not None if value is ... else actual == value
    if has == set_:
        return []
    wish = "set" if value is ... else f"{value!r}"
    return [f"slot '{name}' is {actual!r}; expected it {'to be' if set_ else 'not to be'} {wish}"]


def _fits_buttons(wanted: Sequence[Button], actual: Sequence[dict[str, Any]]) -> bool:
    if len(wanted) != len(actual):
        return False
    return all(
        (w.title is None or w.title == a.get("title")) and (w.payload is None or w.payload == a.get("payload"))
        for w, a in zip(wanted, actual, strict=True)
    )


def _fits(turn: Turn, wanted: Uttered, message: dict[str, Any], names: list[str]) -> bool:
    if wanted.text_matches is not None and not re.search(wanted.text_matches, message.get("text", "")):
        return False
    if wanted.buttons is not None and not _fits_buttons(wanted.buttons, message.get("buttons") or []):
        return False
    return wanted.utter_name is None or wanted.utter_name in names


def _assertion(turn: Turn, assertion: Assertion) -> list[str]:
    names = _utter_names(turn)
    if assertion.action_executed is not None:
        ran = [event["name"] for event in turn.events if event["event"] == "action"]
        return [] if assertion.action_executed in ran else [f"expected action {assertion.action_executed}; ran {ran}"]
    if assertion.bot_uttered is not None:
        if any(_fits(turn, assertion.bot_uttered, message, names) for message in turn.texts):
            return []
        return [f"no one message fits {assertion.bot_uttered.dict(exclude_none=True)}"]
    if assertion.bot_did_not_utter is not None:
        if any(_fits(turn, assertion.bot_did_not_utter, message, names) for message in turn.texts):
            return [f"a message fits {assertion.bot_did_not_utter.dict(exclude_none=True)}"]
        return []
    problems = []
    for item in assertion.slot_was_set or assertion.slot_was_not_set or ():
        value = item.value if isinstance(item, SlotIs) else ...
        problems += _slot(turn, item.name, value, assertion.slot_was_set is not None)
    return problems


def _expectation(turn: Turn, expected: Expectation) -> list[str]:
    problems = []
    first = turn.customs[0] if turn.customs else {}
    facts = set(turn.facts)
    if expected.facts is not None and not set(expected.facts) <= facts:
        problems.append(f"facts {sorted(set(expected.facts) - facts)} were not told (told: {sorted(facts)})")
    if expected.facts_any is not None and not facts & set(expected.facts_any):
        problems.append(f"none of {list(expected.facts_any)} was told (told: {sorted(facts)})")
    if expected.no_facts and facts:
        problems.append(f"no fact was to be told; told: {sorted(facts)}")
    for key in ("kind", "entry"):
        wanted = getattr(expected, key)
        if wanted is not None and first.get(key) != wanted:
            problems.append(f"{key} is {first.get(key)!r}; expected {wanted!r}")
    if expected.kinds is not None and [c["kind"] for c in turn.customs] != list(expected.kinds):
        problems.append(f"kinds are {[c['kind'] for c in turn.customs]}; expected {list(expected.kinds)}")
    if expected.entries is not None and [c["entry"] for c in turn.customs] != list(expected.entries):
        problems.append(f"entries are {[c['entry'] for c in turn.customs]}; expected {list(expected.entries)}")
    wanted_replies = expected.replies if expected.replies is not None else None
    if wanted_replies is None and expected.kinds is None and expected.entries is None and len(turn.customs) > 3:
        problems.append(f"{len(turn.customs)} replies in one turn")
    if wanted_replies is not None and len(turn.customs) != wanted_replies:
        problems.append(f"{len(turn.customs)} replies; expected {wanted_replies}")
    return problems
