"""The event stream with a real worker, a real relay, a real consumer and a RabbitMQ that is stopped: nothing lost, nothing twice."""

import json
import statistics
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.events.event import Event
from tests.databases import empty_postgres
from tests.integration.streaming import Process, Tables, until
from tests.integration.website import Client, Server
from tests.ports import free_port
from tests.rabbitmq_server import RabbitServer

_TYPED = ("what is leiomyosarcoma", "how is it treated", "zebra crossing of quillfeather", "i want to kill myself")
_QUEUE = "lms-events"


class _Stream:
    """Everything that the stream is made of."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        (folder / "rabbit").mkdir()
        self.rabbit = RabbitServer(folder / "rabbit")
        self.environment = {
            "EVENTS_STREAM": "yes",
            "EVENTS_RABBITMQ_URL": self.rabbit.url,
            "CONVERSATIONS_DATABASE_URL": database,
            "ANALYTICS_DATABASE_URL": database,
            **{f"WEBSITE_{name}_LIMIT": "off" for name in ("SESSIONS", "MESSAGES", "REQUESTS")},
        }
        self.tables = Tables(database)
        self.engine = sa.create_engine(database, future=True)

    def process(self, command: str, **more: str) -> Process:
        return Process(command, self.folder, {**self.environment, **more})

    def waiting(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM event_outbox")).scalar_one())


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Stream]:
    with empty_postgres("stream") as database:
        one = _Stream(tmp_path_factory.mktemp("stream"), database)
        yield one
        one.rabbit.stop()
        one.tables.close()
        one.engine.dispose()


@pytest.fixture(scope="module")
def worker(stream: _Stream) -> Iterator[Server]:
    folder = stream.folder / "worker"
    folder.mkdir()
    one = Server(folder, stream.environment)
    yield one
    one.stop()


@pytest.fixture
def relay(stream: _Stream) -> Iterator[Process]:
    one = stream.process("relay")
    yield one
    one.kill()


@pytest.fixture
def consumer(stream: _Stream) -> Iterator[Process]:
    one = stream.process("consume", EVENTS_BATCH="50")
    yield one
    one.kill()


def _events(number: int) -> list[Event]:
    return [Event(type="reply", at="2026-11-01T10:00Z", channel="test", kind="answer", part=1, facts=("a.b", "c.d")) for _ in range(number)]


def test_what_people_do_is_counted_and_no_word_of_it_is_sent(stream: _Stream, worker: Server, relay: Process) -> None:
    person = Client(worker)
    person.begin()
    turns = [person.say(text) for text in _TYPED]
    button = next(button for turn in turns for reply in turn["replies"] for button in reply["buttons"])
    turns.append(person.press(button["id"]))
    reply = turns[0]["replies"][0]["id"]
    for helpful in (True, True, False):
        assert person.call("POST", "/chat/feedback", {"reply": reply, "helpful": helpful, "reason": "quillfeather"}).status == 204
    until(lambda: stream.rabbit.has(_QUEUE) and stream.rabbit.depth(_QUEUE) > 0 and stream.waiting() == 0)
    bodies = stream.rabbit.take(_QUEUE)
    told = [json.loads(body) for body in bodies]
    sent = b" ".join(bodies).decode()
    with stream.engine.connect() as connection:
        tokens = [str(one) for one in connection.execute(sa.text("SELECT token_hash FROM chat_session")).scalars()]
    for secret in (*_TYPED, "zebra", "crossing", "quillfeather", "kill", "myself", person.token, *tokens):
        assert secret not in sent
    assert person.sender[4:] not in sent
    assert all(" " not in value for one in told for value in _texts(one))
    assert len({one["id"] for one in told}) == len(told)
    kinds = [one["type"] for one in told]
    replies = [one for one in told if one["type"] == "reply"]
    assert (kinds.count("begun"), kinds.count("feedback"), kinds.count("handoff")) == (1, 2, 1)
    assert len(replies) == sum(len(turn["replies"]) for turn in turns)
    assert [one["entry"] for one in replies][:2] == [turn["replies"][0]["custom"]["entry"] for turn in turns[:2]]
    assert replies[0]["topic"]
    assert replies[0]["facts"] == turns[0]["replies"][0]["custom"]["facts"]
    assert [one["pressed"] for one in replies if one["part"] == 1] == [False] * len(_TYPED) + [True]
    assert all(0 < one["milliseconds"] < 15_000 for one in replies)
    assert [(one["helpful"], one["changed"]) for one in told if one["type"] == "feedback"] == [(True, False), (False, True)]
    assert all(one["at"].endswith(":00Z") for one in told)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def test_what_is_delivered_twice_is_counted_once_and_the_unreadable_is_set_aside(stream: _Stream, consumer: Process) -> None:
    until(lambda: stream.rabbit.has(_QUEUE))
    before = len(stream.tables.rows())
    (one,) = _events(1)
    stream.rabbit.publish(_QUEUE, one.body(), one.body(), b"no JSON", b'{"v": 2, "id": "x"}', _events(1)[0].body())
    until(lambda: len(stream.tables.rows()) == before + 2 and stream.rabbit.depth(f"{_QUEUE}.dead") == 2)
    stream.rabbit.publish(_QUEUE, one.body())
    until(lambda: stream.rabbit.depth(_QUEUE) == 0)
    time.sleep(1)
    assert len(stream.tables.rows()) == before + 2
    assert len([row for row in stream.tables.rows("analytics_fact") if row["event_id"] == one.id]) == 2
    assert sorted(stream.rabbit.take(f"{_QUEUE}.dead")) == [b"no JSON", b'{"v": 2, "id": "x"}']


def test_a_consumer_killed_again_and_again_in_mid_batch_loses_and_doubles_nothing(stream: _Stream) -> None:
    consumer = stream.process("consume", EVENTS_BATCH="50")
    events = _events(3000)
    try:
        until(lambda: stream.rabbit.has(_QUEUE))
        consumer.kill()
        stream.rabbit.publish(_QUEUE, *(one.body() for one in events))
        consumer.start()
        kills = 0
        wanted = {str(one.id) for one in events}

        def written() -> int:
            return len(wanted & {row["id"] for row in stream.tables.rows()})

        while written() < len(events) and kills < 4:
            done = written()
            until(lambda done=done: written() > done)  # it is at work
            consumer.kill()
            kills += 1
            consumer.start()
        until(lambda: written() == len(events), 60)
        until(lambda: stream.rabbit.depth(_QUEUE) == 0)
        print(f"\nconsumer killed {kills} times: {written()} of {len(events)} events, none twice")
        assert kills > 1
        facts = [row for row in stream.tables.rows("analytics_fact") if row["event_id"] in wanted]
        assert len(facts) == 2 * len(events)
    finally:
        consumer.kill()


@pytest.mark.parametrize("how", ["stop", "hang"])
def test_without_rabbitmq_no_reply_is_slower_and_all_events_come_afterwards(
    how: str, stream: _Stream, worker: Server, relay: Process, consumer: Process
) -> None:
    person = Client(worker)
    person.begin()
    for text in _TYPED[:2]:
        person.say(text)
    until(lambda: stream.rabbit.has(_QUEUE) and stream.waiting() == 0 and stream.rabbit.depth(_QUEUE) == 0)
    time.sleep(1)
    before, asked, seconds = len(stream.tables.of("reply")), 0, []
    getattr(stream.rabbit, how)()
    try:
        for _ in range(20):
            begun = time.monotonic()
            asked += len(person.say("what is leiomyosarcoma")["replies"])
            seconds.append(time.monotonic() - begun)
    finally:
        (stream.rabbit.start if how == "stop" else stream.rabbit.wake)()
    print(f"\nRabbitMQ {how}: slowest of 20 replies {max(seconds) * 1000:.0f} ms, half within {statistics.median(seconds) * 1000:.0f} ms")
    assert max(seconds) < 2
    until(lambda: len(stream.tables.of("reply")) == before + asked, 90)
    time.sleep(2)
    assert len(stream.tables.of("reply")) == before + asked


def test_a_killed_worker_and_a_killed_relay_take_no_event_with_them(stream: _Stream, consumer: Process) -> None:
    folder = stream.folder / "victim"
    folder.mkdir()
    victim = Server(folder, stream.environment)
    try:
        person = Client(victim)
        person.begin()
        before = len(stream.tables.of("reply"))
        told = len(person.say("what is leiomyosarcoma")["replies"])
    finally:
        victim.stop()  # with -9
    assert stream.waiting() > 0
    relay = stream.process("relay")
    try:
        relay.kill()
        relay.start()
        until(lambda: stream.waiting() == 0)
        until(lambda: len(stream.tables.of("reply")) == before + told)
    finally:
        assert relay.end() == 0


def test_health_tells_of_rabbitmq_and_metrics_of_what_waits(stream: _Stream) -> None:
    port = free_port()
    relay = stream.process("relay", ASSISTANT_MONITORING_PORT=str(port))
    consumer_port = free_port()
    consumer = stream.process("consume", ASSISTANT_MONITORING_PORT=str(consumer_port))
    try:
        until(lambda: _asked(port, "/health/ready")[0] == 200 and _asked(consumer_port, "/health/ready")[0] == 200)
        assert json.loads(_asked(consumer_port, "/health/ready")[1]) == {"status": "ready", "analytics": "ok", "rabbitmq": "ok"}
        assert 'lms_events_queued{queue="dead_letters"}' in _asked(consumer_port, "/metrics")[1]
        stream.rabbit.stop()
        until(lambda: _asked(port, "/health/ready")[0] == 503)
        assert json.loads(_asked(port, "/health/ready")[1])["rabbitmq"] == "RabbitUnavailable"
        assert _asked(port, "/health/live")[0] == 200
        assert "lms_events_waiting 0.0" in _asked(port, "/metrics")[1]
        stream.rabbit.start()
        until(lambda: _asked(port, "/health/ready")[0] == 200)
        assert "guest" not in relay.log.read_text() + consumer.log.read_text()
    finally:
        relay.kill()
        consumer.kill()


def _asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""
