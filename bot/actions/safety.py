"""Crisis and emergency: the policy line, and nothing else in that turn."""

from __future__ import annotations

from bot.actions.base import Outcome, StoreAction, Turn


class ActionSafety(StoreAction):
    """Leads with 988 or 911."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_safety"

    def respond(self, turn: Turn) -> Outcome:
        """The line for `crisis` or `emergency`; what was spoken of before stays."""
        return Outcome(self.say(turn.intent), turn.context.understood())
