"""Several workers on one PostgreSQL and one Redis: any of them serves any conversation, and each may die."""

import asyncio
import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import pytest

from bot import last_resort
from tests.integration.services import Services, hanging_actions, same_person, shared_services
from tests.integration.website import Client, Server


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with shared_services(tmp_path_factory.mktemp("workers")) as shared:
        yield shared


@pytest.fixture(scope="module")
def workers(services: Services) -> Iterator[tuple[Server, Server]]:
    with ThreadPoolExecutor() as pool:  # on an empty database both set it up at the same moment
        first, second = pool.map(services.worker, ("first", "second"))
    yield first, second
    first.stop()
    second.stop()


@pytest.fixture
def hanging() -> Iterator[tuple[int, threading.Event]]:
    with hanging_actions() as server:
        yield server


def _entries(turn: Any) -> list[Any]:
    return [reply["custom"]["entry"] for reply in turn["replies"]]


def test_any_worker_serves_any_conversation(workers: tuple[Server, Server]) -> None:
    here = Client(workers[0])
    here.begin()
    there = same_person(here, workers[1])
    assert _entries(here.say("how many people survive this")) == ["survival"]
    assert _entries(there.say("and if it has spread?")) == ["survival-advanced"]
    assert [turn["text"] for turn in here.history()["turns"]] == ["how many people survive this", "and if it has spread?"]


def test_the_same_message_at_two_workers_at_once_is_asked_once(services: Services, workers: tuple[Server, Server]) -> None:
    for _ in range(5):
        first = Client(workers[0])
        first.begin()
        clients = [first, *(same_person(first, workers[number % 2]) for number in (1, 0, 1))]
        with ThreadPoolExecutor(len(clients)) as pool:
            turns = list(pool.map(lambda client: client.say("what is leiomyosarcoma", "the-same-one"), clients))
        assert {str(turn) for turn in turns} == {str(turns[0])}
        assert len([data for data in services.heard(first.sender) if "leiomyosarcoma" in data]) == 1


def test_a_worker_killed_in_mid_message_costs_less_than_five_seconds(
    services: Services, workers: tuple[Server, Server], hanging: tuple[int, threading.Event]
) -> None:
    port, asked = hanging
    victim = services.worker("victim", {"ASSISTANT_ACTIONS": "http"}, port)
    try:
        person = Client(workers[0])
        person.begin()
        with ThreadPoolExecutor(1) as pool:
            lost = pool.submit(same_person(person, victim).say, "what is leiomyosarcoma", "the-lost-one")
            assert asked.wait(20)
            time.sleep(1)  # its lease is renewed
            victim.process.kill()
            victim.process.wait()
            assert isinstance(lost.exception(), (OSError, http.client.HTTPException))
        begun = time.monotonic()
        turn = person.say("what is leiomyosarcoma", "the-lost-one")  # sent once more, as the widget does
        seconds = time.monotonic() - begun
        print(f"\nafter a killed worker: answered in {seconds:.1f} s")
        assert seconds < 5
        assert turn["replies"][0]["custom"]["kind"] == "answer"
        assert [one["id"] for one in person.history()["turns"]] == ["the-lost-one"]
    finally:
        victim.stop()


def test_who_waits_too_long_is_told_so_and_danger_does_not_wait(
    services: Services, workers: tuple[Server, Server], hanging: tuple[int, threading.Event]
) -> None:
    port, asked = hanging
    slow = services.worker("slow", {"ASSISTANT_ACTIONS": "http"}, port, ", wait: 1")
    try:
        person = Client(workers[0])
        person.begin()
        first, second = same_person(person, slow), same_person(person, slow)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(first.call, "POST", "/chat/messages", {"id": "the-first", "text": "what is leiomyosarcoma"})
            assert asked.wait(20)
            told = second.call("POST", "/chat/messages", {"id": "the-second", "text": "how is it treated"})
            assert (told.status, told.code, told.headers["Retry-After"]) == (429, "busy", "3")
            assert told.json["error"]["message"] == last_resort.WAIT
            turn = second.say("i want to kill myself")
            assert turn["replies"][0]["custom"]["kind"] == "safety"
            assert "988" in turn["replies"][0]["text"]
            slow.stop()
    finally:
        slow.stop()


async def _flood(servers: tuple[Server, ...], count: int) -> list[tuple[str, float]]:
    """The kinds of the replies to many messages of one person at once, and the seconds of each."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as session:
        begun = time.monotonic()

        async def ask(number: int) -> tuple[str, float]:
            address = f"http://127.0.0.1:{servers[number % len(servers)].port}/webhooks/rest/webhook"
            async with session.post(address, json={"sender": "impatient", "message": "what is leiomyosarcoma"}) as response:
                told = await response.json()
            texts = [one["text"] for one in told if "text" in one]
            kinds = [one["custom"]["kind"] for one in told if "custom" in one]
            return ("wait" if last_resort.WAIT in texts else str(kinds[-1]) if kinds else "silence"), time.monotonic() - begun

        return list(await asyncio.gather(*(ask(number) for number in range(count))))


def test_a_thousand_messages_at_once_to_one_conversation(workers: tuple[Server, Server]) -> None:
    told = asyncio.run(_flood(workers, 1000))
    kinds = Counter(kind for kind, _ in told)
    assert set(kinds) == {"answer", "wait"}, kinds
    slowest = max(seconds for _, seconds in told)
    print(f"\n1,000 messages at once, two workers: {dict(kinds)}, the last after {slowest:.1f} s")
    assert slowest < 10
    assert asyncio.run(_flood(workers[:1], 1))[0][0] == "answer"  # and it goes on


@pytest.mark.parametrize("how", ["hang", "stop"])
def test_without_redis_people_are_answered_within_two_seconds(how: str, services: Services, workers: tuple[Server, Server]) -> None:
    person = Client(workers[0])
    person.begin()
    try:
        getattr(services.redis, how)()
        for text in ("what is leiomyosarcoma", "how is it treated"):
            begun = time.monotonic()
            assert person.say(text)["replies"][0]["custom"]["kind"] == "answer"
            assert time.monotonic() - begun < 2
    finally:
        (services.redis.wake if how == "hang" else services.redis.start)()
    time.sleep(2.5)  # it is not asked again at once
    other = same_person(person, workers[1])
    assert other.say("what is leiomyosarcoma")["turn"] == 3
