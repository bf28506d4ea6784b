"""Ten thousand hostile requests: none may end in a 5xx, a stack trace, or an intent that somebody typed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.website import PAGE, Answer, Client, Server

HOSTILE_INPUTS = 10_000
_BODIES, _OBJECTS, _TEXTS, _REQUESTS = (HOSTILE_INPUTS * share // 100 for share in (20, 15, 7, 58))
_COMMON = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    "print_blob": False,
}
_CODES = {
    "bad_json", "bad_request", "bad_text", "unknown_button", "unknown_session", "origin_refused", "not_found", "bad_method", "id_reused",
    "too_large", "not_json",
}  # fmt: skip
_PATHS = ["/chat/sessions", "/chat/messages", "/chat/feedback", "/chat/conversation", "/chat/widget.js", "/chat/demo", "/chat/health"]


class Attacker:
    """Sends, counts, and looks at every answer."""

    def __init__(self, server: Server) -> None:
        self.server, self.sent, self.senders = server, 0, set[str]()
        self.client = Client(server)
        self.renew()

    def renew(self) -> None:
        self.client.token = ""
        self.client.begin()
        self.senders.add(self.client.sender)

    def check(self, answer: Answer) -> Answer:
        self.sent += 1
        assert answer.status < 500, (answer.status, answer.body)
        assert b"Traceback" not in answer.body
        assert answer.headers["x-content-type-options"] == "nosniff"
        if answer.status >= 400 and answer.body:
            assert answer.code in _CODES
        return answer


@pytest.fixture(scope="module")
def attacker(website: Server) -> Iterator[Attacker]:
    one = Attacker(website)
    yield one
    assert website.process.poll() is None
    assert "Traceback" not in website.log.read_text(errors="replace")
    with sqlite3.connect(website.trackers) as connection:
        events = connection.execute("select sender_id, type_name, data from events").fetchall()
    ours = [(kind, json.loads(data)) for sender, kind, data in events if sender in one.senders]
    assert not [event for kind, event in ours if kind == "restart"]
    typed = [event["text"] for kind, event in ours if kind == "user" and event["text"] != "/greet"]
    assert len(typed) > _TEXTS / 4
    assert not [text for text in typed if text.startswith("/")]
    assert sum(1 for kind, event in ours if kind == "user" and event["text"] == "/greet") == len(one.senders)
    assert one.sent >= HOSTILE_INPUTS * 0.99  # hypothesis may find that a small space has no more


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=4,
)
_WELL_FORMED = b'{"id": "message-1", "text": "what is lms"}'


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A message with some bytes that are others."""
    body = bytearray(_WELL_FORMED)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(body) - 1))
        body[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=4))
        if not body:
            break
    return bytes(body)


@settings(max_examples=_BODIES, **_COMMON)
@given(
    body=st.binary(max_size=200)
    | _mutated()
    | st.sampled_from([b"[" * 9000, b"1" * 9000, b'{"a":' * 2000, b"\xef\xbb\xbf{}", b"{}" * 5000]),
    path=st.sampled_from(_PATHS[:3]),
    kind=st.sampled_from(["application/json"] * 6 + ["text/plain", "", "application/json; charset=utf-16", "multipart/form-data"]),
)
def test_bodies(attacker: Attacker, body: bytes, path: str, kind: str) -> None:
    headers = {"Authorization": f"Bearer {attacker.client.token}", "Content-Type": kind}
    answer = attacker.check(attacker.client.send("POST", path, body, headers))
    if answer.status == 201:
        attacker.senders.add(_sender(answer))


def _sender(answer: Answer) -> str:
    from bot.channels.website.talk import sender_of
    from bot.conversations.store import token_hash

    return sender_of(token_hash(answer.json["session"]))


_KEYS = st.sampled_from(["id", "text", "button", "reply", "helpful", "reason", "sender", "metadata", "input_channel", "__proto__"])
_VALUES = _JSON | st.sampled_from(
    ["message-1", "b-aaaaaaaaaaaaaaaa", "r-aaaaaaaaaaaaaaaa", "/restart", "' or 1=1 --", "%", "_", "\ud800", "\0", "", True]
)


@settings(max_examples=_OBJECTS, **_COMMON)
@given(told=st.dictionaries(_KEYS, _VALUES, max_size=5) | _JSON, path=st.sampled_from(_PATHS[1:3]))
def test_objects(attacker: Attacker, told: Any, path: str) -> None:
    answer = attacker.check(attacker.client.call("POST", path, told))
    if answer.status == 201:
        attacker.senders.add(_sender(answer))


_STARTS = st.sampled_from(
    [
        "",
        "/",
        " /",
        "／",
        "\u200b/",
        "//",
        "/restart",
        "/back",
        '/ask_survival{"stage": "late"}',
        "/greet@1.0",
        "/crisis{",
        "<script>",
        "{{7*7}}",
        "' OR 1=1 --",
        "\u202e",
        "\ufeff/",
        "${x}",
        "%s%n",
        "\x1b[2J",
        "[name]",
        "-" * 400,
        "1" * 400,
        "a@" * 200,
        "my name is ",
        "😀" * 50,
        "e\u0301" * 100,
    ]
)
_ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)


@settings(max_examples=_TEXTS, **_COMMON)
@given(start=_STARTS, rest=_ANY | st.sampled_from(["", "restart", 'ask_survival{"a": 1}', "what is lms"]))
def test_texts(attacker: Attacker, start: str, rest: str) -> None:
    identifier = f"hostile-{attacker.sent}"
    if attacker.sent % 100 == 0:
        attacker.renew()
    answer = attacker.check(attacker.client.call("POST", "/chat/messages", {"id": identifier, "text": start + rest}))
    if answer.status == 200:
        assert answer.json["replies"]
        assert all(reply["text"] for reply in answer.json["replies"])
        assert not [reply for reply in answer.json["replies"] if reply["custom"]["kind"] == "error"]
    else:
        assert answer.code == "bad_text"


_HEADER = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80)


@settings(max_examples=_REQUESTS, **_COMMON)
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"]),
    path=st.sampled_from(_PATHS) | st.binary(max_size=20).map(lambda raw: "/chat/" + "".join(f"%{byte:02x}" for byte in raw)),
    query=st.sampled_from(
        ["", "?after=1", "?after=", "?after=1&after=2", "?after=9999999999999999", "?after=%00", "?after=%d9%a1", "?%ff=%fe"]
    ),
    authorization=_HEADER | st.sampled_from(["Bearer " + "a" * 43, "Bearer", "bearer " + "-" * 43]),
    origin=st.none() | _HEADER | st.sampled_from([PAGE, "null", "https://evil.example"]),
)
def test_requests(attacker: Attacker, method: str, path: str, query: str, authorization: str, origin: str | None) -> None:
    headers = {"Authorization": authorization, **({} if origin is None else {"Origin": origin})}
    answer = attacker.check(attacker.client.send(method, path + query, None, headers))
    if answer.status == 201:
        attacker.senders.add(_sender(answer))
    if origin not in {None, PAGE} and path != "/chat/widget.js":
        assert answer.status == 403
