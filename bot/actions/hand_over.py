"""Where a person is needed: one person's case, distress, a wish for a human."""

from __future__ import annotations

from bot.actions.answering import Answering
from bot.actions.base import Outcome, StoreAction, Turn
from bot.actions.reply import from_entry


class ActionHandOver(StoreAction):
    """Says what it cannot judge, or shows that it heard, and gives the line."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_hand_over"

    def respond(self, turn: Turn) -> Outcome:
        """The policy entry; a question asked in the same breath is answered after it."""
        replies = list(self.say(turn.intent))
        context = turn.context
        for question in turn.questions[1:]:
            answers, context = Answering(self.store).find(question, context)
            replies += [from_entry(answer) for answer in answers[:1]]
        return Outcome(tuple(replies), context.understood())
