"""Not sure: offers the likeliest readings as buttons; after a second miss in a row, the line."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.answering import Answering
from bot.actions.base import Outcome, StoreAction, Turn
from bot.actions.reply import button, from_entry, told
from knowledge import KnowledgeStore

READINGS = 3
LIKELY = 0.03


def offer(store: KnowledgeStore, turn: Turn) -> Outcome:
    """Two or three readings with human titles, or the fallback line where it missed before.

    Raises:
        LookupError: if the store lacks the entry for it.
    """
    readings = [name for name, chance in turn.questions[0].readings if chance >= LIKELY][:READINGS]
    titles = store.questions(readings)
    missed = turn.context.misses >= 1
    which = "fallback" if missed or not titles else "nlu_fallback"
    found = store.find_answers(which, {})
    if not found:
        raise LookupError(f"no published entry for '{which}'; load the content with `make content`")
    reply = from_entry(found[0])
    if which == "nlu_fallback":
        buttons = tuple(button(titles[name], name) for name in readings if name in titles)
        reply = replace(reply, buttons=buttons, custom=told(found[0], ()))
    return Outcome((reply,), replace(turn.context, misses=turn.context.misses + 1))


class ActionOfferReadings(StoreAction):
    """Answers a message whose meaning is unsure."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_offer_readings"

    def respond(self, turn: Turn) -> Outcome:
        """A facet alone after a topic is a follow-up; anything else is offered readings."""
        question = turn.questions[0]
        if question.elliptic:
            answers, context = Answering(self.store).find(question, turn.context)
            if answers:
                return Outcome(tuple(from_entry(answer) for answer in answers), context.understood())
        return offer(self.store, turn)


class ActionDefaultFallback(ActionOfferReadings):
    """Rasa's own fallback, when no rule applies: the same offer instead of silence."""

    def name(self) -> str:
        """Name in domain.yml; takes the place of Rasa's."""
        return "action_default_fallback"
