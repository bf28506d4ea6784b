"""Turns told while the database is away: kept once it is back, in order, with the handoff they asked for. SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.channels.channel import UserMessage

from bot.channels.website import keeping
from bot.channels.website.keeping import Keeper, Unkept
from bot.channels.website.late import Late
from bot.channels.website.reading import Said
from bot.channels.website.talk import Talk
from bot.conversations import ConversationStore, HandoffStore, Turn
from bot.conversations.engine import create_engine
from bot.conversations.store import token_hash
from bot.locks import LocalLockStore
from bot.monitoring.metrics import TURNS_REFUSED
from bot.redaction import Redactor
from tests.databases import empty_postgres, postgres

_CUSTOM = {"kind": "escalation", "entry": "request-human", "revision": 1, "facts": [], "source": {}}


class Database:
    """A database that can be taken away and given back."""

    def __init__(self, url: str, away: Callable[[], None], back: Callable[[], None]) -> None:
        self.url, self.away, self.back = url, away, back


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield Database(f"sqlite:///{here / 'c.db'}", lambda: os.rename(here, elsewhere), lambda: os.rename(elsewhere, here))
            return
        url = stack.enter_context(empty_postgres("late"))
        name = sa.engine.make_url(url).database
        end = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
        yield Database(
            url,
            lambda: _as_admin(f"alter database {name} allow_connections false", end),
            lambda: _as_admin(f"alter database {name} allow_connections true"),
        )


def _as_admin(*statements: str) -> None:
    admin = sa.create_engine(postgres(), future=True, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    admin.dispose()


async def _answer(message: UserMessage) -> None:
    """Rasa, as far as a channel sees it."""
    assert message.output_channel is not None
    custom = _CUSTOM if "person" in str(message.text) else {**_CUSTOM, "kind": "answer", "entry": "definition"}
    await message.output_channel.send_text_message(message.sender_id, "told")
    await message.output_channel.send_custom_json(message.sender_id, dict(custom))


@contextmanager
def _talking(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Talk, HandoffStore]]:
    monkeypatch.setattr(keeping, "_PAUSE", 0.05)
    store = ConversationStore(create_engine(database.url))
    talk = Talk(_answer, 5, Keeper(store), Redactor(), lambda _: None)
    talk._late = Late(talk._keeper, talk._unkept, talk._lock, 0.1)
    yield talk, HandoffStore(create_engine(database.url))


def _say(identifier: str, text: str) -> Said:
    return Said(identifier, text, None)


def test_a_handoff_told_while_the_database_is_away_appears_once_it_is_back(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(talk: Talk, handoffs: HandoffStore) -> None:
        before, _ = await talk.begin()
        await talk.say(before, _say("turn-1", "what is it"))
        database.away()
        told = await talk.say(before, _say("turn-2", "a person please"))
        assert told.number == 0
        meanwhile, greeting = await talk.begin()
        await talk.say(meanwhile, _say("turn-1", "i need a person"))
        stranger = "x" * 43
        await talk.say(stranger, _say("turn-1", "a person for nobody"))
        database.back()
        for _ in range(100):  # nobody says anything more
            if not talk._unkept.sessions():
                break
            await asyncio.sleep(0.1)
        found = await asyncio.to_thread(handoffs.listed, "open")
        assert sorted(handoffs.transcript(one.id)[-1].text for one in found) == ["a person please", "i need a person"]
        assert all(dt.datetime.now(dt.timezone.utc).replace(tzinfo=None) - one.asked_at < dt.timedelta(minutes=1) for one in found)
        # The conversations go on as if nothing had been.
        history = await talk.history(before, 0)
        assert (history.whole, [(turn.number, turn.text) for turn in history.turns]) == (True, [(1, "what is it"), (2, "a person please")])
        assert (await talk.say(before, _say("turn-2", "a person please"))).number == 2
        assert (await talk.say(meanwhile, _say("turn-2", "and what is it"))).number == 2
        assert (await talk.history(meanwhile, 0)).greeting == greeting
        await talk.close()

    with _talking(database, monkeypatch) as (talk, handoffs):
        asyncio.run(run(talk, handoffs))


def test_it_is_written_before_the_next_turn_and_what_was_deleted_is_not(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(talk: Talk, handoffs: HandoffStore) -> None:
        talk._late = Late(talk._keeper, talk._unkept, talk._lock, 3600)
        one, other = [(await talk.begin())[0] for _ in range(2)]
        database.away()
        for token in (one, other):
            await talk.say(token, _say("turn-1", "a person please"))
        database.back()
        await asyncio.sleep(0.1)
        assert (await talk.say(one, _say("turn-2", "hello"))).number == 2

        async def forget(_: str) -> None:
            return

        await talk.delete(other, forget)
        assert talk._unkept.sessions() == []
        assert [len(handoffs.transcript(found.id)) for found in handoffs.listed()] == [2]
        await talk.close()

    with _talking(database, monkeypatch) as (talk, handoffs):
        asyncio.run(run(talk, handoffs))


def test_a_server_that_ends_writes_what_it_can(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(talk: Talk, handoffs: HandoffStore) -> None:
        talk._late = Late(talk._keeper, talk._unkept, talk._lock, 3600)
        token, _ = await talk.begin()
        database.away()
        await talk.say(token, _say("turn-1", "a person please"))
        database.back()
        await asyncio.sleep(0.1)
        await talk.close()
        assert [one.reason for one in handoffs.listed()] == ["asked"]

    with _talking(database, monkeypatch) as (talk, handoffs):
        asyncio.run(run(talk, handoffs))


def test_danger_that_is_told_while_others_are_written_is_written_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says that their life is in danger does not wait for the lock, which the writing holds."""

    async def run(talk: Talk, handoffs: HandoffStore) -> None:
        talk._late = Late(talk._keeper, talk._unkept, talk._lock, 3600)
        talk._own_locks = LocalLockStore(wait=0.1)
        token, _ = await talk.begin()
        database.away()
        await talk.say(token, _say("turn-1", "what is it"))
        database.back()
        await asyncio.sleep(0.1)
        keep, told = talk._keeper.store.add_late, []

        def meanwhile(*what: Any) -> bool:
            if what[2] and not told:  # in a thread of the store: the loop is free to answer
                said = talk.say(token, _say("turn-2", "i want to kill myself"))
                told.append(Context().run(asyncio.run_coroutine_threadsafe, said, loop).result(5))  # another task, which holds nothing
            return keep(*what)

        loop = asyncio.get_running_loop()
        monkeypatch.setattr(talk._keeper.store, "add_late", meanwhile)
        async with talk._lock(token_hash(token)):
            assert await talk._late.write(token_hash(token))
        assert told
        assert [turn.client_id for turn in talk._unkept.turns(token_hash(token))] == ["turn-2"]
        await talk.close()
        assert [one.reason for one in handoffs.listed()] == ["crisis"]

    with _talking(database, monkeypatch) as (talk, handoffs):
        asyncio.run(run(talk, handoffs))


def _turn(number: int, kind: str) -> Turn:
    reply: dict[str, Any] = {"id": f"r-{number}", "text": "told", "buttons": [], "custom": {**_CUSTOM, "kind": kind}, "detail": None}
    return Turn(0, f"id-{number}", "d", "text", False, [reply], dt.datetime(2026, 1, 1))


def test_of_too_many_those_go_first_that_need_no_person(caplog: pytest.LogCaptureFixture) -> None:
    unkept = Unkept(most=3)
    unkept.remember_greeting("pressing", [])
    unkept.remember("pressing", _turn(0, "escalation"))
    for number in range(1, 6):
        unkept.remember_greeting(f"other-{number}", [])
        unkept.remember(f"other-{number}", _turn(number, "answer"))
    assert [turn.client_id for turn in unkept.turns("pressing")] == ["id-0"]
    assert unkept.knows("pressing")
    assert len(unkept) == 3
    assert len(unkept.sessions()) == 3
    assert "lost" not in caplog.text
    for number in range(10, 14):
        unkept.remember("more", _turn(number, "safety"))
    assert [turn.client_id for turn in unkept.turns("more")] == ["id-11", "id-12", "id-13"]
    assert "a handoff is lost" in caplog.text
    unkept.forget("more")
    assert not unkept.has("more")
    assert token_hash("x") not in unkept.sessions()


def test_a_turn_under_way_when_the_server_ends_is_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(talk: Talk, handoffs: HandoffStore) -> None:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(message: UserMessage) -> None:
            asked.set()
            await go_on.wait()
            await _answer(message)

        token, _ = await talk.begin()
        talk._ask = slowly
        turn = asyncio.create_task(talk.say(token, _say("turn-1", "a person please")))
        await asked.wait()
        ending = asyncio.create_task(talk.close())
        await asyncio.sleep(0.05)
        go_on.set()
        assert (await turn).number == 1
        await ending
        assert [one.reason for one in handoffs.listed()] == ["asked"]

    with _talking(database, monkeypatch) as (talk, handoffs):
        asyncio.run(run(talk, handoffs))


def _refused() -> float:
    return sum(sample.value for sample in TURNS_REFUSED.collect()[0].samples if sample.name.endswith("_total"))


def test_what_the_database_does_not_take_keeps_nobody_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Words that PostgreSQL cannot store, past every check of the door: the handoff reaches the desk, and others go on at once."""
    if database.url.startswith("sqlite"):
        pytest.skip("SQLite stores a NUL")

    async def run(talk: Talk, handoffs: HandoffStore) -> None:
        async def as_it_is(text: str) -> tuple[str, bool]:
            return text, False

        monkeypatch.setattr(talk, "_redacted", as_it_is)
        monkeypatch.setattr(keeping, "_PAUSE", 3600)  # were the store left alone once, nothing would be kept any more
        one, other = [(await talk.begin())[0] for _ in range(2)]
        told = await talk.say(one, _say("turn-1", "zebra\0 a person please"))
        assert [reply["text"] for reply in told.replies] == ["told"]
        assert (await talk.say(other, _say("turn-1", "what is it"))).number == 1
        assert (await talk.say(one, _say("turn-2", "and what is it"))).number == 2
        assert [handoffs.transcript(found.id)[0].text for found in handoffs.listed("open")] == ["[could not be kept]"]
        # The same from the memory of an outage: those before and behind it are written.
        for number, text in enumerate(("before", "zebra\ud800 in between", "behind")):
            turn = Turn(0, f"late-{number}", "d", text, False, told.replies, dt.datetime(2026, 1, 1))
            talk._unkept.remember(token_hash(other), turn)
        assert await talk._late.write(token_hash(other))
        kept = [turn.text for turn in (await talk.history(other, 0)).turns]
        assert sorted(kept) == ["[could not be kept]", "before", "behind", "what is it"]
        assert not talk._unkept.sessions()
        await talk.close()

    before = _refused()
    with _talking(database, monkeypatch) as (talk, handoffs):
        asyncio.run(run(talk, handoffs))
    assert _refused() - before == 2
    assert "zebra" not in caplog.text
    assert "out of reach" not in caplog.text


def test_a_turn_that_is_not_taken_at_all_is_set_aside(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def run(talk: Talk) -> None:
        token, _ = await talk.begin()
        no_time: Any = None
        for identifier, text, at in (("no-time", "zebra", no_time), ("good-one", "fine", dt.datetime(2026, 1, 1))):
            talk._unkept.remember(token_hash(token), Turn(0, identifier, "d", text, False, [], at))
        assert await talk._late.write(token_hash(token))
        assert [turn.text for turn in (await talk.history(token, 0)).turns] == ["fine"]
        await talk.close()

    before = _refused()
    with _talking(database, monkeypatch) as (talk, _):
        asyncio.run(run(talk))
    assert _refused() - before == 1
    assert "it is set aside" in caplog.text
    assert "zebra" not in caplog.text
