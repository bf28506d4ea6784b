"""Answers are remembered as long as nothing changed, and not a moment longer."""

from pathlib import Path

import sqlalchemy as sa

from knowledge import KnowledgeStore, create_engine, models
from knowledge.changes import ChangeWatch


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
