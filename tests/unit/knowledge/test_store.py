"""Loading, looking up and exporting, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from knowledge import ContentError, KnowledgeStore, StoreUnavailable, create_engine
from knowledge.content import read_content
from knowledge.export import export_content
from knowledge.loader import load_content
from knowledge.models import Base
from knowledge.schema import upgrade
from tests.unit.knowledge.conftest import change


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_loading_twice_changes_nothing(engine: Engine, content: Path) -> None:
    first = load_content(engine, content)
    assert (first.added, first.changed, first.unchanged) == (4, 0, 0)
    writes: list[str] = []
    sa.event.listen(
        engine, "before_cursor_execute", lambda *a: writes.append(a[2]) if a[2].split()[0] in {"INSERT", "UPDATE", "DELETE"} else None
    )
    second = load_content(engine, content)
    assert (second.added, second.changed, second.unchanged, second.retired) == (0, 0, 4, 0)
    assert writes == []


def test_a_change_is_a_new_revision_and_a_vanished_entry_is_kept(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    change(content, "topics/diagnosis.yml", "A CT gives clear pictures.", "A CT gives sharp pictures.")
    change(content, "topics/diagnosis.yml", "suggestions: [diagnosis-mri, costs]", "suggestions: [diagnosis-mri]")
    (content / "topics" / "cost.yml").unlink()
    summary = load_content(engine, content)
    assert (summary.changed, summary.unchanged, summary.retired) == (2, 1, 1)
    store = KnowledgeStore(engine)
    ct = store.entry("diagnosis-ct")
    assert ct is not None
    assert (ct.revision, ct.text) == (2, "A CT gives sharp pictures.")
    assert store.entry("costs") is None
    with engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT status FROM entry_revision WHERE entry_id = 'costs'")).scalars().all()
    assert kept == ["retired"]


def test_bad_content_changes_nothing_and_every_fault_is_told_by_file_and_line(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    change(content, "topics/diagnosis.yml", "A CT gives clear pictures.", "Something new.")
    change(content, "topics/diagnosis.yml", "facts: [tests.ct]", "facts: [tests.none]")
    change(content, "topics/cost.yml", "kind: gap", "kind: gab\n  colour: red")
    with pytest.raises(ContentError) as error:
        load_content(engine, content)
    told = str(error.value)
    assert "cost.yml:7: 'kind' is 'gab'" in told
    assert "cost.yml:8: unknown key 'colour'" in told
    ct = KnowledgeStore(engine).entry("diagnosis-ct")
    assert ct is not None
    assert ct.text == "A CT gives clear pictures."


@pytest.mark.parametrize(
    ("asked", "entries"),
    [
        ({}, ["diagnosis"]),
        ({"test": ["mri"]}, ["diagnosis-mri"]),
        ({"test": ["ct", "mri"]}, ["diagnosis-ct", "diagnosis-mri"]),
        ({"spread": ["advanced"]}, ["diagnosis"]),
        ({"spread": ["advanced"], "test": ["ct"]}, ["diagnosis-ct"]),
    ],
)
def test_the_most_specific_entry_answers_in_one_query(
    engine: Engine, content: Path, asked: dict[str, list[str]], entries: list[str]
) -> None:
    load_content(engine, content)
    store = KnowledgeStore(engine)
    queries: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *a: queries.append(a[2]))
    found = store.find_answers("ask_diagnosis", asked)
    assert [answer.entry for answer in found] == entries
    assert len(queries) == 1


def test_an_answer_carries_all_that_a_reply_needs(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    store = KnowledgeStore(engine, {"SCHEDULE_ONLINE_URL": "https://example.org/book"})
    base = store.find_answers("ask_diagnosis", {})[0]
    assert base.facts == ("tests.mri", "tests.ct")
    assert base.detail_facts == ("tests.mri",)
    assert (base.source.title, base.source.section, base.source.reviewed_on) == ("The page", "Tests", "2026-11-23")
    assert [(s.title, s.intent, dict(s.facets)) for s in base.suggestions] == [
        ("What does an MRI show?", "ask_diagnosis", {"test": ("mri",)}),
        ("What does it cost?", "ask_cost", {}),
    ]
    told = store.find_answers("ask_cost", {})[0].text
    assert told == "We have no answer on costs yet. Call (412) 359-8614 or use online scheduling (https://example.org/book)."
    assert "use online scheduling." in KnowledgeStore(engine).find_answers("ask_cost", {})[0].text
    assert store.find_answers("ask_nothing", {}) == ()
    assert store.questions(["ask_cost", "ask_nothing"]) == {"ask_cost": "What does it cost?"}
    assert store.search("soft tissue mri")[0][0].entry == "diagnosis-mri"


def test_what_is_exported_is_what_was_loaded(engine: Engine, content: Path, tmp_path: Path) -> None:
    load_content(engine, content)
    export_content(engine, tmp_path / "out")
    assert read_content(tmp_path / "out") == read_content(content)
    assert load_content(engine, tmp_path / "out").unchanged == 4
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.yml")}
    export_content(engine, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.yml")} == before


def test_a_store_that_is_gone_says_so() -> None:
    store = KnowledgeStore(create_engine("postgresql://nobody@127.0.0.1:1/nowhere"))
    with pytest.raises(StoreUnavailable, match="cannot read"):
        store.entry("diagnosis")
