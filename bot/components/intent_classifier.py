"""Graph component: intents, and how likely danger is, by the calibrated model of `intent_model`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.alarm_examples import ALARMS, alarm_lesson, read_sentences
from bot.components.disease import in_known_words
from bot.components.graph import files_hash, source_hash
from bot.components.intent_model import MIN_EXAMPLES, IntentModel, Lesson, Vectors
from bot.components.messages import ALARM, ALARM_CHANCES, ALARM_HINT, whole_first, words_of
from bot.components.minilm import shared_encoder
from bot.components.text import read


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class CalibratedIntentClassifier(GraphComponent):
    """Ranks intents; the confidence of the first says how often such a decision is right.

    With a file of `alarms` it also writes `alarm_chances` (see `alarm_examples`); the scope guard decides on them.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: IntentModel | None = None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`width`, `wording_weight` and `ridge` of the kernel machine: see `IntentModel.fit`. `least_examples` of an intent.
        `alarms`: the file of sentences about danger (see `read_sentences`), or null for no such lesson; `alarm_others` and
        `alarm_seed`: see `alarm_lesson`; `alarm_near`: a message less similar than this to every sentence of that lesson has
        no chances, for likeness that far off is no sign; whether its parts are worth a look is told by `ALARM_HINT` all the same."""
        return {
            "width": 1.0,
            "wording_weight": 0.3,
            "ridge": 0.2,
            "least_examples": MIN_EXAMPLES,
            "alarms": None,
            "alarm_others": 6000,
            "alarm_seed": 7,
            "alarm_near": 0.48,
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The model's code, and the sentences about danger."""
        own = config.get("alarms")
        return source_hash("intent_model", "quantized_kernel", "alarm_examples") + (files_hash(own) if own else "")

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
            SentencesError: if the file of alarms cannot be used.
        """
        examples = [example for example in training_data.intent_examples if has_vector(example)]
        intents = Lesson(
            np.stack([vector_of(example) for example in examples]),
            [known_text(example) for example in examples],
            [str(example.get(INTENT)) for example in examples],
            int(self._config["least_examples"]),
        )
        alarms = self._alarms(intents) if self._config["alarms"] else None
        settings = {name: float(self._config[name]) for name in ("width", "wording_weight", "ridge")}
        self._model = IntentModel.fit(intents, *([alarms] if alarms else []), **settings)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder))
        return self._resource

    def _alarms(self, intents: Lesson) -> Lesson | None:
        own = read_sentences(Path(self._config["alarms"]))
        texts = [in_known_words(read(sentence).text) for sentence, _ in own]
        sentences = Lesson(shared_encoder().encode(texts), texts, [label for _, label in own])
        return alarm_lesson(intents, sentences, int(self._config["alarm_others"]), int(self._config["alarm_seed"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and chances of danger, on messages and, when asked for, on the questions inside them.

        The safety gate's word stands.

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
        for message, (prediction, *danger) in zip(open_, self._model.predict(vectors, texts), strict=True):
            ranking = [{"name": name, "confidence": p} for name, p in prediction.ranking]
            best = {"name": ranking[0]["name"], "confidence": prediction.confidence}
            message.set(INTENT, {**best, "similarity": prediction.similarity}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            for found in danger:
                chances = dict(found.ranking)
                near = found.similarity >= float(self._config["alarm_near"])
                message.set(ALARM_CHANCES, {name: chances[name] if near else 0.0 for name in ALARMS})
                message.set(ALARM_HINT, max(chances[name] for name in ALARMS))


def known_text(message: Message) -> str:
    """A message as the intent models read it."""
    return in_known_words(words_of(message).text)


def has_vector(message: Message) -> bool:
    """Whether a message has sentence features."""
    return _sentence(message) is not None


def vector_of(message: Message) -> Vectors:
    """The sentence features of a message, of shape (384,).

    Raises:
        ValueError: if it has none.
    """
    found = _sentence(message)
    if found is None:
        raise ValueError("a message without sentence features: SentenceFeatures must come before the classifier in config.yml")
    return np.asarray(found.features[0], np.float32)


def _sentence(message: Message) -> Features | None:
    """Rasa's own way to ask copies the features each time, and loads SciPy to know that they are dense."""
    mine = (one for one in message.features if one.attribute == TEXT and one.type == FEATURE_TYPE_SENTENCE)
    return next((one for one in mine if isinstance(one.features, np.ndarray)), None)
