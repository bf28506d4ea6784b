"""Graph component: intents by the calibrated model of `intent_model`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.disease import in_known_words
from bot.components.graph import source_hash
from bot.components.intent_model import MIN_EXAMPLES, IntentModel, Vectors
from bot.components.messages import ALARM, whole_first, words_of


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class CalibratedIntentClassifier(GraphComponent):
    """Ranks intents; the confidence of the first says how often such a decision is right."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: IntentModel | None = None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`width`, `wording_weight` and `ridge` of the kernel machine, `least_examples` of an intent: see `IntentModel.fit`."""
        return {"width": 1.0, "wording_weight": 0.3, "ridge": 0.2, "least_examples": MIN_EXAMPLES}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The model's code."""
        return source_hash("intent_model", "quantized_kernel")

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> CalibratedIntentClassifier:
        """A component yet to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CalibratedIntentClassifier:
        """The component as trained."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(Path(folder)))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples' sentence features.

        Raises:
            TooFewExamples: where an intent has fewer than `least_examples`.
        """
        examples = [example for example in training_data.intent_examples if has_vector(example)]
        vectors = np.stack([vector_of(example) for example in examples])
        intents = [str(example.get(INTENT)) for example in examples]
        settings = {name: float(self._config[name]) for name in ("width", "wording_weight", "ridge")}
        texts = [known_text(example) for example in examples]
        self._model = IntentModel.fit(vectors, texts, intents, least_examples=int(self._config["least_examples"]), **settings)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking, on messages and, when asked for, on the questions inside them; the safety gate's word stands.

        Raises:
            RuntimeError: if it was not trained.
        """
        return whole_first(messages, self._classify)

    def _classify(self, messages: list[Message]) -> None:
        if self._model is None:
            raise RuntimeError("CalibratedIntentClassifier was not trained: run `make train`")
        open_ = [message for message in messages if not message.get(ALARM) and has_vector(message)]
        if not open_:
            return
        vectors: Vectors = np.stack([vector_of(message) for message in open_])
        texts = [known_text(message) for message in open_]
        for message, prediction in zip(open_, self._model.predict(vectors, texts), strict=True):
            ranking = [{"name": name, "confidence": p} for name, p in prediction.ranking]
            best = {"name": ranking[0]["name"], "confidence": prediction.confidence}
            message.set(INTENT, {**best, "similarity": prediction.similarity}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)


def known_text(message: Message) -> str:
    """A message as the intent models read it."""
    return in_known_words(words_of(message).text)


def has_vector(message: Message) -> bool:
    """Whether a message has sentence features."""
    return message.get_dense_features(TEXT, [])[1] is not None


def vector_of(message: Message) -> Vectors:
    """The sentence features of a message, of shape (384,)."""
    return np.asarray(message.get_dense_features(TEXT, [])[1].features[0], np.float32)
