"""Graph component: sentence vectors as Rasa's dense sentence features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.ahead import may_read_ahead
from bot.components.disease import in_known_words
from bot.components.graph import source_hash
from bot.components.messages import ALARM, BEGUN, CLAUSES, inside, whole_first, words_of
from bot.components.minilm import WEIGHTS_SHA256, Begun, SentenceEncoder, shared_encoder
from bot.components.text import Words


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class SentenceFeatures(GraphComponent):
    """384 numbers a message from MiniLM (see `minilm`), the disease named in words that the encoder knows."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`quantized`: int8 weights (half the time, same answers) or the 32-bit ones."""
        return {"quantized": True}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The weights and the way they are used."""
        return WEIGHTS_SHA256 + source_hash("minilm", "disease")

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SentenceFeatures:
        """The featurizer over the process's one encoder."""
        return cls(shared_encoder(bool(config["quantized"])))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurize the examples."""
        self._featurize(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Featurize messages and, when asked for, the questions inside them; one at the safety gate needs no vector."""
        if may_read_ahead():
            for message in messages:
                self._begin(message)
        return whole_first(messages, self._understand)

    def _begin(self, message: Message) -> None:
        parts = [] if message.get(ALARM) else list(inside(message))
        texts = dict.fromkeys(text for part in parts for text in _clauses(part))
        if texts:
            begun = self._encoder.begin(texts)
            for one in (message, *parts):
                one.set(BEGUN, begun)

    def _understand(self, messages: list[Message]) -> None:
        self._featurize([message for message in messages if not message.get(ALARM)])

    def _featurize(self, messages: list[Message]) -> None:
        wanted = [message for message in messages if isinstance(message.get(TEXT), str)]
        clauses = [_clauses(message) for message in wanted]
        texts = list(dict.fromkeys(text for texts in clauses for text in texts))
        begun: Begun | None = next((message.get(BEGUN) for message in wanted if CLAUSES in message.data), None)
        vectors = dict(zip(texts, begun.of(texts, self._encoder) if begun else self._encoder.encode(texts), strict=True))
        for message, texts in zip(wanted, clauses, strict=True):
            vector = vectors[texts[0]] if len(texts) == 1 else _together(texts, [vectors[text] for text in texts])
            message.add_features(Features(np.asarray([vector]), FEATURE_TYPE_SENTENCE, TEXT, type(self).__name__))


def _clauses(message: Message) -> list[str]:
    """The texts that a message's vector is made of."""
    return [_text(words) for words in message.get(CLAUSES) or [words_of(message)]]


def _text(words: Words) -> str:
    return in_known_words(words.text)


def _together(texts: Sequence[str], vectors: Sequence[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """The vector of clauses in a row from theirs: a sentence vector is a mean over words, so a weighted mean comes near it.

    A message cut in many ways is then read twice, as a whole and clause by clause, and not once for each way.
    """
    weights = np.array([len(text.split()) or 1 for text in texts], np.float32)
    mean = weights @ np.stack(vectors)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)
