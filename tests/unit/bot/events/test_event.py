"""What gets into an event, and what is taken for one."""

import datetime as dt
import json
from typing import Any

import pytest

from bot.conversations.settings import ConversationSettings
from bot.events.event import MOST_BYTES, BadEvent, Event, name, read
from bot.events.settings import StreamSettings
from bot.settings import SettingsError

_TOLD: dict[str, Any] = {"v": 1, "id": "0" * 32, "type": "reply", "at": "2026-11-28T09:00Z", "channel": "website", "entry": "survival"}


def test_an_event_is_read_as_it_was_written_and_knows_the_hour_alone() -> None:
    made = Event(type="reply", at=dt.datetime(2026, 11, 28, 9, 31, 17), channel="website", facts=["a.b", "a.b"], pressed=False, part=1)
    assert read(made.body()) == made
    assert made.at == dt.datetime(2026, 11, 28, 9)
    assert made.facts == ("a.b",)
    assert made.id != Event(type="reply", at=made.at, channel="website").id


def test_fields_of_a_later_version_are_left_out() -> None:
    assert "words" not in read(json.dumps({**_TOLD, "words": "what people said"}).encode()).dict()


@pytest.mark.parametrize(
    "wrong",
    [
        {"v": 2}, {"v": True}, {"id": "short"}, {"type": "a reply"}, {"at": "2026-11-28T09:31Z"}, {"at": 1}, {"channel": ""},
        {"entry": "what is it"}, {"entry": "x" * 81}, {"entry": "survival\n"}, {"facts": ["two words"]}, {"facts": "a"}, {"part": 2**31},
        {"part": -1}, {"milliseconds": 1.5}, {"pressed": 1}, {"helpful": "yes"}, {"entry": "\x00"}, {"reason": "Émile"},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_not_repeated(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadEvent, match=f"^wrong: {next(iter(wrong))}$"):
        read(json.dumps({**_TOLD, **wrong}).encode())


@pytest.mark.parametrize("body", [b"", b"words", b"[1]", b"\xff", b"[" * 10_000, b" " * (MOST_BYTES + 1), b'{"v": 1}'], ids=range(7))
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(BadEvent):
        read(body)


def test_only_names_are_names() -> None:
    assert [name(one) for one in ("survival", "ask.x-1", "two words", "", None, 3, "é")] == ["survival", "ask.x-1"] + [None] * 5


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "EVENTS_RABBITMQ_URL is not set"),
        ({"EVENTS_RABBITMQ_URL": "http://u:secret@h/"}, "EVENTS_RABBITMQ_URL is no address of RabbitMQ"),
        ({"EVENTS_RABBITMQ_URL": "amqp://u:secret@h:port/"}, "EVENTS_RABBITMQ_URL is no address"),
        ({"EVENTS_RABBITMQ_URL": "amqp://secret@h/"}, "EVENTS_RABBITMQ_URL has no user and password"),
        ({"EVENTS_RABBITMQ_URL": "amqp://u:secret@h/", "EVENTS_BATCH": "0"}, "EVENTS_BATCH is '0'"),
        ({"EVENTS_RABBITMQ_URL": "amqp://u:secret@h/", "EVENTS_QUEUE": "a b"}, "EVENTS_QUEUE is 'a b'"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_used_is_named_in_one_line_without_the_password(given: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as told:
        StreamSettings.read(given)
    assert str(told.value).startswith(says)
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


def test_the_stream_is_off_unless_it_is_wanted() -> None:
    assert not ConversationSettings.read({}).events
    assert ConversationSettings.read({"EVENTS_STREAM": "yes"}).events
    with pytest.raises(SettingsError, match="EVENTS_STREAM is 'on'; use 'yes' or 'no'"):
        ConversationSettings.read({"EVENTS_STREAM": "on"})
