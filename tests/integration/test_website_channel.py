"""The website channel over the real server: every row of docs/website-api.md, and what must never happen."""

from __future__ import annotations

import gzip
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.website import PAGE, Client, Server

SURVIVAL = "what is the survival rate if it has spread"


@pytest.fixture
def server(website: Server) -> Server:
    return website


@pytest.fixture
def client(server: Server) -> Client:
    person = Client(server)
    person.begin()
    return person


def _kinds(answer: Any) -> list[str]:
    return [reply["custom"]["kind"] for reply in answer["replies"]]


def test_a_new_conversation_is_greeted_with_the_disclosure(server: Server) -> None:
    person = Client(server)
    told = person.begin()
    assert set(told) == {"session", "expires_in", "max_length", "replies"}
    assert (len(told["session"]), told["expires_in"], told["max_length"]) == (43, 86400, 1000)
    (greeting,) = told["replies"]
    assert greeting["custom"]["kind"] == "greeting"
    assert "automated" in greeting["text"]
    assert len(greeting["buttons"]) >= 2
    assert "automated" not in person.say("what is leiomyosarcoma")["replies"][0]["text"]
    assert person.call("POST", "/chat/sessions", {}).status == 201


def test_an_answer_has_the_shape_of_the_contract(client: Client) -> None:
    answer = client.call("POST", "/chat/messages", {"id": "message-1", "text": SURVIVAL})
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    told = answer.json
    assert set(told) == {"id", "turn", "text", "replies", "redacted"}
    assert (told["id"], told["turn"], told["text"], told["redacted"]) == ("message-1", 1, SURVIVAL, False)
    (reply,) = told["replies"]
    assert set(reply) == {"id", "text", "buttons", "custom", "detail"}
    assert set(reply["custom"]) == {"kind", "entry", "revision", "facts", "source"}
    assert "survival.advanced" in reply["custom"]["facts"]
    assert all(set(button) == {"id", "title"} for button in reply["buttons"])


def test_two_questions_get_two_replies(client: Client) -> None:
    assert len(client.say("what are the symptoms and how is it diagnosed?")["replies"]) == 2


def test_a_button_asks_its_question_and_its_title_is_what_was_said(client: Client) -> None:
    button = client.history()["greeting"][0]["buttons"][1]
    told = client.press(button["id"])
    assert told["text"] == button["title"]
    assert _kinds(told) == ["answer"]
    again = told["replies"][0]["buttons"][0]
    assert client.press(again["id"])["text"] == again["title"]


def test_the_detail_of_an_older_answer_is_still_that_answers(client: Client) -> None:
    older = client.say("what is leiomyosarcoma")["replies"][0]
    newer = client.say("how is it diagnosed")["replies"][0]
    assert older["detail"]
    assert newer["detail"]
    told = client.press(older["detail"])
    (more,) = told["replies"]
    assert told["text"] == "More detail"
    assert more["custom"]["entry"] == older["custom"]["entry"]
    assert more["text"] != older["text"]
    assert more["detail"] is None
    assert client.say("where does that come from")["replies"][0]["custom"]["entry"] == older["custom"]["entry"]


def test_a_conversation_is_there_after_a_reload(client: Client) -> None:
    first, second = client.say("what is leiomyosarcoma"), client.say("and the symptoms?")
    history = client.history()
    assert [turn["turn"] for turn in history["turns"]] == [1, 2]
    assert [turn["replies"] for turn in history["turns"]] == [first["replies"], second["replies"]]
    assert history["turns"][0]["text"] == "what is leiomyosarcoma"
    assert history["turns"][0]["at"].endswith("Z")
    assert history["greeting"][0]["custom"]["kind"] == "greeting"
    assert [turn["turn"] for turn in client.history("?after=1")["turns"]] == [2]
    assert client.history("?after=2")["turns"] == []


def test_two_sessions_never_see_each_other(server: Server, client: Client) -> None:
    client.say("what is the survival rate")
    other = Client(server)
    other.begin()
    assert other.history()["turns"] == []
    button = client.history()["turns"][0]["replies"][0]["buttons"][0]["id"]
    answer = other.call("POST", "/chat/messages", {"id": "message-1", "button": button})
    assert (answer.status, answer.code) == (400, "unknown_button")
    reply = client.history()["turns"][0]["replies"][0]["id"]
    assert other.call("POST", "/chat/feedback", {"reply": reply, "helpful": True}).status == 404
    assert "survival.advanced" not in other.say("and if it has spread?")["replies"][-1]["custom"]["facts"]


def test_the_same_message_is_asked_once(server: Server, client: Client) -> None:
    told: list[Any] = []
    others = [Client(server) for _ in range(5)]

    def ask(one: Client) -> None:
        one.token = client.token
        told.append(one.say("is leiomyosarcoma hereditary", "the-same-id"))

    threads = [threading.Thread(target=ask, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 5
    assert all(answer == told[0] for answer in told)
    heard = [event["text"] for event in server.user_events(client.sender)]
    assert heard == ["/greet", "is leiomyosarcoma hereditary"]
    assert len(client.history()["turns"]) == 1
    reused = client.call("POST", "/chat/messages", {"id": "the-same-id", "text": "something else"})
    assert (reused.status, reused.code) == (409, "id_reused")
    assert server.user_events(client.sender)[1:] == server.user_events(client.sender)[1:2]


def test_feedback_is_kept_beside_entry_and_revision_and_is_no_message(server: Server, client: Client) -> None:
    reply = client.say("what is leiomyosarcoma")["replies"][0]
    heard = server.user_events(client.sender)
    first = client.call("POST", "/chat/feedback", {"reply": reply["id"], "helpful": False, "reason": "too long, write to anna@example.com"})
    assert (first.status, first.body) == (204, b"")
    assert client.history()["turns"][0]["feedback"] == {reply["id"]: "not_helpful"}
    assert client.call("POST", "/chat/feedback", {"reply": reply["id"], "helpful": True}).status == 204
    assert client.history()["turns"][0]["feedback"] == {reply["id"]: "helpful"}
    client.call("POST", "/chat/feedback", {"reply": reply["id"], "helpful": False, "reason": "too long, write to anna@example.com"})
    with sqlite3.connect(server.conversations) as connection:
        rows = connection.execute(
            "select entry, revision, helpful, reason from chat_feedback where reply_id = ?", (reply["id"],)
        ).fetchall()
    assert rows == [(reply["custom"]["entry"], reply["custom"]["revision"], 0, "too long, write to [email]")]
    assert server.user_events(client.sender) == heard


def test_deleting_leaves_nothing(server: Server, client: Client) -> None:
    planted = "zebrafinchwort"
    reply = client.say(f"is leiomyosarcoma like {planted}")["replies"][0]["id"]
    client.call("POST", "/chat/feedback", {"reply": reply, "helpful": True, "reason": planted})
    sender = client.sender
    assert planted.encode() in server.kept()
    assert server.user_events(sender)
    assert client.call("DELETE", "/chat/conversation").status == 204
    assert planted.encode() not in server.kept()
    assert server.user_events(sender) == []
    with sqlite3.connect(server.trackers) as connection:
        assert connection.execute("select count(*) from events where sender_id = ?", (sender,)).fetchone() == (0,)
    for method, path, told in [
        ("GET", "/chat/messages", None),
        ("POST", "/chat/messages", {"id": "message-9", "text": "hi"}),
        ("DELETE", "/chat/conversation", None),
    ]:
        answer = client.call(method, path, told)
        assert (answer.status, answer.code) == (401, "unknown_session")


FORCED = [
    "/restart",
    " /restart",
    "\u00a0/restart",
    "\u200b/restart",
    "\ufeff/restart",
    "//restart",
    "/ /restart",
    "\n/restart",
    "\t/session_start",
    '/ask_survival{"stage": "late"}',
    "／restart",
    "⁄restart",
    "∕restart",
    "\u2060／ /restart",
    '/tell_more{"entry": "survival"}',
    "/crisis",
    "/back",
    "/greet@1.0",
    "\u202e/restart",
    "/affirm",
    "\u3000/deny",
    "/EXTERNAL: x",
]


@pytest.mark.parametrize("typed", FORCED)
def test_typed_text_never_forces_an_intent(server: Server, client: Client, typed: str) -> None:
    client.say("what is the survival rate")
    told = client.say(typed)
    assert told["text"] == typed.strip()
    assert told["replies"]
    heard = server.user_events(client.sender)[-1]
    assert not heard["text"].startswith("/")
    assert heard["parse_data"]["intent"]["name"] not in {"restart", "session_start", "back"}
    assert [event["text"] for event in server.user_events(client.sender)][:2] == ["/greet", "what is the survival rate"]
    # What the same words mean without the slash is what they mean with it.
    plain = Client(server)
    plain.begin()
    plain.say("what is the survival rate")
    bare = heard["text"]
    assert [reply["text"] for reply in plain.say(bare)["replies"]] == [reply["text"] for reply in told["replies"]]


ERRORS: list[tuple[str, str, Any, int, str, str | None]] = [
    ("POST", "/chat/messages", b"{", 400, "bad_json", None),
    ("POST", "/chat/messages", b"\xff\xfe", 400, "bad_json", None),
    ("POST", "/chat/messages", b'{"id": "message-1", "id": "message-2", "text": "a"}', 400, "bad_json", None),
    ("POST", "/chat/messages", b"[" * 8000, 400, "bad_json", None),
    ("POST", "/chat/messages", [], 400, "bad_request", None),
    ("POST", "/chat/messages", {"text": "hi"}, 400, "bad_request", "id"),
    ("POST", "/chat/messages", {"id": "short", "text": "hi"}, 400, "bad_request", "id"),
    ("POST", "/chat/messages", {"id": "message 12", "text": "hi"}, 400, "bad_request", "id"),
    ("POST", "/chat/messages", {"id": 12345678, "text": "hi"}, 400, "bad_request", "id"),
    ("POST", "/chat/messages", {"id": "message-1"}, 400, "bad_request", "text"),
    ("POST", "/chat/messages", {"id": "message-1", "text": "hi", "button": "b"}, 400, "bad_request", "text"),
    ("POST", "/chat/messages", {"id": "message-1", "text": "hi", "sender": "x"}, 400, "bad_request", "sender"),
    ("POST", "/chat/messages", {"id": "message-1", "text": 5}, 400, "bad_text", "text"),
    ("POST", "/chat/messages", {"id": "message-1", "text": " \u200b\n"}, 400, "bad_text", "text"),
    ("POST", "/chat/messages", {"id": "message-1", "text": "a" * 1001}, 400, "bad_text", "text"),
    ("POST", "/chat/messages", {"id": "message-1", "text": "a\0"}, 400, "bad_text", "text"),
    ("POST", "/chat/messages", b'{"id": "message-1", "text": "\\ud800"}', 400, "bad_text", "text"),
    ("POST", "/chat/messages", {"id": "message-1", "button": "b-unknown"}, 400, "unknown_button", "button"),
    ("POST", "/chat/messages", {"id": "message-1", "button": "/restart"}, 400, "bad_request", "button"),
    ("POST", "/chat/messages", {"id": "message-1", "text": "a" * 17000}, 413, "too_large", None),
    ("POST", "/chat/sessions", {"a": 1}, 400, "bad_request", "a"),
    ("POST", "/chat/feedback", {"reply": "r-unknown", "helpful": True}, 404, "not_found", "reply"),
    ("POST", "/chat/feedback", {"reply": "r-unknown", "helpful": "yes"}, 400, "bad_request", "helpful"),
    ("POST", "/chat/feedback", {"reply": "r-unknown", "helpful": True, "reason": "a" * 501}, 400, "bad_request", "reason"),
    ("GET", "/chat/messages?after=x", None, 400, "bad_request", "after"),
    ("GET", "/chat/messages?after=-1", None, 400, "bad_request", "after"),
    ("GET", "/chat/nothing", None, 404, "not_found", None),
    ("GET", "/chat/demo/other.html", None, 404, "not_found", None),
    ("GET", "/chat/demo/.hidden.js", None, 404, "not_found", None),
    ("GET", "/chat/demo/..%2f..%2fconversations.db", None, 404, "not_found", None),
    ("GET", "/chat/demo/../server.log", None, 404, "not_found", None),
    ("GET", "/chat/sessions", None, 405, "bad_method", None),
    ("PUT", "/chat/messages", None, 405, "bad_method", None),
    ("DELETE", "/chat/messages", None, 405, "bad_method", None),
]


@pytest.mark.parametrize(("method", "path", "told", "status", "code", "field"), ERRORS)
def test_errors_say_what_to_do_and_change_nothing(
    server: Server, client: Client, method: str, path: str, told: Any, status: int, code: str, field: str | None
) -> None:
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}
    body = told if isinstance(told, bytes) or told is None else json.dumps(told).encode()
    answer = client.send(method, path, body, headers)
    assert (answer.status, answer.code) == (status, code)
    assert answer.json["error"].get("field") == field
    assert answer.json["error"]["message"]
    assert answer.headers["cache-control"] == "no-store"
    assert client.history()["turns"] == []
    assert len(server.user_events(client.sender)) == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin-1"])
def test_only_json_is_read(client: Client, kind: str) -> None:
    answer = client.call("POST", "/chat/messages", {"id": "message-1", "text": "hi"}, {"Content-Type": kind})
    assert (answer.status, answer.code) == (415, "not_json")


@pytest.mark.parametrize("sent", [None, "Bearer", "Bearer " + "a" * 43, "Basic abc", "Bearer " + "a" * 5000, "Bearer é" + "a" * 42])
def test_a_token_that_is_none_is_an_unknown_session(server: Server, sent: str | None) -> None:
    headers = {} if sent is None else {"Authorization": sent}
    answer = Client(server).call("GET", "/chat/messages", headers=headers)
    assert (answer.status, answer.code) == (401, "unknown_session")


def test_pages_that_are_listed_may_use_it(server: Server) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}
    for origin in (PAGE, f"http://127.0.0.1:{server.port}"):
        before = Client(server).send("OPTIONS", "/chat/messages", None, {"Origin": origin, **asked})
        assert before.status == 204
        assert before.headers["access-control-allow-origin"] == origin
        assert before.headers["vary"] == "Origin"
        assert before.headers["access-control-allow-headers"] == "authorization, content-type"
        assert before.headers["access-control-allow-methods"] == "GET, POST, DELETE"
        assert before.headers["access-control-max-age"] == "600"
        assert "access-control-allow-credentials" not in before.headers
        begun = Client(server).send("POST", "/chat/sessions", None, {"Origin": origin})
        assert (begun.status, begun.headers["access-control-allow-origin"]) == (201, origin)
        assert begun.headers.get_all("access-control-allow-credentials") is None
        refused = Client(server).send("GET", "/chat/messages", None, {"Origin": origin})
        assert (refused.status, refused.headers["access-control-allow-origin"]) == (401, origin)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", PAGE + ".evil.example", "http://www.hospital.example", PAGE + ":444", "*"]
)
def test_other_pages_are_refused_before_anything_is_done(server: Server, client: Client, origin: str) -> None:
    for method, path in (("OPTIONS", "/chat/messages"), ("POST", "/chat/sessions"), ("DELETE", "/chat/conversation")):
        answer = client.call(method, path, headers={"Origin": origin})
        assert (answer.status, answer.code) == (403, "origin_refused")
        assert "access-control-allow-origin" not in answer.headers
    assert client.history()["turns"] == []


def test_the_bundle_is_open_to_all_and_cached(server: Server) -> None:
    answer = Client(server).send("GET", "/chat/widget.js", None, {"Origin": "https://anyone.example"})
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    zipped = Client(server).send("GET", "/chat/widget.js", None, {"Accept-Encoding": "br, gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == answer.body
    again = Client(server).send("GET", "/chat/widget.js", None, {"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    widget = server.folder / "widget.js"
    widget.rename(server.folder / "gone.js")
    missing = Client(server).send("GET", "/chat/widget.js")
    assert (missing.status, missing.code) == (404, "not_found")
    assert "npm" in missing.json["error"]["message"]
    (server.folder / "gone.js").rename(widget)


def test_the_demo_page_and_the_way_to_it(server: Server) -> None:
    root = Client(server).send("GET", "/")
    assert (root.status, root.headers["location"]) == (302, "/chat/demo")
    page = Client(server).send("GET", "/chat/demo")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert (page.headers["referrer-policy"], page.headers["x-content-type-options"]) == ("no-referrer", "nosniff")
    assert Client(server).send("GET", "/chat/demo/page.css").body == b"p{}"
    assert Client(server).send("HEAD", "/chat/demo").status == 200
    assert Client(server).call("GET", "/chat/health").json == {"status": "ok"}


PLANTED = [
    ("my name is {}, what is lms", "Bartholomew Quimby"),
    ("i'm called {} and i have lms", "Thaddeus Oakenshaw"),
    ("this is {} speaking about chemo", "Wilhelmina Grubb"),
    ("his name is {}", "Percival Snodgrass"),
    ("her name is {} and she is scared", "Philippa Featherstone"),
    ("My husband {} has stage 4", "Archibald Crump"),
    ("Mrs. {} wants to know about surgery", "Vandersloot"),
    ("Hi, I'm {} and I need help", "Maribel Ocampo"),
    ("my name's {}, is it curable", "Ignatius Pumphrey"),
    ("call me at {} about scans", "412-555-0134"),
    ("my cell is {}", "(724) 555-0171"),
    ("phone {} please", "8145550199"),
    ("reach me at {}", "+1 610 555 0123"),
    ("my number is {}", "555-0188"),
    ("write to {} please", "quimby.b@example.com"),
    ("mail {}", "oakenshaw+lms@mail.example.org"),
    ("I live at {} and have lms", "9821 Larkspur Lane"),
    ("we are at {}", "77 Old Hickory Road, Apt 4"),
    ("send it to {}", "PO Box 90817"),
    ("my zip is {}", "16503"),
    ("we are in Erie, PA {}", "16511-2203"),
    ("my MRN is {}", "00984512"),
    ("medical record number {}", "KX-7719045"),
    ("my member id is {}", "HMK448812907"),
    ("insurance policy number {}", "QP-5512-9087"),
    ("medicare {}", "1EG4-TE5-MK73"),
    ("my ssn is {}", "536-22-9871"),
    ("social security number {}", "219099999"),
    ("I was born on {}", "March 14, 1957"),
    ("dob {}", "11/23/1949"),
]


def test_thirty_planted_identifiers_are_kept_nowhere(server: Server, client: Client) -> None:
    assert len(PLANTED) == 30
    for message, planted in PLANTED:
        told = client.say(message.format(planted))
        assert told["redacted"], message
        assert planted not in json.dumps(told, ensure_ascii=False)
    # The same through Rasa's REST channel.
    for message, planted in PLANTED:
        body = json.dumps({"sender": "planted", "message": message.format(planted)}).encode()
        assert client.send("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"}).status == 200
    exported = json.dumps(client.history(), ensure_ascii=False)
    kept, logged = server.kept(), server.log.read_text(errors="replace")
    assert "DEBUG" in logged
    assert server.user_events("planted")
    for _, planted in PLANTED:
        for form in (planted, planted.lower()):
            assert form not in exported
            assert form.encode() not in kept
            assert form not in logged
    assert client.token not in logged
    assert client.token.encode() not in kept


def test_the_placeholder_does_not_spoil_understanding(client: Client) -> None:
    told = client.say("my name is Anna Kowalski, what is the survival rate if it has spread")
    assert told["text"].startswith("my name is [name],")
    assert "survival.advanced" in told["replies"][0]["custom"]["facts"]
    for message in (
        "my phone is 412-555-0134, what are the symptoms",
        "I live at 9821 Larkspur Lane, what are the symptoms",
        "my mrn is 00984512, what are the symptoms",
        "I was born on 11/23/1949, what are the symptoms",
        "my email is a.b@example.com. what are the symptoms",
    ):
        told = client.say(message)
        assert told["redacted"]
        assert [reply["custom"]["entry"] for reply in told["replies"]] == ["symptoms"], message
    assert _kinds(client.say("my name is Anna Kowalski and i want to kill myself")) == ["safety"]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Production behind one proxy, low limits, and every database but Rasa's gone."""
    gone = "postgresql://nobody@127.0.0.1:1/nowhere"
    environment = {
        "ASSISTANT_ENVIRONMENT": "production",
        "ASSISTANT_PROXIES": "1",
        "WEBSITE_SESSIONS_LIMIT": "3/hour",
        "WEBSITE_MESSAGES_LIMIT": "6/minute",
        "WEBSITE_REQUESTS_LIMIT": "40/minute",
        "CONVERSATIONS_DATABASE_URL": gone,
        "KNOWLEDGE_DATABASE_URL": gone,
    }
    running = Server(tmp_path_factory.mktemp("strict"), environment)
    yield running
    running.stop()


def _from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": f"203.0.113.250, {address}"}


def test_production_has_neither_rest_channel_nor_demo_page(strict: Server) -> None:
    person = Client(strict, _from("192.0.2.9"))
    rest = person.send("POST", "/webhooks/rest/webhook", b'{"sender": "a", "message": "hi"}', {"Content-Type": "application/json"})
    assert rest.status == 404
    assert "off" in rest.json["error"]
    assert person.send("GET", "/chat/demo").code == "not_found"
    assert person.send("GET", "/").status == 404


def test_with_the_stores_gone_everyone_is_still_answered_with_the_line(strict: Server) -> None:
    person = Client(strict, _from("192.0.2.1"))
    person.begin()
    for text, kind, said in (
        ("what is leiomyosarcoma", "error", "(412) 359-8614"),
        ("i want to kill myself", "safety", "988"),
        ("she cant breathe", "safety", "911"),
    ):
        told = person.say(text, f"same-{kind}-{said[-3:]}")
        assert _kinds(told) == [kind]
        assert said in told["replies"][0]["text"]
        assert person.say(text, f"same-{kind}-{said[-3:]}") == told
    assert len(strict.user_events(person.sender)) == 4
    history = person.history()
    assert history["incomplete"] is True
    assert len(history["turns"]) == 3
    rated = person.call("POST", "/chat/feedback", {"reply": told["replies"][0]["id"], "helpful": True})
    assert (rated.status, rated.code) == (503, "unavailable")
    too_many = person.call("POST", "/chat/messages", {"id": "message-9", "text": "hi"})
    assert (too_many.status, too_many.code) == (429, "too_many")
    assert 1 <= int(too_many.headers["retry-after"]) <= 60
    assert person.call("DELETE", "/chat/conversation").status == 204
    assert strict.user_events(person.sender) == []


def test_too_many_sessions_of_one_address_are_refused_and_the_proxys_word_is_taken(strict: Server) -> None:
    for _ in range(3):
        Client(strict, _from("192.0.2.2")).begin()
    fourth = Client(strict, _from("192.0.2.2")).call("POST", "/chat/sessions")
    assert (fourth.status, fourth.code) == (429, "too_many")
    assert int(fourth.headers["retry-after"]) > 60
    Client(strict, _from("192.0.2.3")).begin()
    # What the client itself wrote into the header before the proxy's word does not count.
    forged = {"X-Forwarded-For": "198.51.100.77, 192.0.2.2"}
    assert Client(strict, forged).call("POST", "/chat/sessions").status == 429


def test_too_many_requests_of_one_address_are_refused(strict: Server) -> None:
    person = Client(strict, _from("192.0.2.4"))
    statuses = [person.call("GET", "/chat/nothing").status for _ in range(3)]
    assert statuses == [404] * 3
    statuses = [person.call("GET", "/chat/messages").status for _ in range(41)]
    assert statuses.count(429) >= 1
    assert statuses[0] == 401


def test_the_server_says_nothing_of_its_inside(server: Server, strict: Server) -> None:
    for running in (server, strict):
        assert running.process.poll() is None
    assert "Traceback" not in Path(server.log).read_text(errors="replace")
