"""The assistant as an object: the trained model, the store and the actions, without a server."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.utils import AvailableEndpoints
from rasa.exceptions import ModelNotFound
from rasa_sdk import Action

from bot.actions import ALL
from bot.actions_in_process import InProcessActions
from bot.channels.rest import converse
from bot.fast_path.agent import load_agent
from bot.fast_path.pieces import Piece, read
from knowledge import KnowledgeStore


class ModelMissing(RuntimeError):
    """There is no trained model where one is needed."""


def make_actions(store: KnowledgeStore | None = None) -> list[Action]:
    """All actions over one store (the process's own where not given)."""
    return [action(store) for action in ALL]


class Assistant:
    """Talks as the server does, in this process."""

    def __init__(self, agent: Agent, seconds: float = 30.0) -> None:
        self.agent = agent
        self._seconds = seconds

    @classmethod
    async def load(cls, model: Path, actions: Iterable[Action], pieces: Collection[Piece] | None = None) -> Assistant:
        """Load a model and answer with the given actions; conversations are kept in memory.

        Args:
            model: a model archive.
            actions: what answers.
            pieces: of the fast path; those that the environment leaves on where not given.

        Raises:
            ModelMissing: if there is no model at that place, or none that can be loaded.
            FastPathError: if the model needs what a piece leaves out.
        """
        if not model.exists():
            raise ModelMissing(f"{model}: no trained model; run `make train`")
        endpoints = AvailableEndpoints(action=InProcessActions(actions))
        try:
            return cls(await load_agent(model, endpoints, read() if pieces is None else pieces))
        except ModelNotFound as error:
            raise ModelMissing(f"{model}: not a model that can be loaded; run `make train`") from error

    async def send(self, sender: str, text: str) -> list[dict[str, Any]]:
        """The replies to one message, as the REST channel gives them."""
        message = UserMessage(text, None, sender, input_channel="rest")
        return await converse(self.agent.handle_message, message, self._seconds)

    async def parse(self, text: str) -> dict[str, Any]:
        """What understanding makes of a text: Rasa's parse result with our `questions`."""
        return cast(dict[str, Any], await self.agent.parse_message(text))

    async def events(self, sender: str) -> Sequence[dict[str, Any]]:
        """The events of a conversation so far."""
        tracker = await self.agent.tracker_store.retrieve_full_tracker(sender)
        return [event.as_dict() for event in tracker.events] if tracker else []

    async def slots(self, sender: str) -> dict[str, Any]:
        """The slots of a conversation."""
        tracker = await self.agent.tracker_store.get_or_create_tracker(sender)
        return dict(tracker.current_slot_values())
