"""Loads the assistant over the fast path: Rasa's agent with our processor and tracker stores."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.lock_store import LockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.utils.endpoints import EndpointConfig

from bot.actions_in_process import InProcessActions
from bot.fast_path import event_classes, rule_lookup
from bot.fast_path.last_states import use_last_states
from bot.fast_path.pieces import FastPathError, Piece, switch_off
from bot.fast_path.processor import FastProcessor
from bot.fast_path.trackers import TURNS, TailInMemoryTrackerStore, TailSQLTrackerStore
from bot.locks import LocalLockStore

_SQL_TYPES = {"sql", f"{TailSQLTrackerStore.__module__}.{TailSQLTrackerStore.__name__}"}
_MEMORY_TYPES = {None, "in_memory", "InMemoryTrackerStore"}


class FastAgent(Agent):
    """Rasa's agent with a `FastProcessor`.

    Args:
        pieces: what is on.
        keywords: those of Rasa's own agent.
    """

    def __init__(self, *, pieces: Collection[Piece], **keywords: Any) -> None:
        self.pieces = frozenset(pieces)
        super().__init__(**keywords)

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Load a model and check that the pieces suit it.

        Raises:
            rasa.exceptions.ModelNotFound: if there is none that can be read.
            FastPathError: if the model needs what a piece leaves out.
        """
        self.processor = FastProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
            http_interpreter=self.http_interpreter,
            pieces=self.pieces,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        if isinstance(self.nlg, TemplatedNaturalLanguageGenerator):
            self.nlg.responses = self.domain.responses
        check(self.processor, self.pieces)
        for _, policy in _policies(self.processor):
            if isinstance(policy, RulePolicy):
                if Piece.RULE_LOOKUP in self.pieces:
                    rule_lookup.remember(policy)
                if Piece.LAST_STATES in self.pieces:
                    use_last_states(policy)


def check(processor: FastProcessor, pieces: Collection[Piece]) -> None:
    """Make sure that a loaded model needs nothing that the pieces leave out.

    Raises:
        FastPathError: naming what stands against which piece.
    """
    if Piece.TAIL in pieces:
        for name, policy in _policies(processor):
            reach = _reach(policy)
            if reach is None or reach > TURNS:
                looks = "the whole conversation" if reach is None else f"{reach} steps"
                raise FastPathError(
                    f"policy {name} looks at {looks}, and only the last {TURNS} turns are loaded; {switch_off(Piece.TAIL)} or set its "
                    f"max_history to at most {TURNS} in config.yml"
                )
    endpoint = processor.action_endpoint
    if isinstance(endpoint, InProcessActions):
        missing = sorted(set(processor.domain.user_actions) - set(endpoint.names) - _uttered(processor))
        if missing:
            raise FastPathError(
                f"domain.yml has actions that do not run in this process: {', '.join(missing)}; add them to bot/actions, or use an action "
                "server with ASSISTANT_ACTIONS=http"
            )


def _uttered(processor: FastProcessor) -> set[str]:
    return {name for name in processor.domain.user_actions if name.startswith("utter_")}


def _policies(processor: FastProcessor) -> Iterator[tuple[str, Policy]]:
    runner = processor.graph_runner
    if isinstance(runner, DaskGraphRunner):
        for node in runner._instantiated_nodes.values():
            component = node._component
            if isinstance(component, Policy):
                yield type(component).__name__, component


def _reach(policy: Policy) -> int | None:
    """How many steps back a policy looks; None: to the start."""
    if isinstance(policy, RulePolicy):
        return rule_lookup.longest_rule(policy)
    history = policy.config.get("max_history")
    return int(history) if history else None


def tracker_store(wanted: EndpointConfig | None, broker: EventBroker | None, pieces: Collection[Piece]) -> TrackerStore | None:
    """The tracker store that endpoints.yml asks for, loading tails where that piece is on; None: Rasa's own in memory.

    Raises:
        FastPathError: for a kind of store whose tail cannot be loaded.
    """
    kind = wanted.type if wanted is not None else None
    if Piece.TAIL not in pieces:
        return TrackerStore.create(wanted, event_broker=broker) if wanted is not None or broker is not None else None
    if wanted is None or kind in _MEMORY_TYPES:
        return TailInMemoryTrackerStore(event_broker=broker)
    if str(kind).lower() == "sql" or kind in _SQL_TYPES:
        keywords = {name: value for name, value in wanted.kwargs.items() if name != "type"}
        return TailSQLTrackerStore(host=wanted.url, event_broker=broker, threads=Piece.THREADS in pieces, **keywords)
    raise FastPathError(
        f"endpoints.yml: the tail of a conversation cannot be loaded from a tracker store of type '{kind}'; use type 'sql' or "
        f"{switch_off(Piece.TAIL)}"
    )


def lock_store(wanted: EndpointConfig | None, pieces: Collection[Piece]) -> LockStore:
    """The lock store that endpoints.yml asks for; ours in place of Rasa's in memory, where that piece is on.

    Raises:
        bot.locks.LockSettingsError: for an option that cannot be used.
    """
    if Piece.LOCKS in pieces and (wanted is None or wanted.type in {None, "in_memory"}):
        return LocalLockStore()
    return LockStore.create(wanted)


async def load_agent(
    model: Path, endpoints: AvailableEndpoints, pieces: Collection[Piece], loop: AbstractEventLoop | None = None
) -> FastAgent:
    """The assistant, ready to answer.

    Args:
        model: the model archive.
        endpoints: as read from endpoints.yml.
        pieces: what is on.
        loop: the event loop that an event broker shall use.

    Raises:
        rasa.exceptions.ModelNotFound: if the model cannot be read.
        FastPathError: if endpoints or model need what the fast path leaves out.
    """
    if endpoints.model is not None or endpoints.nlu is not None:
        named = "models" if endpoints.model is not None else "nlu"
        raise FastPathError(f"endpoints.yml: '{named}' is read by plain `rasa run` only; take it out or use that")
    if endpoints.action is not None:
        endpoints.action.kwargs["enable_selective_domain"] = Piece.SELECTIVE_DOMAIN in pieces
    if Piece.EVENT_CLASSES in pieces:
        event_classes.remember()
    broker = await EventBroker.create(endpoints.event_broker, loop=loop)
    agent = FastAgent(
        pieces=pieces,
        generator=endpoints.nlg,
        tracker_store=tracker_store(endpoints.tracker_store, broker, pieces),
        lock_store=lock_store(endpoints.lock_store, pieces),
        action_endpoint=endpoints.action,
    )
    agent.load_model(os.fspath(model))
    return agent
