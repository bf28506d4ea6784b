"""A bot of a few lines, as a project's plugin tells the bench of it: what the bench itself does is tried on it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

import pytest

from pytest_rasa import Expectation, Heard, Problem, Turn

GREET = {"text": "Hello!", "data": {"buttons": [{"title": "Hours", "payload": "/hours"}, {"title": "Place", "payload": "/place"}]}}
SAYS: Mapping[str, tuple[str, list[dict[str, Any]]]] = {
    "hello there": ("greet", [{**GREET, "metadata": {"utter_action": "utter_greet"}}]),
    "/hours": ("hours", [{"text": "Nine to five.", "metadata": {"utter_action": "utter_hours"}}]),
    "say it twice": ("twice", [{"text": "Same."}, {"text": "Same."}]),
    "two things": (
        "two",
        [
            {"text": "First.", "data": {"buttons": [{"title": "A", "payload": "/a"}]}, "metadata": {"utter_action": "utter_first"}},
            {"text": "Second.", "metadata": {"utter_action": "utter_second"}},
        ],
    ),
}


class Sent(Expectation):
    """`said`: a word that must be in some message."""

    said: Optional[str] = None

    def check(self, turn: Turn) -> list[Problem]:
        texts = [one.text or "" for one in turn.utterances]
        return [] if self.said is None or any(self.said in text for text in texts) else [Problem("said", self.said, " / ".join(texts))]


class FakeConversation:
    def __init__(self, slots: Mapping[str, Any], tells: bool) -> None:
        self.slots, self.tells = dict(slots), tells

    def send(self, text: str, metadata: Mapping[str, Any] | None = None) -> Heard:
        plain = text if text.startswith("/") else re.sub(r"[^a-z ]", "", text.lower()).strip()
        intent, said = SAYS.get(plain, ("nlu_fallback", [{"text": f"I do not know about {self.slots.get('name', 'that')}."}]))
        events: list[dict[str, Any]] = [
            {"event": "user", "parse_data": {"intent": {"name": intent, "confidence": 0.9}, "entities": []}},
            {"event": "action", "name": f"action_{intent}"},
        ]
        if intent == "hours":
            events.append({"event": "slot", "name": "topic", "value": "hours"})
            self.slots["topic"] = "hours"
        events += [{"event": "bot", **one} for one in said]
        messages = [{"text": one["text"], "buttons": one.get("data", {}).get("buttons", [])} for one in said]
        if intent == "two":
            events.append({"event": "action", "name": "action_last"})
        return Heard(messages, events, dict(self.slots)) if self.tells else Heard(messages)


class Fake:
    name = "fake"

    def __init__(self, tells: bool = True) -> None:
        self.tells = tells

    def begin(self, slots: Mapping[str, Any]) -> FakeConversation:
        return FakeConversation(slots, self.tells)

    def close(self) -> None:
        pass


def pytest_rasa_driver(channel: str | None) -> Fake | None:
    return Fake(tells=channel != "silent") if channel in (None, "silent") else None


def pytest_rasa_expectation() -> type[Sent]:
    return Sent


def pytest_rasa_inventory() -> Mapping[str, Mapping[str, str | None]]:
    return {"intents": {"greet": None, "hours": None, "never": "nobody asks"}}


def pytest_rasa_exercised(turns: Sequence[Turn]) -> Mapping[str, set[str]]:
    return {}


def pytest_rasa_transcript(config: pytest.Config, source: str) -> list[str] | None:
    return ["hello there", "Hours"] if source == "kept:1" else None
