"""What all actions share: questions in, replies out, and a reply whatever breaks."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import last_resort
from bot.actions.conversation import Context, Question, questions
from bot.actions.reply import Reply, from_entry
from bot.composition import get_store
from database import answering
from knowledge import KnowledgeStore

logger = logging.getLogger(__name__)
_UNINTRODUCED = frozenset({"greeting", "safety", "error"})


@dataclass(frozen=True)
class Turn:
    """What an action answers to; `about` is an entry that a channel names beside the message (never the person's words)."""

    questions: tuple[Question, ...]
    context: Context
    intent: str
    about: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What an action says, and what is spoken of from now on."""

    replies: tuple[Reply, ...]
    context: Context
    events: tuple[EventType, ...] = field(default=())


class StoreAction(Action, ABC):
    """An action that answers from the store.

    Args:
        store: the store to read; the process's own where not given (rasa-sdk makes actions without arguments).
    """

    def __init__(self, store: KnowledgeStore | None = None) -> None:
        self._given = store

    @property
    def store(self) -> KnowledgeStore:
        """The store, made on first use in one place."""
        return self._given if self._given is not None else get_store()

    @abstractmethod
    def respond(self, turn: Turn) -> Outcome:
        """Say what is to be said. May block on the store; may raise: the person gets a reply all the same."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[EventType]:
        """rasa-sdk's entry point: utters the outcome's replies and keeps its context."""
        message = tracker.latest_message or {}
        context = Context.from_slots(tracker.slots)
        intent = str((message.get("intent") or {}).get("name") or "")
        about = (message.get("metadata") or {}).get("about")
        try:
            with answering():  # in an action server nobody has said so yet
                outcome = await asyncio.to_thread(self._introduced, Turn(questions(message), context, intent, about))
        except Exception:
            logger.exception("%s failed; the person is given the line", self.name())
            text, custom = last_resort.line(intent)
            dispatcher.utter_message(text=text, json_message=custom)
            return []
        for reply in outcome.replies:
            dispatcher.utter_message(
                text=reply.text, json_message=dict(reply.custom), buttons=[dict(button) for button in reply.buttons] or None
            )
        return [*(SlotSet(name, value) for name, value in outcome.context.slots().items()), *outcome.events]

    def _introduced(self, turn: Turn) -> Outcome:
        """The outcome, with the disclosure before the first reply of a conversation."""
        outcome = self.respond(turn)
        if turn.context.introduced or not outcome.replies:
            return outcome
        first = outcome.replies[0]
        if first.custom["kind"] in _UNINTRODUCED:
            done = first.custom["kind"] == "greeting"
            return replace(outcome, context=replace(outcome.context, introduced=done))
        disclosure = self.store.entry("disclosure")
        if disclosure is not None:
            first = first.preceded_by(disclosure.text)
        context = replace(outcome.context, introduced=True)
        return replace(outcome, replies=(first, *outcome.replies[1:]), context=context)

    def say(self, intent: str, facets: Mapping[str, list[str]] | None = None) -> tuple[Reply, ...]:
        """The entry of a policy topic as replies.

        Raises:
            LookupError: if the store has no entry for it.
        """
        answers = self.store.find_answers(intent, facets or {})
        if not answers:
            raise LookupError(f"no published entry for intent '{intent}'; load the content with `make content`")
        return (from_entry(answers[0]),)
