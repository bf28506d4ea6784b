"""Graph component: the safety gate. What it decides no classifier changes."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.components.messages import ALARM, ALARMING_READING, SECOND_READING, words_of
from bot.components.safety_rules import alarm
from bot.components.text import Words, read


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class SafetyGate(GraphComponent):
    """Sets the intent `crisis` or `emergency`, by rules, on the text as typed, as spelled, and in its other readings."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SafetyGate:
        """The gate; it has no settings."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Mark messages that call for 988 or 911."""
        for message in messages:
            words = words_of(message)
            typed = as_typed(words)
            found = alarm(words.text) or (alarm(typed) if typed != words.text else None)
            second, alarming = message.get(SECOND_READING), message.get(ALARMING_READING)
            if not found and second is not None:
                found = alarm(words_of(second).text)
            if not found and alarming is not None:
                found = alarm(alarming.text)
            if found:
                message.set(ALARM, found)
                message.set(INTENT, {"name": found, "confidence": 1.0}, add_to_output=True)
                message.set("intent_ranking", [{"name": found, "confidence": 1.0}], add_to_output=True)
        return messages


def as_typed(words: Words) -> str:
    """The text before spelling, but for apostrophes left out: "dont want to die" is no other wording than "don't want to die"."""
    whole = {word.text.replace("'", ""): word.text for word in words.words if "'" in word.text}
    return " ".join(whole.get(piece, piece) for piece in read(words.typed).text.split(" "))
