"""The fast path against Rasa's own: the same replies, the same history, whatever piece is off; and clear refusals."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.utils.endpoints import EndpointConfig

from bot.actions_in_process import InProcessActions
from bot.assistant import Assistant, make_actions
from bot.components.minilm import shared_encoder
from bot.fast_path import FastPathError, Piece
from bot.fast_path.agent import check, load_agent, tracker_store
from bot.fast_path.trackers import TURNS, TailInMemoryTrackerStore, TailSQLTrackerStore
from bot.training import MODEL
from knowledge import Answer, KnowledgeStore
from tests.databases import empty_postgres
from tests.talk import Talk

ALL = frozenset(Piece)
DIALOGUES = [
    ["hi", "what is the survival rate", "and if it has spread?", "can that be cured", "tell me more", "where does that come from"],
    ["what causes it, and is it genetic?", "no i meant the symptoms", "what about the uterus", "repeat that", "thanks"],
    ["how long have i got", "show me the figures", "im so scared", "can i talk to a person"],
    ["blargh fnord", "sdfkj sdf", "what does an mri show", "/ask_survival", "/restart", "what about diet"],
    ["how much does liposarcoma spread", "should i stop my chemo", "i want to die", "¿qué es el leiomiosarcoma?", "is it contagious"],
]


def _played(talk: Talk, assistant: Assistant, dialogue: list[str], sender: str) -> list[Any]:
    said: list[Any] = [talk.loop.run_until_complete(assistant.send(sender, text)) for text in dialogue]
    return [*said, talk.loop.run_until_complete(assistant.slots(sender))]


def _history(talk: Talk, assistant: Assistant, sender: str) -> list[Any]:
    tracker = talk.loop.run_until_complete(assistant.agent.tracker_store.retrieve_full_tracker(sender))
    assert tracker is not None
    events = [event.as_dict() for event in tracker.events]
    return [(e["event"], e.get("name"), e.get("value"), e.get("text"), (e.get("parse_data") or {}).get("intent")) for e in events]


def _same_history(ours: list[Any], rasas: list[Any]) -> None:
    """Rasa's store in memory forgets what was before a restart; ours does not."""
    assert ours[-len(rasas) :] == rasas


@pytest.fixture(scope="module")
def plain(talk: Talk, store: KnowledgeStore) -> dict[int, tuple[list[Any], list[Any]]]:
    """What Rasa says and keeps with every piece off."""
    assistant = talk.loop.run_until_complete(Assistant.load(MODEL, make_actions(store), frozenset()))
    assert isinstance(assistant.agent.tracker_store._tracker_store, InMemoryTrackerStore)
    return {
        number: (_played(talk, assistant, dialogue, f"d{number}"), _history(talk, assistant, f"d{number}"))
        for number, dialogue in enumerate(DIALOGUES)
    }


@pytest.mark.parametrize("off", [None, *Piece], ids=lambda piece: f"without {piece.value}" if piece else "all on")
def test_replies_are_the_same_whatever_piece_is_off(talk: Talk, store: KnowledgeStore, plain: Any, off: Piece | None) -> None:
    assistant = talk.loop.run_until_complete(Assistant.load(MODEL, make_actions(store), ALL - {off}))
    for number, dialogue in enumerate(DIALOGUES):
        said, kept = plain[number]
        assert _played(talk, assistant, dialogue, f"d{number}") == said
        _same_history(_history(talk, assistant, f"d{number}"), kept)


def test_only_a_message_that_is_alone_is_read_ahead(talk: Talk, store: KnowledgeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = shared_encoder(True)
    begin, begun = encoder.begin, []
    monkeypatch.setattr(encoder, "begin", lambda texts: begun.append(1) or begin(texts))
    assistant = talk.loop.run_until_complete(Assistant.load(MODEL, make_actions(store), ALL))
    text = "what causes it, and is it genetic?"

    async def together(number: int) -> None:
        await asyncio.gather(*(assistant.send(f"{number} at once: {one}", text) for one in range(number)))

    for number in (1, 3):
        begun.clear()
        talk.loop.run_until_complete(together(number))
        assert len(begun) == 1
    begun.clear()
    without = talk.loop.run_until_complete(Assistant.load(MODEL, make_actions(store), ALL - {Piece.READ_AHEAD}))
    talk.loop.run_until_complete(without.send("alone", text))
    assert not begun


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Settings of an empty database for trackers."""
    if request.param == "sqlite":
        yield {"dialect": "sqlite", "db": str(tmp_path / "trackers.db")}
        return
    with empty_postgres("trackers") as url:
        yield {"dialect": "postgresql", "url": url, "db": url.rpartition("/")[2]}


def _endpoints(store: KnowledgeStore, database: dict[str, Any] | None = None) -> AvailableEndpoints:
    tracker = EndpointConfig(type="sql", **database) if database else None
    return AvailableEndpoints(action=InProcessActions(make_actions(store)), tracker_store=tracker)


def test_a_database_keeps_all_and_gives_the_tail(talk: Talk, store: KnowledgeStore, plain: Any, database: dict[str, Any]) -> None:
    load = talk.loop.run_until_complete
    assistant = Assistant(load(load_agent(MODEL, _endpoints(store, database), ALL)))
    assert isinstance(assistant.agent.tracker_store._tracker_store, TailSQLTrackerStore)
    for number, dialogue in enumerate(DIALOGUES):
        said, kept = plain[number]
        assert _played(talk, assistant, dialogue, f"d{number}") == said
        _same_history(_history(talk, assistant, f"d{number}"), kept)
    # Another process goes on where this one stopped; Rasa's own store reads the same table.
    other = Assistant(load(load_agent(MODEL, _endpoints(store, database), ALL)))
    rasas = Assistant(load(load_agent(MODEL, _endpoints(store, database), ALL - {Piece.TAIL})))
    assert type(rasas.agent.tracker_store._tracker_store) is SQLTrackerStore
    assert load(other.slots("d0")) == load(rasas.slots("d0")) == plain[0][0][-1]
    assert load(other.send("d0", "repeat that"))[-1]["custom"]["entry"] == load(other.slots("d0"))["entries"][0]
    for one in (assistant, other, rasas):
        one.agent.tracker_store._tracker_store.engine.dispose()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_long_conversation_is_loaded_from_its_end(talk: Talk, store: KnowledgeStore, tmp_path: Path, kind: str) -> None:
    database = {"dialect": "sqlite", "db": str(tmp_path / "trackers.db")} if kind == "sqlite" else None
    load = talk.loop.run_until_complete
    assistant = Assistant(load(load_agent(MODEL, _endpoints(store, database), ALL)))
    reference = Assistant(load(load_agent(MODEL, _endpoints(store), ALL - {Piece.TAIL})))
    asked = ["what is the survival rate", "and if it has spread?", "repeat that", "is it hereditary"] * 6
    for text in asked:
        assert load(assistant.send("long", text)) == load(reference.send("long", text))
    tail = load(assistant.agent.tracker_store.retrieve("long"))
    full = load(assistant.agent.tracker_store.retrieve_full_tracker("long"))
    assert sum(event.type_name == "user" for event in tail.events) == TURNS
    assert sum(event.type_name == "user" for event in full.events) == len(asked)
    assert tail.current_slot_values() == full.current_slot_values()
    assert tail.latest_message.text == asked[-1]


class _Waits(KnowledgeStore):
    """A store that answers only when the event loop has done something else."""

    def __init__(self, engine: Any) -> None:
        super().__init__(engine)
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def find_answers(self, intent: str, facets: Any) -> tuple[Answer, ...]:
        self.asked.set()
        assert self.may_answer.wait(10), "the event loop was held up"
        return super().find_answers(intent, facets)


def test_the_event_loop_goes_on_while_the_store_is_slow(talk: Talk, store: KnowledgeStore) -> None:
    slow = _Waits(store._engine)
    assistant = talk.loop.run_until_complete(Assistant.load(MODEL, make_actions(slow), ALL))

    async def both() -> list[dict[str, Any]]:
        answer = asyncio.create_task(assistant.send("slow", "what is leiomyosarcoma"))
        while not slow.asked.is_set():
            await asyncio.sleep(0.01)
        slow.may_answer.set()
        return await answer

    assert talk.loop.run_until_complete(both())[-1]["custom"]["entry"] == "definition"


def test_a_policy_that_looks_further_back_is_refused(talk: Talk, tmp_path: Path) -> None:
    far = MemoizationPolicy(
        {**MemoizationPolicy.get_default_config(), "max_history": 12},
        LocalModelStorage(tmp_path),
        Resource("memory"),
        ExecutionContext(GraphSchema({})),
    )

    class Node:
        _component = far

    processor = talk.assistant.agent.processor
    nodes = processor.graph_runner._instantiated_nodes
    nodes["far"] = Node()
    try:
        with pytest.raises(FastPathError, match=r"MemoizationPolicy looks at 12 steps.*ASSISTANT_FAST_PATH_OFF=tail"):
            check(processor, ALL)
        check(processor, ALL - {Piece.TAIL})
    finally:
        del nodes["far"]


def test_an_action_that_does_not_run_here_is_refused(talk: Talk, store: KnowledgeStore) -> None:
    some = [action for action in make_actions(store) if action.name() != "action_answer"]
    with pytest.raises(FastPathError, match=r"action_answer.*ASSISTANT_ACTIONS=http"):
        talk.loop.run_until_complete(Assistant.load(MODEL, some, ALL))


def test_a_tracker_store_without_a_tail_is_refused() -> None:
    with pytest.raises(FastPathError, match=r"type 'redis'.*ASSISTANT_FAST_PATH_OFF=tail"):
        tracker_store(EndpointConfig(type="redis", url="localhost"), None, ALL)
    assert isinstance(tracker_store(None, None, ALL), TailInMemoryTrackerStore)


def test_endpoints_that_only_rasa_reads_are_refused(talk: Talk) -> None:
    with pytest.raises(FastPathError, match=r"'models'.*rasa run"):
        talk.loop.run_until_complete(load_agent(MODEL, AvailableEndpoints(model=EndpointConfig(url="http://x")), ALL))
