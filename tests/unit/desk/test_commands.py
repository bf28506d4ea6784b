"""The desk's commands: what the pages can do, without a page."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.conversations import ConversationStore, Turn
from bot.conversations import create_engine as conversations_engine
from bot.conversations.store import new_token
from knowledge import create_engine as knowledge_engine
from knowledge.loader import load_content
from web.desk.__main__ import main
from web.desk.errors import Refused


def test_what_the_pages_can_do_the_command_line_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DESK", "KNOWLEDGE", "CONVERSATIONS"):
        monkeypatch.setenv(f"{name}_DATABASE_URL", f"sqlite:///{tmp_path / name}.db")
    load_content(knowledge_engine(f"sqlite:///{tmp_path / 'KNOWLEDGE.db'}"), Path("knowledge/content"))
    store = ConversationStore(conversations_engine(f"sqlite:///{tmp_path / 'CONVERSATIONS.db'}"))
    for text in ("a person please", "how much does it cost", "what is the cost", "tell me the cost"):
        token = new_token()
        store.begin(token, [])
        session = store.session(token)
        assert session is not None
        custom = {"kind": "escalation", "entry": "request-human"} if "person" in text else {"kind": "gap", "entry": "cost"}
        reply = {"id": f"r-{token[:8]}", "text": "Call us.", "buttons": [], "custom": custom, "detail": None}
        store.add(session, Turn(0, "id", "d", text, False, [reply], dt.datetime(2026, 1, 1)))

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, words)
        assert (done.exit_code, isinstance(done.exception, Refused)) == (code, bool(code)), (words, done.output, done.exception)
        return str(done.exception) if code else done.output

    assert "/sign-in/link/" in run("create", "ann", "--role", "reviewer")
    assert "/sign-in/link/" not in run("create", "ann@x", "--role", "reviewer", "--single-sign-on", "--person", "ann")
    assert "is an admin now" in run("create-admin", "boss", "--one-time-link")
    assert "ann@x: curator, closed" in run("change", "ann@x", "--role", "curator", "--close", "--as", "boss")
    listed = run("accounts").splitlines()
    assert re.sub(" +", " ", listed[1]) == "ann@x curator closed single sign-on same person as ann"
    assert "no account 'eve'" in run("link", "eve", code=1)
    assert "/sign-in/link/" in run("link", "ann")
    assert "can sign in again" in run("unlock", "ann")
    assert "flagged" in run("wrong", "--flag", "survival", "--note", "my name is Anna Kowalski: too old", "--as", "ann")
    assert "no published answer" in run("wrong", "--flag", "none", "--note", "x", code=1)
    flags = run("wrong")
    assert "too old" in flags
    assert "Kowalski" not in flags
    assert "settled" in run("wrong", "--settle", flags.split()[0], "--as", "ann")
    assert run("wrong") == ""
    run("wrong", "--settle", "1", code=1)
    assert "asked" in run("handoffs")
    assert "a person please" in run("handoffs", "1")
    assert "taken" in run("handoffs", "1", "--take", "--as", "ann")
    run("handoffs", "1", "--done", "--as", "bob", code=1)
    assert "finished" in run("handoffs", "1", "--done", "--as", "ann")
    assert run("handoffs") == ""
    assert "done" in run("handoffs", "--all")
    assert '"3"' in run("asked")
    assert run("dashboard").count("\n") == 31
    assert "topic" in run("dashboard", "--by", "topic")
    for what in ("account made", "account changed", "flag settled", "transcript read", "handoff taken", "sign-in link made"):
        assert what in run("trail")
