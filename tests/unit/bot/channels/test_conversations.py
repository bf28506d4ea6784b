"""The store of website conversations, on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.conversations import ConversationsRefused, ConversationStore, ConversationsUnavailable, Turn, schema
from bot.conversations.engine import create_engine
from bot.conversations.models import VERSIONS, Base
from bot.conversations.store import new_token, token_hash
from bot.settings import SettingsError
from tests.databases import empty_postgres

_REPLY = {
    "id": "r-1",
    "text": "answer",
    "buttons": [{"id": "b-1", "title": "Next", "payload": "/ask_next"}],
    "custom": {"entry": "survival", "revision": 2},
    "detail": {"id": "b-2", "title": "More detail", "payload": "/tell_more", "about": "survival"},
}
_GREETING = [{**_REPLY, "id": "r-0", "buttons": [{"id": "b-0", "title": "Hi", "payload": "/greet"}], "detail": None}]


@contextmanager
def _engine(kind: str, folder: Path) -> Iterator[sa.engine.Engine]:
    """An empty database: SQLite, and PostgreSQL where there is one (it must be there where TEST_POSTGRES_URL names it)."""
    if kind == "sqlite":
        yield create_engine(f"sqlite:///{folder / 'deep' / 'conversations.db'}")
        return
    with empty_postgres("conversations") as url:
        made = create_engine(url)
        yield made
        made.dispose()


class Clock:
    def __init__(self) -> None:
        self.time = dt.datetime(2026, 11, 27, 12)

    def __call__(self) -> dt.datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[ConversationStore]:
    with _engine(request.param, tmp_path) as engine:
        opened = ConversationStore(engine, dt.timedelta(days=1), clock)
        yield opened
        opened.close()


def _turn(identifier: str, text: str = "hello") -> Turn:
    reply = {**_REPLY, "id": f"r-{identifier}", "buttons": [{"id": f"b-{identifier}", "title": "Next", "payload": "/ask_next"}]}
    return Turn(0, identifier, "digest", text, False, [reply], dt.datetime(2026, 1, 1))


def test_the_migrations_make_what_the_models_say(store: ConversationStore) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    store._set_up()
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
        assert compare_metadata(context, Base.metadata) == []
    schema.SetUp(store._engine)()


def test_a_conversation_is_found_by_its_token_alone_and_the_token_is_not_kept(store: ConversationStore) -> None:
    token = new_token()
    store.begin(token, _GREETING)
    session = store.session(token)
    assert session is not None
    assert session.greeting == _GREETING
    assert store.session(new_token()) is None
    with store._engine.connect() as connection:
        kept = str(connection.execute(sa.text("select * from chat_session")).all())
    assert token not in kept
    assert token_hash(token) in kept


def test_turns_are_numbered_and_told_in_order(store: ConversationStore) -> None:
    token = new_token()
    store.begin(token, _GREETING)
    session = store.session(token)
    assert session is not None
    assert [store.add(session, _turn(f"id-{number}")).number for number in range(3)] == [1, 2, 3]
    assert [turn.client_id for turn in store.turns(session)] == ["id-0", "id-1", "id-2"]
    assert [turn.number for turn in store.turns(session, after=1)] == [2, 3]
    assert store.turn(session, "id-1") == store.turns(session)[1]
    assert store.turn(session, "id-9") is None


def test_the_same_id_is_kept_once_however_many_come_at_once(store: ConversationStore) -> None:
    token = new_token()
    store.begin(token, _GREETING)
    session = store.session(token)
    assert session is not None
    kept: list[Turn] = []

    def add(number: int) -> None:
        kept.append(store.add(session, _turn("same-id", f"text {number}")))
        kept.append(store.add(session, _turn(f"other-{number}")))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 8
    same = {turn.text for turn in kept if turn.client_id == "same-id"}
    assert len(same) == 1
    assert sorted(turn.number for turn in store.turns(session)) == [1, 2, 3, 4, 5]


def test_a_button_is_known_only_where_it_was_offered(store: ConversationStore) -> None:
    tokens = [new_token(), new_token()]
    for token in tokens:
        store.begin(token, _GREETING if token == tokens[0] else [])
    mine, other = (store.session(token) for token in tokens)
    assert mine is not None
    assert other is not None
    store.add(mine, _turn("id-1"))
    for button, payload in (("b-0", "/greet"), ("b-id-1", "/ask_next"), ("b-2", "/tell_more")):
        found = store.button(mine, button)
        assert found is not None
        assert found.payload == payload
        assert store.button(other, button) is None
    for button in ("b-9", "%", "_", "b-_d-1", "r-id-1", "survival"):
        assert store.button(mine, button) is None


def test_feedback_replaces_what_was_said_before(store: ConversationStore) -> None:
    token = new_token()
    store.begin(token, _GREETING)
    session = store.session(token)
    assert session is not None
    store.add(session, _turn("id-1"))
    assert store.rate(session, "r-id-1", False, "too long")
    assert store.rate(session, "r-id-1", True, None)
    assert not store.rate(session, "r-none", True, None)
    assert store.turns(session)[0].feedback == {"r-id-1": True}
    with store._engine.connect() as connection:
        rows = connection.execute(sa.text("select entry, revision, helpful, reason from chat_feedback")).all()
    assert [tuple(row) for row in rows] == [("survival", 2, True, None)]


def test_an_unused_conversation_ends_and_a_used_one_goes_on(store: ConversationStore, clock: Clock) -> None:
    used, unused = new_token(), new_token()
    store.begin(used, _GREETING)
    store.begin(unused, _GREETING)
    clock.time += dt.timedelta(hours=20)
    assert store.session(used) is not None
    clock.time += dt.timedelta(hours=5)
    assert store.session(used) is not None
    assert store.session(unused) is None
    assert store.expired() == (token_hash(unused),)
    store.delete(*store.expired())
    assert store.expired() == ()
    assert store.session(used) is not None


def test_deleting_takes_all_and_nothing_else(store: ConversationStore, tmp_path: Path) -> None:
    tokens = [new_token(), new_token()]
    for token in tokens:
        store.begin(token, _GREETING)
        session = store.session(token)
        assert session is not None
        store.add(session, _turn("id-1", "zebrafinch" if token == tokens[0] else "other"))
        store.rate(session, "r-id-1", True, "zebrafinch" if token == tokens[0] else "other")
    store.delete(token_hash(tokens[0]))
    assert store.session(tokens[0]) is None
    other = store.session(tokens[1])
    assert other is not None
    assert store.turns(other)[0].feedback
    for file in (tmp_path / "deep").glob("*"):
        assert b"zebrafinch" not in file.read_bytes()
    with pytest.raises(ConversationsRefused):
        store.add(type(other)(10**6, [], "of-none"), _turn("id-2"))


def test_a_database_out_of_reach_is_told_without_what_was_said() -> None:
    gone = ConversationStore(create_engine("postgresql://someone:secret@127.0.0.1:1/nowhere"))
    with pytest.raises(ConversationsUnavailable) as told:
        gone.begin(new_token(), [{"text": "zebrafinch"}])
    assert "zebrafinch" not in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "nonsense", "postgresql://u:secret@h:port/d"])
def test_a_url_that_cannot_be_used_is_named_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="CONVERSATIONS_DATABASE_URL") as told:
        create_engine(url)
    assert "secret" not in str(told.value)
