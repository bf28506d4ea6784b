"""Whatever breaks, the person gets a reply with the line; a crisis still leads with 988."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig

from bot import last_resort
from bot.assistant import Assistant, make_actions
from bot.channels.rest import converse
from bot.training import MODEL
from knowledge import Answer, KnowledgeStore, create_engine
from tests.talk import Talk

CASES = [
    ("what is leiomyosarcoma", "error", "(412) 359-8614"),
    ("i want to kill myself", "safety", "988"),
    ("she cant breathe", "safety", "911"),
]


def _check(replies: list[dict[str, Any]], kind: str, said: str) -> None:
    customs = [reply["custom"] for reply in replies if "custom" in reply]
    texts = [reply["text"] for reply in replies if "text" in reply]
    assert [custom["kind"] for custom in customs] == [kind]
    assert customs[0]["facts"] == []
    assert said in texts[0]
    assert "(412) 359-8614" in texts[0]


def _ask(talk: Talk, assistant: Assistant, text: str) -> list[dict[str, Any]]:
    return talk.loop.run_until_complete(assistant.send(f"broken-{text}-{id(assistant)}", text))


@pytest.mark.parametrize(("text", "kind", "said"), CASES)
def test_store_gone(talk: Talk, text: str, kind: str, said: str) -> None:
    gone = KnowledgeStore(create_engine("postgresql://nobody@127.0.0.1:1/nowhere"))
    assistant = talk.loop.run_until_complete(Assistant.load(MODEL, make_actions(gone)))
    _check(_ask(talk, assistant, text), kind, said)


class _Broken(KnowledgeStore):
    def find_answers(self, intent: str, facets: Any) -> tuple[Answer, ...]:
        raise RuntimeError("a fault in the code")


@pytest.mark.parametrize(("text", "kind", "said"), CASES)
def test_an_action_that_fails(talk: Talk, text: str, kind: str, said: str) -> None:
    assistant = talk.loop.run_until_complete(Assistant.load(MODEL, make_actions(_Broken(create_engine("sqlite://")))))
    _check(_ask(talk, assistant, text), kind, said)


@pytest.mark.parametrize(("text", "kind", "said"), CASES)
def test_action_server_gone(talk: Talk, text: str, kind: str, said: str) -> None:
    from rasa.core.agent import load_agent

    endpoints = AvailableEndpoints(action=EndpointConfig(url="http://127.0.0.1:1/webhook"))
    agent = talk.loop.run_until_complete(load_agent(model_path=str(MODEL), endpoints=endpoints))
    _check(_ask(talk, Assistant(agent), text), kind, said)


@pytest.mark.parametrize(("text", "kind", "said"), CASES)
def test_a_reply_that_does_not_come(text: str, kind: str, said: str) -> None:
    async def hangs(_: UserMessage) -> None:
        await asyncio.sleep(60)

    on_new_message: Callable[[UserMessage], Awaitable[Any]] = hangs
    replies = asyncio.run(converse(on_new_message, UserMessage(text, None, "someone"), 0.05))
    _check(replies, kind, said)


def test_the_fixed_lines_say_the_contents_phone_number(store: KnowledgeStore) -> None:
    scheduling = store.entry("scheduling")
    assert scheduling is not None
    assert last_resort.PHONE in scheduling.text
    assert all(last_resort.PHONE in text for text in (last_resort.ERROR, *last_resort.SAFETY.values()))
