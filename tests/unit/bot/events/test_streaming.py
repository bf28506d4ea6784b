"""What a conversation writes down for the stream, in the transaction of what it tells of; on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.conversations import ConversationStore, Session, Turn
from bot.conversations.engine import create_engine
from bot.conversations.store import new_token, token_hash
from bot.conversations.streaming import Asking, Outbox
from tests.databases import empty_postgres

_NOW = dt.datetime(2026, 11, 28, 9, 30)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.engine.Engine]:
    if request.param == "sqlite":
        yield create_engine(f"sqlite:///{tmp_path / 'conversations.db'}")
        return
    with empty_postgres("streaming") as url:
        made = create_engine(url)
        yield made
        made.dispose()


def _opened(engine: sa.engine.Engine, events: bool = True) -> tuple[ConversationStore, Session, str]:
    store, token = ConversationStore(engine, now=lambda: _NOW, events=events), new_token()
    store.begin(token, [])
    session = store.session(token)
    assert session is not None
    return store, session, token


def _turn(number: int, kind: str = "answer", entry: str | None = "survival", **custom: Any) -> Turn:
    told = {"kind": kind, "entry": entry, "revision": 2, "facts": ["survival.factors"], **custom}
    reply = {"id": f"r-{number}", "text": "told words", "buttons": [], "custom": told, "detail": None}
    return Turn(0, f"id-{number}", "d", "typed words", False, [reply], _NOW, asking=Asking(True, 0.0123, {"survival": "survival"}))


def _told(engine: sa.engine.Engine) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in Outbox(engine).waiting(100)]


def test_each_happening_is_written_down_once(engine: sa.engine.Engine) -> None:
    store, session, token = _opened(engine)
    store.add(session, _turn(1))
    store.add(session, _turn(1))  # the same message once more
    store.add(session, _turn(2, "safety", "crisis"))
    store.add(session, _turn(3, "safety", "crisis"))  # one handoff that is not done at a time
    store.add_late(token_hash(token), None, [_turn(3, "safety", "crisis"), _turn(4, "fallback", None)])
    for helpful in (True, True, False):
        store.rate(session, "r-1", helpful, "typed words")
    told = _told(engine)
    assert [one["type"] for one in told] == ["begun", "reply", "reply", "handoff", "reply", "reply", "feedback", "feedback"]
    assert {key: value for key, value in told[1].items() if key != "id"} == {
        "v": 1, "type": "reply", "at": "2026-11-28T09:00Z", "channel": "website", "kind": "answer", "entry": "survival", "revision": 2,
        "topic": "survival", "facts": ["survival.factors"], "part": 1, "pressed": True, "milliseconds": 12, "missed": False,
    }  # fmt: skip
    assert told[3]["reason"] == "crisis"
    assert told[5]["missed"]
    assert [(one["helpful"], one["changed"]) for one in told[6:]] == [(True, False), (False, True)]
    assert "words" not in json.dumps(told)


def test_what_is_no_name_stays_out_and_stops_nothing(engine: sa.engine.Engine) -> None:
    store, session, _ = _opened(engine)
    store.add(session, _turn(1, "of two words", "what I typed", facts=["also typed", 3, "a.b"], revision="x"))
    told = _told(engine)[1]
    assert (told["kind"], told["facts"]) == ("other", ["a.b"])
    assert not {"entry", "topic", "revision"} & set(told)


def test_nothing_is_written_down_where_the_stream_is_off(engine: sa.engine.Engine) -> None:
    store, session, _ = _opened(engine, events=False)
    store.add(session, _turn(1))
    store.rate(session, "r-1", True, None)
    assert _told(engine) == []


def test_what_was_sent_is_gone_and_what_nobody_fetches_is_given_up(engine: sa.engine.Engine) -> None:
    store, session, _ = _opened(engine)
    store.add(session, _turn(1))
    outbox = Outbox(engine, lambda: _NOW + dt.timedelta(days=1))
    first, second = outbox.waiting(10)
    outbox.sent([first.event])
    assert outbox.waiting(10) == (second,)
    assert store.forget_unsent(dt.timedelta(0)) == 0
    store._now = lambda: _NOW + dt.timedelta(days=31)
    assert store.forget_unsent(dt.timedelta(days=30)) == 1
    assert outbox.waiting(10) == ()
