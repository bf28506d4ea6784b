"""A Rasa agent in this process: no server, no network."""

from __future__ import annotations

import asyncio
import importlib
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from pytest_rasa.drivers.driver import DriverFailed, Heard, NewEvents

#: Sends a text for a sender, with the message's metadata; returns the messages that came, as the REST channel lists them.
Send = Callable[[str, str, "Mapping[str, Any] | None"], Awaitable[list[dict[str, Any]]]]


class InProcess:
    """Plays against a loaded agent.

    Args:
        agent: Rasa's agent, or one that has its `tracker_store`.
        loop: the event loop that the agent was loaded on.
        send: how a message is given to it; Rasa's own way where not given.
        own_loop: whether the loop is closed with this driver.
    """

    name = "in-process"

    def __init__(self, agent: Any, loop: asyncio.AbstractEventLoop, send: Send | None = None, own_loop: bool = False) -> None:
        self._agent = agent
        self._loop = loop
        self._send = send or self._plainly
        self._own_loop = own_loop

    @classmethod
    def load(cls, model: Path, endpoints: Path, actions: str | None = None) -> InProcess:
        """The model and the endpoints of a Rasa project.

        Args:
            model: a model, or a folder of models.
            endpoints: the project's endpoints, if it has any.
            actions: the package of its custom actions, which run in this process too; without it, they are asked of the action
                server that the endpoints name.

        Raises:
            DriverFailed: if there is no model that can be loaded, or no such package.
        """
        from rasa.core.agent import load_agent
        from rasa.core.utils import AvailableEndpoints
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.WARNING)  # unconfigured, Rasa tells every step of every message
        found = AvailableEndpoints.read_endpoints(str(endpoints)) if endpoints.is_file() else AvailableEndpoints()
        if actions is not None:
            found.action = _actions(actions)
        loop = asyncio.new_event_loop()
        try:
            agent = loop.run_until_complete(load_agent(model_path=str(model), endpoints=found))
        except Exception as error:
            loop.close()
            raise DriverFailed(f"{model}: the model cannot be loaded ({error}); train one with `rasa train`") from error
        if not agent.is_ready():
            loop.close()
            raise DriverFailed(
                f"{model}: no trained model; train one with `rasa train`, or name it by conversation_model in pytest's settings"
            )
        return cls(agent, loop, own_loop=True)

    async def _plainly(self, sender: str, text: str, metadata: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        collector = CollectingOutputChannel()
        await self._agent.handle_message(UserMessage(text, collector, sender, input_channel="rest", metadata=dict(metadata or {})))
        return list(collector.messages)

    def begin(self, slots: Mapping[str, Any]) -> InProcessConversation:
        """A new conversation."""
        return InProcessConversation(self._agent, self._loop, self._send, slots)

    def close(self) -> None:
        """Close the loop, if it is this driver's own."""
        if self._own_loop:
            self._loop.close()


class InProcessConversation:
    """One conversation with an agent."""

    def __init__(self, agent: Any, loop: asyncio.AbstractEventLoop, send: Send, slots: Mapping[str, Any]) -> None:
        self._agent = agent
        self._loop = loop
        self._send = send
        self._sender = f"conversation-{uuid.uuid4().hex}"
        self._new = NewEvents()
        if slots:
            loop.run_until_complete(self._set(slots))

    async def _set(self, slots: Mapping[str, Any]) -> None:
        from rasa.shared.core.events import SlotSet

        store = self._agent.tracker_store
        tracker = await store.get_or_create_tracker(self._sender)
        for name, value in slots.items():
            tracker.update(SlotSet(name, value))
        await store.save(tracker)
        self._new.of([event.as_dict() for event in tracker.events])

    def send(self, text: str, metadata: Mapping[str, Any] | None = None) -> Heard:
        """Say something."""
        return self._loop.run_until_complete(self._said(text, metadata))

    async def _said(self, text: str, metadata: Mapping[str, Any] | None) -> Heard:
        messages = await self._send(self._sender, text, metadata)
        tracker = await self._agent.tracker_store.retrieve_full_tracker(self._sender)
        events = [event.as_dict() for event in tracker.events] if tracker is not None else []
        slots = dict(tracker.current_slot_values()) if tracker is not None else {}
        return Heard(messages, self._new.of(events), slots)


def _actions(package: str) -> Any:
    from pytest_rasa.drivers.actions import ActionsHere

    try:
        importlib.import_module(package)  # rasa-sdk itself would end the process where it cannot be imported
    except ImportError as error:
        raise DriverFailed(f"conversation_actions names '{package}', which cannot be imported: {error}") from error
    return ActionsHere(package)
