"""Greetings, thanks, who it is and what it can do."""

from __future__ import annotations

from bot.actions.base import Outcome, StoreAction, Turn


class ActionSmallTalk(StoreAction):
    """Answers small talk with its entry."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_small_talk"

    def respond(self, turn: Turn) -> Outcome:
        """The entry of the intent."""
        return Outcome(self.say(turn.intent), turn.context.understood())
