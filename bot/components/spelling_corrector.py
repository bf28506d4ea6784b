"""Graph component: words, spelled. The first of the pipeline; all others read what it writes."""

from __future__ import annotations

import collections
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.content_vocabulary import content_files, content_texts, other_condition_names
from bot.components.courtesy import without_courtesies
from bot.components.frequencies import english
from bot.components.graph import files_hash, load_state, save_state, source_hash
from bot.components.messages import ALARMING_READING, SECOND_READING, SPELLED, WORDS, part_of, words_of
from bot.components.safety_words import SAFETY_WORDS
from bot.components.speller import Speller, WordSet, without_slips
from bot.components.text import read, vocabulary
from bot.components.word_pairs import WordPairs

_RARE, _INFLECTED = "rare.npy", "inflected.npy"
_ALARMING = tuple(sorted({word for text in SAFETY_WORDS for word in text.split() if len(word) > 2}))
_FREQUENT = 3  # a training word outside the English list is trusted when this many examples use it


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER], is_trainable=True)
class SpellingCorrector(GraphComponent):
    """Reads a message into words and mends misspelled ones against the assistant's own vocabulary.

    Writes `words` (typed places kept), Rasa's `text_tokens`, and the output property `spelled`.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, speller: Speller | None = None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._speller = speller

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`content`: folder of the knowledge content; null where the examples are all there is."""
        return {"content": "knowledge/content"}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The content is part of what is learned."""
        content = config.get("content", cls.get_default_config()["content"])  # Rasa asks cached nodes too, without their config
        return (files_hash(*content_files(content)) if content else "") + source_hash(
            "courtesy", "frequencies", "speller", "word_pairs", "text", "content_vocabulary", "safety_words"
        )

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SpellingCorrector:
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
    ) -> SpellingCorrector:
        """The component as trained."""
        state = load_state(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            rare, inflected = (WordSet(np.load(Path(folder) / name, allow_pickle=False)) for name in (_RARE, _INFLECTED))
        return cls(
            config,
            model_storage,
            resource,
            Speller(state["own"], frozenset(state["protected"]), rare, inflected, WordPairs(state["pairs"], english())),
        )

    def train(self, training_data: TrainingData) -> Resource:
        """Collect the vocabulary: the content's words, and the examples' words that are words."""
        content = self._config["content"]
        told = list(content_texts(content)) if content else []
        own = collections.Counter(vocabulary(told))
        protected = {w for name in (other_condition_names(content) if content else ()) for w in vocabulary([name])}
        safe = {word for text in SAFETY_WORDS for word in text.split()}
        examples = vocabulary(str(example.get(TEXT)) for example in training_data.intent_examples)
        for word, count in examples.items():
            if word in english() or word in own or (count >= _FREQUENT and word not in protected):
                own[word] += count
        own.update(dict.fromkeys(safe, 1))
        ours = {word: count for word, count in own.items() if word.isalpha()}
        ours = without_slips(ours)
        rare, inflected = WordSet.rare_english(), WordSet.inflected_english()
        plain = Speller(ours, frozenset(protected), rare, inflected)
        texts = [str(example.get(TEXT)) for example in training_data.intent_examples] + told
        pairs = WordPairs.of(([word.text for word in plain.correct(read(text)).words] for text in texts), english())
        self._speller = Speller(ours, frozenset(protected), rare, inflected, pairs)
        save_state(self._storage, self._resource, {"own": ours, "protected": sorted(protected), "pairs": pairs.state})
        with self._storage.write_to(self._resource) as folder:
            np.save(Path(folder) / _RARE, rare.hashes)
            np.save(Path(folder) / _INFLECTED, inflected.hashes)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Spell the examples as messages will be."""
        self._spell(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Spell messages, and read those a second time that hold words foreign to our subject."""
        for message in self._spell(messages):
            if self._speller and isinstance(message.get(TEXT), str):
                message.set(ALARMING_READING, self._speller.alarming_reading(read(message.get(TEXT)), _ALARMING))
                bare = without_courtesies(words_of(message))
                second = self._speller.second_reading(bare or words_of(message)) or bare
                if second is not None:
                    message.set(SECOND_READING, part_of(second))
        return messages

    def _spell(self, messages: list[Message]) -> list[Message]:
        if self._speller is None:
            raise RuntimeError("SpellingCorrector was not trained: run `make train`")
        for message in messages:
            text = message.get(TEXT)
            if not isinstance(text, str):
                continue
            words = self._speller.correct(read(text))
            message.set(WORDS, words)
            message.set(SPELLED, words.text, add_to_output=True)
            tokens = [Token(text[w.start : w.end], w.start, w.end, lemma=w.text) for w in words.words]
            message.set(TOKENS_NAMES[TEXT], tokens)
        return messages
