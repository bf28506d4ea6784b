"""Other diseases, hospital matters, off-topic, other languages, gibberish: never a fact about leiomyosarcoma."""

from __future__ import annotations

from bot.actions.base import Outcome, StoreAction, Turn


class ActionOutOfScope(StoreAction):
    """Says what it can do, in the person's language where it can, and gives the line."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_out_of_scope"

    def respond(self, turn: Turn) -> Outcome:
        """The policy entry for the kind of message."""
        language = [code for question in turn.questions for code in question.facets.get("language", ())]
        return Outcome(self.say(turn.intent, {"language": language} if language else None), turn.context.understood())
