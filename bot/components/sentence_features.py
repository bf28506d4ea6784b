"""Graph component: sentence vectors as Rasa's dense sentence features."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.disease import in_known_words
from bot.components.graph import source_hash
from bot.components.messages import ALARM, with_parts, words_of
from bot.components.minilm import WEIGHTS_SHA256, SentenceEncoder, shared_encoder


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
        """Featurize messages and the questions inside them; a message at the safety gate needs no vector."""
        self._featurize([message for message in with_parts(messages) if not message.get(ALARM)])
        return messages

    def _featurize(self, messages: list[Message]) -> None:
        wanted = [message for message in messages if isinstance(message.get(TEXT), str)]
        vectors = self._encoder.encode([in_known_words(words_of(message).text) for message in wanted])
        for message, vector in zip(wanted, vectors, strict=True):
            message.add_features(Features(np.asarray([vector]), FEATURE_TYPE_SENTENCE, TEXT, type(self).__name__))
