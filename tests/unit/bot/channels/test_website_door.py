"""The parts of the website channel that need no server: settings, origins, limits, typed text, files, replies."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import limits
import pytest
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.channels.plain_text import as_plain_text
from bot.channels.website.files import Bundle, accepts_gzip, named_files
from bot.channels.website.keeping import Keeper
from bot.channels.website.limits import BoundedMemory, Limiter, client
from bot.channels.website.origins import Origins
from bot.channels.website.refusals import Refused
from bot.channels.website.replies import public, replies_of
from bot.channels.website.settings import WebsiteSettings
from bot.conversations import ConversationsUnavailable
from bot.settings import BotSettings, SettingsError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSISTANT_ENVIRONMENT", "prod"),
        ("ASSISTANT_PROXIES", "-1"),
        ("ASSISTANT_PROXIES", "many"),
        ("ASSISTANT_OPEN", "never"),
        ("WEBSITE_ORIGINS", "https://a.example/"),
        ("WEBSITE_ORIGINS", "*"),
        ("WEBSITE_ORIGINS", "https://*.example"),
        ("WEBSITE_ORIGINS", "a.example"),
        ("WEBSITE_ORIGINS", "https://A.example"),
        ("WEBSITE_ORIGINS", "https://a.example:443"),
        ("WEBSITE_ORIGINS", "https://a.example:x"),
        ("WEBSITE_SESSIONS_LIMIT", "often"),
        ("WEBSITE_MESSAGES_LIMIT", "0/minute"),
        ("CONVERSATIONS_KEEP_DAYS", "never"),
        ("CONVERSATIONS_KEEP_DAYS", "0"),
        ("CONVERSATIONS_KEEP_DAYS", "nan"),
        ("ASSISTANT_REPLY_WITHIN", "soon"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        WebsiteSettings.read({name: value})


def test_settings_that_can_be_used() -> None:
    read = WebsiteSettings.read(
        {"WEBSITE_ORIGINS": "https://a.example, http://localhost:5173", "WEBSITE_REQUESTS_LIMIT": "off", "CONVERSATIONS_KEEP_DAYS": "0.5"},
        {"reply_within": 3},
    )
    assert read.origins == {"https://a.example", "http://localhost:5173"}
    assert (read.requests, read.seconds, read.conversations.keep_seconds) == (None, 3.0, 43200)
    assert read.bot == BotSettings()
    with pytest.raises(SettingsError, match="origin"):
        WebsiteSettings.read({}, {"origin": "https://a.example"})


def test_origins() -> None:
    origins = Origins({"https://a.example"})
    assert origins.check([], "http://own") is None
    assert origins.check(["http://own"], "http://own") == "http://own"
    assert origins.check(["https://a.example"], "http://own") == "https://a.example"
    for sent in (["null"], ["https://a.example.evil"], ["https://a.example", "https://a.example"], [""], ["https://a.example:443"]):
        with pytest.raises(Refused) as refused:
            origins.check(sent, "http://own")
        assert (refused.value.status, refused.value.code) == (403, "origin_refused")


def test_limits_count_each_client_alone_and_start_anew() -> None:
    async def run() -> None:
        now = [1000.0]
        limiter = Limiter(BoundedMemory(now=lambda: now[0]))
        two = limits.parse("2/minute")
        for who in ("a", "a", "b"):
            await limiter.count(two, "sessions", who)
        with pytest.raises(Refused) as refused:
            await limiter.count(two, "sessions", "a")
        assert (refused.value.status, refused.value.code) == (429, "too_many")
        assert int(refused.value.headers["Retry-After"]) >= 1
        await limiter.count(two, "messages", "a")
        await limiter.count(None, "sessions", "a")
        now[0] += 61
        await limiter.count(two, "sessions", "a")

    asyncio.run(run())


def test_the_limiters_memory_is_bounded() -> None:
    memory = BoundedMemory(most=100)
    limiter = Limiter(memory)

    async def run() -> None:
        for number in range(1000):
            await limiter.count(limits.parse("5/hour"), "sessions", str(number))

    asyncio.run(run())
    assert len(memory) == 100


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_the_key_of_a_client(address: str, key: str) -> None:
    assert client(address) == key


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("/restart", "restart"),
        (" \t//  /restart", "restart"),
        ("\u200b\ufeff／\u2060/greet", "greet"),
        ("////", "?"),
        ("what/why", "what/why"),
        ("5/10 pain", "5/10 pain"),
        ("😀 hi", "😀 hi"),
    ],
)
def test_typed_text_is_text(typed: str, given: str) -> None:
    assert as_plain_text(typed) == given


def test_rasa_reads_no_intent_from_it_whatever_blanks_stand_before() -> None:
    from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler

    blanks = [
        chr(code)
        for code in (*range(0x3100), *range(0xE000, 0x10000), *range(0xE0000, 0xE0200))
        if chr(code).isspace() or not chr(code).isprintable()
    ]
    handler = RegexMessageHandler()
    forced = [
        blank
        for blank in blanks
        for (read,) in [handler.process([Message({TEXT: as_plain_text(f"{blank}/{blank}/restart").strip()})])]
        if read.get(INTENT) is not None or read.get(TEXT).startswith("/")
    ]
    assert forced == []


def test_replies_have_ids_and_the_widget_never_sees_a_payload() -> None:
    custom = {"kind": "answer", "entry": "survival", "revision": 1, "facts": [], "source": None}
    messages = [
        {"recipient_id": "x", "text": "one", "buttons": [{"title": "Next", "payload": "/ask_next"}]},
        {"recipient_id": "x", "custom": custom},
        {"recipient_id": "x", "text": "two"},
        {"recipient_id": "x", "custom": {**custom, "kind": "gap"}},
    ]
    replies = replies_of(messages, lambda entry: f"more on {entry}")
    assert [reply["text"] for reply in replies] == ["one", "two"]
    assert replies[0]["detail"]["about"] == "survival"
    assert replies[1]["detail"] is None
    ids = [replies[0]["id"], replies[1]["id"], replies[0]["buttons"][0]["id"], replies[0]["detail"]["id"]]
    assert len(set(ids)) == 4
    assert "payload" not in str(public(replies))
    assert public(replies)[0]["detail"] == replies[0]["detail"]["id"]
    assert replies_of(messages, lambda _: "two")[0]["detail"] is not None
    assert replies_of([{"text": "two"}, {"custom": custom}], lambda _: "two")[0]["detail"] is None


def test_only_named_files_are_served(tmp_path: Path) -> None:
    (tmp_path / "page" / "assets").mkdir(parents=True)
    for name in ("page/index.html", "page/assets/a.js", "page/.env.js", "page/notes.md", "secret.js"):
        (tmp_path / name).write_text("x")
    (tmp_path / "page" / "link.js").symlink_to(tmp_path / "secret.js")
    assert set(named_files(tmp_path / "page")) == {"index.html", "assets/a.js"}
    assert named_files(tmp_path / "nowhere") == {}


def test_a_bundle_is_read_again_when_it_was_built_anew(tmp_path: Path) -> None:
    bundle = Bundle(tmp_path / "widget.js")
    assert bundle.file() is None
    (tmp_path / "widget.js").write_text("one")
    first = bundle.file()
    assert first is not None
    assert bundle.file() is first
    assert first.is_current(f'"other", W/{first.etag}')
    (tmp_path / "widget.js").write_text("two!")
    second = bundle.file()
    assert second is not None
    assert not second.is_current(first.etag)


@pytest.mark.parametrize(
    ("header", "takes"), [("gzip, br", True), ("*", True), ("", False), ("br", False), ("gzip;q=0", False), ("GZIP;q=0.5", True)]
)
def test_gzip_is_sent_to_who_takes_it(header: str, takes: bool) -> None:
    assert accepts_gzip(header) is takes


def test_a_store_that_failed_is_left_alone_for_a_while(tmp_path: Path) -> None:
    class Gone:
        def __init__(self) -> None:
            self.asked = 0
            self.threads: set[str] = set()

        def turns(self) -> Any:
            self.asked += 1
            self.threads.add(threading.current_thread().name)
            raise ConversationsUnavailable("gone")

        def close(self) -> None: ...

    async def ask() -> None:
        gone = Gone()
        keeper = Keeper(gone)  # type: ignore[arg-type]
        for _ in range(5):
            with pytest.raises(ConversationsUnavailable):
                await keeper.call(gone.turns)
        assert gone.asked == 1
        assert all(name.startswith("conversations") for name in gone.threads)
        keeper.close()

    asyncio.run(ask())
