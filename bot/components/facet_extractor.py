"""Graph component: facets and other conditions as Rasa entities."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.content_vocabulary import content_files, gap_conditions, matcher_phrases
from bot.components.facets import FacetMatcher
from bot.components.graph import files_hash, load_state, save_state, source_hash
from bot.components.messages import with_parts, words_of


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=True)
class FacetExtractor(GraphComponent):
    """Names the facet values in a message, by the vocabulary the knowledge content had at training."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, state: dict[str, Any] | None = None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._matcher = FacetMatcher(state["phrases"]) if state else None
        self._gaps: dict[str, str] = state["gaps"] if state else {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`content`: folder of the knowledge content."""
        return {"content": "knowledge/content"}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The content is what is learned."""
        content = config.get("content", cls.get_default_config()["content"])  # Rasa asks cached nodes too, without their config
        return files_hash(*content_files(content)) + source_hash("facets", "content_vocabulary")

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> FacetExtractor:
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
    ) -> FacetExtractor:
        """The component as trained."""
        return cls(config, model_storage, resource, load_state(model_storage, resource))

    def train(self, training_data: TrainingData) -> Resource:
        """Take a copy of the content's vocabulary into the model."""
        content = self._config["content"]
        save_state(self._storage, self._resource, {"phrases": matcher_phrases(content), "gaps": gap_conditions(content)})
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities: `entity` is the facet, `value` its value; `gap` where another condition has a topic of its own."""
        if self._matcher is None:
            raise RuntimeError("FacetExtractor was not trained: run `make train`")
        for message in with_parts(messages):
            found = []
            for m in self._matcher.find(words_of(message)):
                entity = {
                    "entity": m.facet,
                    "value": m.value,
                    "start": m.start,
                    "end": m.end,
                    "words": [m.first, m.last],
                    "extractor": type(self).__name__,
                }
                if m.value in self._gaps:
                    entity["gap"] = self._gaps[m.value]
                found.append(entity)
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *found], add_to_output=True)
        return messages
