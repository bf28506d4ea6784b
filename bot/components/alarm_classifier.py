"""Graph component: how likely a message tells of danger to life, where no rule of the safety gate says so.

People rarely say it plainly. The gate's rules know the plain words; this is a second intent model with three answers only
(crisis, emergency, neither), so that a hint is weighed against everything calm at once and not against the nearest of a
hundred topics. It learns from the examples of all intents and from a file of its own (`bot/data/alarms.yml`) with more
wordings of danger, and with sentences that share its words and none of its meaning.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.disease import in_known_words
from bot.components.graph import files_hash, source_hash
from bot.components.intent_classifier import has_vector, known_text, vector_of
from bot.components.intent_model import IntentModel, Vectors
from bot.components.messages import ALARM, ALARM_CHANCES, whole_first
from bot.components.minilm import shared_encoder
from bot.components.text import read

CALM = "calm"
ALARMS = ("crisis", "emergency")
_LEAST = 5


class SentencesError(ValueError):
    """The file of sentences cannot be used; one line that names it and what is wrong."""


def read_sentences(path: Path) -> list[tuple[str, str]]:
    """Sentences and what each is: a file with lists of sentences under `crisis`, `emergency` and `calm`, each as long as it may.

    Raises:
        SentencesError: if the file is missing, not YAML, or has anything else.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise SentencesError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
    if not isinstance(found, dict) or not found or not set(found) <= {*ALARMS, CALM}:
        raise SentencesError(f"{path}: needs lists of sentences under `crisis:`, `emergency:` and `calm:`, and nothing else")
    sentences: list[tuple[str, str]] = []
    for label, texts in found.items():
        if not isinstance(texts, list):
            raise SentencesError(f"{path}: `{label}:` needs a list of sentences")
        for number, text in enumerate(texts, start=1):
            if not isinstance(text, str) or not text.strip():
                raise SentencesError(f"{path}: sentence {number} under `{label}:` is {text!r}; write text, in quotes where YAML needs them")
            sentences.append((text, str(label)))
    return sentences


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class AlarmClassifier(GraphComponent):
    """Writes `alarm_chances` on messages and on the questions inside them; the scope guard decides."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: IntentModel | None = None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`sentences`: the file of its own (see `read_sentences`), or null. `others`: how many examples of other intents are
        learnt from, half of them those nearest to danger, half drawn by `seed`. `near`: a message less similar than this to
        every sentence learnt has no chances, for likeness that far off is no sign. `width`, `wording_weight`, `ridge`: see
        `IntentModel.fit`."""
        return {"sentences": None, "others": 6000, "seed": 7, "near": 0.48, "width": 1.0, "wording_weight": 0.3, "ridge": 0.2}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Its own sentences and the model's code."""
        own = config.get("sentences")
        return source_hash("intent_model", "quantized_kernel") + (files_hash(own) if own else "")

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> AlarmClassifier:
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
    ) -> AlarmClassifier:
        """The component as trained; one trained without alarms raises none."""
        with model_storage.read_from(resource) as folder:
            trained = (Path(folder) / "intents.json").is_file()
            return cls(config, model_storage, resource, IntentModel.load(Path(folder)) if trained else None)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples of crisis and emergency, on its own sentences and on other examples.

        Raises:
            SentencesError: if the file of its own sentences cannot be used.
        """
        examples = [example for example in training_data.intent_examples if has_vector(example)]
        alarms = [example for example in examples if example.get(INTENT) in ALARMS]
        with self._storage.write_to(self._resource) as folder:
            if all(sum(example.get(INTENT) == name for example in alarms) >= _LEAST for name in ALARMS):
                self._model = self._fit(alarms, [example for example in examples if example.get(INTENT) not in ALARMS])
                self._model.save(Path(folder))
        return self._resource

    def _fit(self, alarms: list[Message], others: list[Message]) -> IntentModel:
        vectors = np.stack([vector_of(example) for example in alarms])
        texts = [known_text(example) for example in alarms]
        labels = [str(example.get(INTENT)) for example in alarms]
        if self._config["sentences"]:
            own = read_sentences(Path(self._config["sentences"]))
            read_as = [in_known_words(read(sentence).text) for sentence, _ in own]
            vectors = np.vstack([vectors, shared_encoder().encode(read_as)])
            texts += read_as
            labels += [label for _, label in own]
        if others:
            beside = np.stack([vector_of(example) for example in others])
            chosen = self._choose(beside, vectors[[label != CALM for label in labels]])
            vectors = np.vstack([vectors, beside[chosen]])
            texts += [known_text(others[k]) for k in chosen]
            labels += [CALM] * len(chosen)
        settings = {name: float(self._config[name]) for name in ("width", "wording_weight", "ridge")}
        return IntentModel.fit(vectors, texts, labels, least_examples=_LEAST, **settings)

    def _choose(self, others: Vectors, alarms: Vectors) -> npt.NDArray[np.int64]:
        most = int(self._config["others"])
        if len(others) <= most:
            return np.arange(len(others))
        order = np.argsort(-(others @ alarms.T).max(axis=1), kind="stable")
        near, rest = order[: most // 2], order[most // 2 :]
        drawn = np.random.default_rng(int(self._config["seed"])).choice(rest, most - len(near), replace=False)
        return np.sort(np.concatenate([near, drawn]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Write the chances of crisis and of emergency; the safety gate's word stands."""
        return whole_first(messages, self._weigh)

    def _weigh(self, messages: list[Message]) -> None:
        if self._model is None:
            return
        open_ = [message for message in messages if not message.get(ALARM) and has_vector(message)]
        if not open_:
            return
        found = self._model.predict(np.stack([vector_of(message) for message in open_]), [known_text(message) for message in open_])
        for message, prediction in zip(open_, found, strict=True):
            chances = dict(prediction.ranking)
            near = prediction.similarity >= float(self._config["near"])
            message.set(ALARM_CHANCES, {name: chances.get(name, 0.0) if near else 0.0 for name in ALARMS})
