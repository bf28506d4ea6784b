"""Answers are remembered as long as nothing changed, and not a moment longer."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from knowledge import KnowledgeStore, audit, create_engine, models
from knowledge.changes import LAST_EVENT, ChangeWatch
from knowledge.loader import load_content
from knowledge.work import reading
from tests.databases import empty_postgres
from tests.unit.knowledge.conftest import change


def test_a_version_moves_with_every_commit_of_another_connection(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    models.Base.metadata.create_all(engine)
    watch = ChangeWatch(engine)
    first = watch.version()
    assert first is not None
    assert watch.version() == first
    with engine.begin() as connection:
        connection.execute(sa.insert(models.Topic).values(id="t", intent="ask_t", title="T", question="Old?"))
    assert watch.version() != first


def test_a_change_is_told_at_once(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    models.Base.metadata.create_all(engine)
    store = KnowledgeStore(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(models.Topic).values(id="t", intent="ask_t", title="T", question="Old?"))
    assert store.questions(["ask_t"]) == store.questions(["ask_t"]) == {"ask_t": "Old?"}
    with engine.begin() as connection:
        connection.execute(sa.update(models.Topic).values(question="New?"))
    assert store.questions(["ask_t"]) == {"ask_t": "New?"}


def test_a_database_in_memory_or_gone_is_read_every_time(tmp_path: Path) -> None:
    assert ChangeWatch(create_engine("sqlite://")).version() is None
    assert ChangeWatch(create_engine(f"sqlite:///{tmp_path / 'never.db'}")).version() is None


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("topics/diagnosis.yml", "MRI and CT show it.", "An MRI shows it.", "An MRI shows it."),
        ("contacts.yml", "label: line", "label: new line", "MRI and CT show it."),
        ("topics/diagnosis.yml", "question: How is it found?", "question: How is it seen?", "MRI and CT show it."),
    ],
)
def test_whatever_a_load_changes_is_told_at_once(engine: Engine, content: Path, file: str, old: str, new: str, told: str) -> None:
    load_content(engine, content)
    store, other = KnowledgeStore(engine), ChangeWatch(engine)
    before, first = other.version(), store.find_answers("ask_diagnosis", {})
    assert store.find_answers("ask_diagnosis", {}) == first
    change(content, file, old, new)
    load_content(engine, content)
    assert other.version() != before
    fresh = KnowledgeStore(engine, remember=False)
    assert store.find_answers("ask_diagnosis", {}) == fresh.find_answers("ask_diagnosis", {})
    assert store.questions(["ask_diagnosis"]) == fresh.questions(["ask_diagnosis"])
    assert store.find_answers("ask_diagnosis", {})[0].text == told
    again = other.version()
    load_content(engine, content)
    assert other.version() == again
    with reading(engine) as session:
        assert audit.last(session) == len(audit.read(engine))
    assert audit.verify(engine).sound


def test_postgresql_is_asked_for_its_last_event_alone_until_there_is_a_new_one(content: Path) -> None:
    with empty_postgres("changes") as url:
        engine = create_engine(url)
        assert ChangeWatch(engine).version() is None  # no schema yet
        load_content(engine, content)
        store = KnowledgeStore(engine)
        answers = store.find_answers("ask_diagnosis", {})
        queries: list[str] = []
        sa.event.listen(engine, "before_cursor_execute", lambda *a: queries.append(a[2]))
        assert store.find_answers("ask_diagnosis", {}) == answers
        assert queries == [LAST_EVENT]
        engine.dispose()


def test_rows_changed_by_hand_in_postgresql_are_told_after_some_minutes(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with empty_postgres("changes") as url:
        engine = create_engine(url)
        load_content(engine, content)
        store = KnowledgeStore(engine)
        minutes = [10.0]
        monkeypatch.setattr("knowledge.changes.time.monotonic", lambda: 60 * minutes[0])
        assert store.questions(["ask_diagnosis"]) == {"ask_diagnosis": "How is it found?"}
        with engine.begin() as connection:
            connection.execute(sa.update(models.Topic).where(models.Topic.intent == "ask_diagnosis").values(question="By hand?"))
        minutes[0] = 15.1
        assert store.questions(["ask_diagnosis"]) == {"ask_diagnosis": "By hand?"}
        engine.dispose()
