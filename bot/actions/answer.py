"""Answers questions about topics: each with the most specific published entry for what was asked."""

from __future__ import annotations

from bot.actions.answering import Answering
from bot.actions.base import Outcome, StoreAction, Turn
from bot.actions.offer_readings import offer
from bot.actions.reply import Reply, from_entry

MAX_REPLIES = 3


class ActionAnswer(StoreAction):
    """Tells the entries that answer the message's questions, in order."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_answer"

    def respond(self, turn: Turn) -> Outcome:
        """One reply an entry; where nothing is known, the likeliest readings are offered."""
        answering = Answering(self.store)
        context = turn.context
        replies: list[Reply] = []
        told: list[str] = []
        for question in turn.questions:
            answers, context = answering.find(question, context)
            for answer in answers:
                if answer.entry not in told and len(told) < MAX_REPLIES:
                    told.append(answer.entry)
                    replies.append(from_entry(answer))
        if not replies:
            return offer(self.store, turn)
        return Outcome(tuple(replies), context.understood())
