"""Follow-ups and corrections: the topic of before, with what is new in this message."""

from __future__ import annotations

from bot.actions.answering import Answering
from bot.actions.base import Outcome, StoreAction, Turn
from bot.actions.reply import from_entry


class ActionFollowUp(StoreAction):
    """Answers a message that only makes sense after another ("and if it has spread?")."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_follow_up"

    def respond(self, turn: Turn) -> Outcome:
        """The entries for topic and facets taken together; without an earlier topic, it asks what is meant."""
        answers, context = Answering(self.store).find(turn.questions[0], turn.context)
        if answers:
            return Outcome(tuple(from_entry(answer) for answer in answers), context.understood())
        return Outcome(self.say(turn.intent), turn.context.understood())


class ActionCorrect(ActionFollowUp):
    """Answers a correction that names only what is different ("no, I meant if it has spread")."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_correct"
