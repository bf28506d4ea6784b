"""Handoffs and counts in the database of conversations: recorded with the turn, kept and forgotten, on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.conversations import ConversationStore, Session, Turn, schema
from bot.conversations.asked import AskedStore
from bot.conversations.handoffs import HandoffStore, Reason, reason_of, record
from bot.conversations.models import TurnRow
from bot.conversations.store import new_token, token_hash
from tests.unit.bot.channels.test_conversations import Clock, _engine, clock, store  # noqa: F401

_DAY = dt.timedelta(days=1)


def _reply(number: int, kind: str, entry: str | None, text: str = "told") -> dict[str, object]:
    return {"id": f"r-{number}", "text": text, "buttons": [], "custom": {"kind": kind, "entry": entry, "revision": 1}, "detail": None}


class Person:
    """One conversation."""

    def __init__(self, store: ConversationStore) -> None:  # noqa: F811
        self.store, self.token, self.said = store, new_token(), 0
        store.begin(self.token, [])
        session = store.session(self.token)
        assert session is not None
        self.session: Session = session

    def say(self, text: str, kind: str, entry: str | None = None) -> str:
        self.said += 1
        reply = _reply(self.said * 1000 + id(self) % 1000, kind, entry)
        self.store.add(self.session, Turn(0, f"id-{self.said}", "d", text, False, [reply], dt.datetime(2026, 1, 1)))
        return str(reply["id"])


@pytest.fixture
def handoffs(store: ConversationStore, clock: Clock) -> HandoffStore:  # noqa: F811
    return HandoffStore(store._engine, clock)


@pytest.fixture
def asked(store: ConversationStore) -> AskedStore:  # noqa: F811
    return AskedStore(store._engine)


@pytest.mark.parametrize(
    ("kind", "entry", "reason"),
    [
        ("safety", "crisis", "crisis"),
        ("safety", None, "crisis"),
        ("safety", "emergency", "emergency"),
        ("escalation", "request-human", "asked"),
        ("escalation", "distress", "distress"),
        ("escalation", "personal-results", "personal"),
        ("fallback", "fallback", "not_understood"),
    ],
)
def test_what_calls_for_a_person(kind: str, entry: str | None, reason: str) -> None:
    found = reason_of([_reply(1, "answer", "survival"), _reply(2, kind, entry)])
    assert found is not None
    assert (found.name, found.entry) == (reason, entry)


@pytest.mark.parametrize("kind", ["answer", "gap", "clarify", "consent", "greeting", "smalltalk", "out_of_scope", "error"])
def test_what_does_not(kind: str) -> None:
    assert reason_of([_reply(1, kind, "x")]) is None


def test_a_conversation_has_one_handoff_until_it_is_done_and_it_only_grows_more_pressing(
    store: ConversationStore,  # noqa: F811
    handoffs: HandoffStore,
) -> None:
    person = Person(store)
    person.say("what is it", "answer", "definition")
    assert handoffs.listed() == ()
    person.say("someone please", "escalation", "request-human")
    person.say("i want to die", "safety", "crisis")
    person.say("a person", "escalation", "request-human")
    (one,) = handoffs.listed("open")
    assert (one.reason, one.turn, handoffs.waiting()) == ("crisis", 3, 1)
    assert [line.text for line in handoffs.transcript(one.id)] == ["what is it", "someone please", "i want to die", "a person"]
    assert handoffs.take(one.id, "ann")
    assert handoffs.finish(one.id, "ann", 4) == "done"
    person.say("a person again", "escalation", "request-human")
    assert [h.id for h in handoffs.listed("done")] == [one.id]
    (again,) = handoffs.listed("open")
    assert (again.reason, again.turn) == ("asked", 5)


def test_who_has_not_read_that_the_person_asked_again_does_not_end_it(store: ConversationStore, handoffs: HandoffStore) -> None:  # noqa: F811
    person = Person(store)
    person.say("someone please", "escalation", "request-human")
    (one,) = handoffs.listed()
    assert handoffs.take(one.id, "ann")
    person.say("what is it", "answer", "definition")
    assert handoffs.finish(one.id, "bob", 2) == "not_theirs"
    person.say("i want to die", "safety", "crisis")
    assert handoffs.finish(one.id, "ann", 2) == "asked_again"
    assert [(h.reason, h.status, h.assigned_to) for h in handoffs.listed()] == [("crisis", "assigned", "ann")]
    person.say("thank you", "smalltalk", "thanks")
    assert handoffs.finish(one.id, "ann", 3) == "done"


def test_a_crisis_told_while_its_handoff_is_being_ended_is_a_handoff_of_its_own() -> None:
    """On PostgreSQL, where both are under way at once: the turn waits for the other transaction, and then looks again."""
    with _engine("postgresql", Path()) as engine:
        store, handoffs = ConversationStore(engine), HandoffStore(engine)
        person = Person(store)
        person.say("someone please", "escalation", "request-human")
        (one,) = handoffs.listed()
        assert handoffs.take(one.id, "ann")
        ended = sa.text("update handoff set status = 'done', done_by = 'ann', done_at = now() where id = :id")
        with engine.begin() as ending:
            ending.execute(ended, {"id": one.id})
            telling = threading.Thread(target=person.say, args=("i want to die", "safety", "crisis"))
            telling.start()
            _wait_for_a_lock(engine)
        telling.join(10)
        assert [(h.reason, h.status) for h in handoffs.listed()] == [("asked", "done"), ("crisis", "open")]


def test_a_handoff_is_not_ended_while_a_crisis_is_being_told() -> None:
    """The other way round: who ends it waits for the turn, and is told of it."""
    with _engine("postgresql", Path()) as engine:
        store, handoffs = ConversationStore(engine), HandoffStore(engine)
        person = Person(store)
        person.say("someone please", "escalation", "request-human")
        (one,) = handoffs.listed()
        assert handoffs.take(one.id, "ann")
        outcome: list[str] = []
        with engine.begin() as telling:
            values = {
                "session_id": person.session.id,
                "number": 2,
                "client_id": "x",
                "digest": "d",
                "text": "i want to die",
                "redacted": False,
            }
            replies = json.dumps([_reply(1, "safety", "crisis")])
            telling.execute(sa.insert(TurnRow).values(**values, replies=replies, at=dt.datetime(2026, 1, 1)))
            record(telling, person.session.id, 2, Reason("crisis", "crisis"), dt.datetime(2026, 1, 1))
            ending = threading.Thread(target=lambda: outcome.append(handoffs.finish(one.id, "ann", 1)))
            ending.start()
            _wait_for_a_lock(engine)
        ending.join(10)
        assert outcome == ["asked_again"]
        assert [(h.reason, h.status) for h in handoffs.listed()] == [("crisis", "assigned")]


def _wait_for_a_lock(engine: sa.engine.Engine) -> None:
    """Until a connection waits for another's lock."""
    waiting = sa.text("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    for _ in range(200):
        with engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_danger_stands_first_however_many_wait(store: ConversationStore, handoffs: HandoffStore) -> None:  # noqa: F811
    for _ in range(3):
        Person(store).say("a person please", "escalation", "request-human")
    Person(store).say("i want to die", "safety", "crisis")
    assert [one.reason for one in handoffs.listed("open", most=2)] == ["crisis", "asked"]
    assert [one.reason for one in handoffs.listed()] == ["asked", "asked", "asked", "crisis"]


def test_of_many_at_once_one_gets_it(store: ConversationStore, handoffs: HandoffStore) -> None:  # noqa: F811
    people = [Person(store) for _ in range(5)]
    for person in people:
        person.say("a person", "escalation", "request-human")
    got: list[tuple[int, str]] = []
    gate = threading.Barrier(6)

    def take(who: str) -> None:
        gate.wait()
        for one in handoffs.listed():
            if handoffs.take(one.id, who):
                got.append((one.id, who))

    threads = [threading.Thread(target=take, args=(f"staff-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 5
    assert dict(got) == {one.id: one.assigned_to for one in handoffs.listed("assigned")}


def test_only_who_has_it_gives_it_back_or_ends_it(store: ConversationStore, handoffs: HandoffStore) -> None:  # noqa: F811
    Person(store).say("a person", "escalation", "request-human")
    (one,) = handoffs.listed()
    assert not handoffs.release(one.id, "ann")
    assert handoffs.finish(one.id, "ann", 1) == "not_theirs"
    assert handoffs.take(one.id, "ann")
    assert not handoffs.take(one.id, "bob")
    assert not handoffs.release(one.id, "bob")
    assert handoffs.finish(one.id, "bob", 1) == "not_theirs"
    assert handoffs.release(one.id, None)
    assert handoffs.take(one.id, "bob")
    assert handoffs.finish(one.id, "bob", 1) == "done"
    assert not handoffs.release(one.id, None)


def test_a_transcript_outlives_the_chat_until_long_after_it_was_done(
    store: ConversationStore,  # noqa: F811
    handoffs: HandoffStore,
    clock: Clock,  # noqa: F811
) -> None:
    person = Person(store)
    person.say("a person", "escalation", "request-human")
    (one,) = handoffs.listed()
    clock.time += 3 * _DAY
    store.expire(*store.expired())
    assert [line.text for line in handoffs.transcript(one.id)] == ["a person"]
    store.forget_old(_DAY, _DAY, 9 * _DAY)
    assert handoffs.transcript(one.id) != ()
    assert handoffs.take(one.id, "ann")
    assert handoffs.finish(one.id, "ann", 1) == "done"
    clock.time += 2 * _DAY
    store.forget_old(3 * _DAY, _DAY, _DAY)
    assert handoffs.transcript(one.id) != ()
    store.forget_old(_DAY, _DAY, 9 * _DAY)
    assert handoffs.transcript(one.id) == ()
    (left,) = handoffs.listed("done")
    assert left.deleted


def test_a_handoff_that_nobody_ends_has_its_time_too(
    store: ConversationStore,  # noqa: F811
    handoffs: HandoffStore,
    clock: Clock,  # noqa: F811
) -> None:
    left, taken, deleted = Person(store), Person(store), Person(store)
    for person in (left, taken, deleted):
        person.say("a zebra, please", "escalation", "request-human")
    assert handoffs.take(2, "ann")
    store.delete(token_hash(deleted.token))
    clock.time += 10 * _DAY
    talks = Person(store)  # its conversation goes on
    talks.say("a person", "escalation", "request-human")
    store.expire(*store.expired())
    store.forget_old(_DAY, _DAY, 11 * _DAY)
    assert [h.status for h in handoffs.listed()] == ["open", "assigned", "open", "open"]
    store.forget_old(_DAY, _DAY, 9 * _DAY)
    assert [(h.status, h.done_by, h.deleted) for h in handoffs.listed()] == [("done", None, True)] * 3 + [("open", None, False)]
    store.forget_old(_DAY, _DAY, -_DAY)
    assert [h.id for h in handoffs.listed("open")] == [4]
    with store._engine.connect() as connection:
        assert "zebra" not in str(connection.execute(sa.text("select * from handoff")).all())


def test_what_the_person_deletes_is_gone_and_the_bare_row_says_so(
    store: ConversationStore,  # noqa: F811
    handoffs: HandoffStore,
    asked: AskedStore,
    clock: Clock,  # noqa: F811
) -> None:
    person = Person(store)
    person.say("a zebra stole my shoes", "fallback", "fallback")
    store.delete(token_hash(person.token))
    (one,) = handoffs.listed("open")
    assert one.deleted
    assert handoffs.transcript(one.id) == ()
    with store._engine.connect() as connection:
        for table in ("handoff", "asked", "chat_turn"):
            assert "zebra" not in str(connection.execute(sa.text(f"select * from {table}")).all())
    assert [count.replies for count in asked.counts(clock.time.date())] == [1]
    assert asked.wordings(clock.time.date()) == ()


def test_wordings_are_kept_where_there_was_no_answer_or_it_did_not_help(
    store: ConversationStore,  # noqa: F811
    asked: AskedStore,
    clock: Clock,  # noqa: F811
) -> None:
    person = Person(store)
    good = person.say("what is it", "answer", "definition")
    bad = person.say("how is it treated", "answer", "treatment")
    person.say("what does it cost", "gap", "cost")
    store.rate(person.session, good, True, None)
    store.rate(person.session, bad, False, None)
    today = clock.time.date()
    assert {(w.text, w.kind, w.helpful) for w in asked.wordings(today)} == {
        ("how is it treated", "answer", False),
        ("what does it cost", "gap", None),
    }
    assert {(c.entry, c.replies, c.helpful, c.not_helpful) for c in asked.counts(today)} == {
        ("definition", 1, 1, 0),
        ("treatment", 1, 0, 1),
        ("cost", 1, 0, 0),
    }
    clock.time += 2 * _DAY
    store.expire(*store.expired())
    assert len(asked.wordings(today)) == 2
    with store._engine.connect() as connection:
        assert connection.execute(sa.text("select count(*) from asked where reply_id is not null")).scalar_one() == 0
    store.forget_old(_DAY, _DAY, _DAY)
    assert asked.wordings(today) == ()
    assert len(asked.counts(today)) == 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_old_schema_with_conversations_in_it_is_brought_up_to_date(kind: str, tmp_path: Path) -> None:
    with _engine(kind, tmp_path) as engine:
        schema.SCHEMA.upgrade(engine, "0001")
        with engine.begin() as connection:
            connection.execute(
                sa.text(
                    "insert into chat_session (token_hash, created_at, seen_at, expires_at, greeting) "
                    "values ('h', '2026-01-01', '2026-01-01', '2030-01-01', '[]')"
                )
            )
        schema.SCHEMA.upgrade(engine)
        with engine.connect() as connection:
            assert connection.execute(sa.text("select token_hash from chat_session")).scalar_one() == "h"
            assert connection.execute(sa.text("select count(*) from handoff")).scalar_one() == 0
