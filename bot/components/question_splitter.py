"""Graph component: proposes the questions inside a message; the scope guard keeps those that stand alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.components.messages import ALARM, PARTS, part_of, words_of
from bot.components.question_shape import correction_end, two_ways
from bot.components.text import Words

MAX_WORDS = 60
MAX_CUTS = 4


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class QuestionSplitter(GraphComponent):
    """Cuts a message at marks and joining words into halves, and a correction ("no, I meant …") down to what is meant.

    Writes `parts`: messages of their own that the components after it treat like any other.
    """

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> QuestionSplitter:
        """The splitter; it has no settings."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Propose parts: first the corrected question, if any, then left and right half of each cut."""
        for message in messages:
            words = words_of(message)
            if message.get(ALARM) or len(words.words) > MAX_WORDS:
                continue
            parts = []
            skip = correction_end(words)
            if skip:
                message.set("correction", True)
                if skip < len(words.words):
                    parts.append(part_of(words.part(skip, len(words.words))))
            else:
                cuts = two_ways(words)[:MAX_CUTS]
                clauses = _clauses(words, cuts)
                for number, (left, right) in enumerate(cuts, start=1):
                    parts += [part_of(words.part(*left), clauses[:number]), part_of(words.part(*right), clauses[number:])]
            message.set(PARTS, parts)
        return messages


def _clauses(words: Words, cuts: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> list[Words]:
    """What lies between the cuts, which stand in order: one clause more than there are cuts."""
    starts = [cuts[0][0][0], *(right[0] for _, right in cuts)] if cuts else []
    ends = [*(left[1] for left, _ in cuts), cuts[-1][1][1]] if cuts else []
    return [words.part(start, end) for start, end in zip(starts, ends, strict=True)]
