"""The assistant's door for the desk, against the real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from bot.channels.desk import DeskInput
from bot.settings import SettingsError
from tests.integration.desk import TOKEN
from tests.integration.website import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    limits = dict.fromkeys(("WEBSITE_SESSIONS_LIMIT", "WEBSITE_MESSAGES_LIMIT", "WEBSITE_REQUESTS_LIMIT"), "off")
    running = Server(tmp_path_factory.mktemp("desk-api"), {"DESK_API_TOKEN": TOKEN, "ASSISTANT_ENVIRONMENT": "production", **limits})
    yield running
    running.stop()


@pytest.fixture
def api(server: Server) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{server.port}/desk-api", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
    ) as one:
        yield one


def _read(api: httpx2.Client, text: str) -> Any:
    answer = api.post("/read", json={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_readings_and_replies_in_a_fresh_conversation_redacted_and_kept_nowhere(api: httpx2.Client, server: Server) -> None:
    told = _read(api, "my name is Anna Kowalski, what is survival if it has spread?")
    assert "Kowalski" not in str(told)
    assert told["redacted"] is True
    (question,) = told["questions"]
    assert question["intent"] == "ask_survival"
    assert question["facets"] == {"spread": ["advanced"]}
    assert 0.5 < question["confidence"] <= 1
    assert len(question["readings"]) >= 3
    assert told["replies"][0]["custom"]["entry"] == "survival-advanced"
    assert "automated" not in told["replies"][0]["text"]
    # A second question knows nothing of the first.
    assert _read(api, "and if it has not spread?") == _read(api, "and if it has not spread?")
    assert b"desk-" not in server.kept()
    assert b"survival if it has spread" not in server.kept()
    assert "survival if it has spread" not in server.log.read_text()


def test_safety_is_told_and_two_questions_get_two_replies(api: httpx2.Client) -> None:
    assert _read(api, "i want to kill myself")["safety"] == "crisis"
    assert _read(api, "she cannot breathe")["safety"] == "emergency"
    assert _read(api, "/ask_survival")["safety"] is None
    told = _read(api, "how is it treated and what causes it?")
    assert len(told["questions"]) == len(told["replies"]) == 2


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"])
def test_without_the_token_nothing(server: Server, header: str | None) -> None:
    base = f"http://127.0.0.1:{server.port}/desk-api"
    headers = {} if header is None else {"Authorization": header}
    answer = httpx2.post(f"{base}/read", headers=headers, json={"text": "x"})
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers


def test_it_answers_questions_and_nothing_else(api: httpx2.Client) -> None:
    for path in ("/handoffs", "/handoffs/1", "/", "/read"):
        assert api.get(path).status_code in {404, 405}


def test_it_is_not_for_browsers(api: httpx2.Client, server: Server) -> None:
    answer = api.post("/read", json={"text": "x"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control-allow")]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"text": 1}', "application/json", 400),
        (b'{"text": "x", "sender": "web-1"}', "application/json", 400),
        (b'{"text": "  "}', "application/json", 400),
        (b'{"text": "\\ud800"}', "application/json", 400),
        (b'{"text": "a\\u0000"}', "application/json", 400),
        (b'{"text": "' + b"x" * 2001 + b'"}', "application/json", 400),
        (b'{"text": "' + b"x" * 20000 + b'"}', "application/json", 413),
        (b'{"text": "x"}', "text/plain", 415),
        (b"\xff", "application/json", 400),
    ],
)
def test_what_is_no_question_is_refused(api: httpx2.Client, body: bytes, kind: str, status: int) -> None:
    assert api.post("/read", content=body, headers={"Content-Type": kind}).status_code == status


def test_a_token_that_can_be_guessed_is_refused_and_none_means_off() -> None:
    with pytest.raises(SettingsError, match="DESK_API_TOKEN"):
        DeskInput.from_credentials(None, {"DESK_API_TOKEN": "short"})
    with pytest.raises(SettingsError, match="reply_within"):
        DeskInput.from_credentials({"reply_within": "soon"}, {})


def test_it_is_off_where_no_token_is_set(website: Server) -> None:
    answer = httpx2.post(f"http://127.0.0.1:{website.port}/desk-api/read", json={"text": "x"}, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 404
