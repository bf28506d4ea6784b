"""Requests are read strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.website import reading
from bot.channels.website.reading import Rated, Said
from bot.channels.website.refusals import Refused

_JSON = "application/json"


def test_what_is_well_formed_is_read() -> None:
    assert reading.said({"id": "message-1", "text": "  what is lms\n"}) == Said("message-1", text="what is lms")
    assert reading.said({"id": "a" * 64, "button": "b-1"}) == Said("a" * 64, button="b-1")
    assert reading.said({"id": "message-1", "text": "😀" * 1000}).text == "😀" * 1000
    assert reading.rated({"reply": "r-1", "helpful": False, "reason": " "}) == Rated("r-1", False, None)
    assert reading.token(["bearer " + "a" * 43]) == "a" * 43
    assert (reading.after([]), reading.after(["7"])) == (0, 7)
    assert reading.body("Application/JSON; charset=UTF-8", b"{}") == {}


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b"[" * 9000, b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1, "a": 2}', b"1" * 9000, b"{} {}"]
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        reading.body(_JSON, raw)
    assert (refused.value.status, refused.value.code) == (400, "bad_json")


@pytest.mark.parametrize("told", [None, True, 1, 1.5, "text", [], [{}]])
def test_json_that_is_no_object_is_refused(told: Any) -> None:
    with pytest.raises(Refused) as refused:
        reading.body(_JSON, json.dumps(told).encode())
    assert (refused.value.status, refused.value.code) == (400, "bad_request")


@pytest.mark.parametrize(
    ("told", "code", "field"),
    [
        ({"id": "message-1", "text": None}, "bad_text", "text"),
        ({"id": "message-1", "text": ["a"]}, "bad_text", "text"),
        ({"id": "message-1", "text": "\ud800"}, "bad_text", "text"),
        ({"id": "message-1", "text": "a\x1b[2J"}, "bad_text", "text"),
        ({"id": "message-1", "text": "\u200b\u2060"}, "bad_text", "text"),
        ({"id": "message-1", "text": "a" * 1001}, "bad_text", "text"),
        ({"id": "seven77", "text": "a"}, "bad_request", "id"),
        ({"id": "a" * 65, "text": "a"}, "bad_request", "id"),
        ({"id": "message-é", "text": "a"}, "bad_request", "id"),
        ({"id": "message-1\n", "text": "a"}, "bad_request", "id"),
        ({"id": True, "text": "a"}, "bad_request", "id"),
        ({"id": "message-1", "button": None}, "bad_request", "button"),
        ({"id": "message-1", "button": {"id": "b"}}, "bad_request", "button"),
        ({"id": "message-1", "button": "a b"}, "bad_request", "button"),
        ({"id": "message-1", "text": "a", "<script>": 1}, "bad_request", "body"),
    ],
)
def test_a_message_that_is_none_is_refused_with_its_field(told: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        reading.said(told)
    assert (refused.value.status, refused.value.code, refused.value.field) == (400, code, field)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"helpful": True}, "reply"),
        ({"reply": "r-1"}, "helpful"),
        ({"reply": "r-1", "helpful": 1}, "helpful"),
        ({"reply": "r-1", "helpful": True, "reason": None}, "reason"),
        ({"reply": "r-1", "helpful": True, "reason": "\0"}, "reason"),
    ],
)
def test_feedback_that_is_none_is_refused_with_its_field(told: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        reading.rated(told)
    assert (refused.value.code, refused.value.field) == ("bad_request", field)


@pytest.mark.parametrize(
    "sent", [[], ["Bearer " + "a" * 42], ["Bearer " + "a" * 44], ["a" * 43], ["Bearer " + "a" * 43] * 2, ["Bearer " + "/" * 43]]
)
def test_a_token_that_cannot_be_ours_is_an_unknown_session(sent: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        reading.token(sent)
    assert (refused.value.status, refused.value.code) == (401, "unknown_session")


@pytest.mark.parametrize("given", [["x"], [""], ["-1"], ["1.5"], ["1", "2"], ["٣"], ["9999999999"]])
def test_after_is_a_number(given: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        reading.after(given)
    assert refused.value.field == "after"
