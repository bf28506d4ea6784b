"""Asks the real assistant, and keeps what it understood, what it told, and how long understanding took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.assistant import Assistant

ANSWERED = frozenset({"answer", "gap", "consent"})  # kinds of reply that take a message for one of ours
_TOPIC = "ask_"


@dataclass(frozen=True)
class Told:
    """One reply: its kind, its entry, and the facts it tells."""

    kind: str
    entry: str
    facts: tuple[str, ...]


Replies = tuple[Told, ...]


@dataclass(frozen=True)
class Asked:
    """What came of one message: the settled intent and confidence, the replies, and the milliseconds understanding took.

    `score` says how surely the message was taken for one of ours: the confidence of what was answered, 0 where nothing was.
    """

    text: str
    intent: str
    confidence: float
    score: float
    replies: Replies
    milliseconds: float


def facts(replies: Replies) -> set[str]:
    """All facts told."""
    return {fact for reply in replies for fact in reply.facts}


def described(replies: Replies) -> str:
    """The replies in a few words: kind and entry of each."""
    return " + ".join(f"{reply.kind} {reply.entry}" for reply in replies)


def score(parsed: Mapping[str, Any], replies: Replies) -> float:
    """The confidence of the surest question that was answered (an `ask_` intent before any other); 0 where all was refused."""
    if not any(reply.kind in ANSWERED for reply in replies):
        return 0.0
    settled = parsed.get("questions") or [{"intent": parsed["intent"]["name"], "confidence": parsed["intent"]["confidence"]}]
    topics = [float(question["confidence"]) for question in settled if str(question["intent"]).startswith(_TOPIC)]
    return max(topics or [float(question["confidence"]) for question in settled])


class Asker:
    """Asks an assistant, each message in a conversation of its own unless told otherwise.

    Args:
        assistant: the assistant.
        loop: the event loop it was loaded on.
    """

    def __init__(self, assistant: Assistant, loop: asyncio.AbstractEventLoop) -> None:
        self._assistant = assistant
        self._loop = loop
        self._senders = 0
        self._asked: dict[str, Asked] = {}
        self._loop.run_until_complete(assistant.parse("hello"))  # the first parse loads what is loaded late

    def ask(self, text: str) -> Asked:
        """Understanding and replies for a first message; asked once, however often it is wanted."""
        if text not in self._asked:
            start = time.perf_counter()
            parsed = self._loop.run_until_complete(self._assistant.parse(text))
            milliseconds = (time.perf_counter() - start) * 1000
            replies = self.replies(text)
            intent = parsed["intent"]
            self._asked[text] = Asked(text, str(intent["name"]), float(intent["confidence"]), score(parsed, replies), replies, milliseconds)
        return self._asked[text]

    def replies(self, text: str) -> Replies:
        """The replies to a first message."""
        return self.dialogue([text])[0]

    def dialogue(self, texts: Sequence[str]) -> list[Replies]:
        """The replies to each message of one conversation."""
        self._senders += 1
        sender = f"evaluation {self._senders}"
        return [self._send(sender, text) for text in texts]

    def latencies(self) -> list[float]:
        """The milliseconds that understanding took, message by message."""
        return [asked.milliseconds for asked in self._asked.values()]

    def _send(self, sender: str, text: str) -> Replies:
        messages = self._loop.run_until_complete(self._assistant.send(sender, text))
        customs = [message["custom"] for message in messages if "custom" in message]
        return tuple(Told(str(custom["kind"]), str(custom["entry"]), tuple(custom["facts"])) for custom in customs)
