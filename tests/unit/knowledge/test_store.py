"""Loading, looking up and exporting, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from knowledge import ContentError, ExportError, KnowledgeStore, StoreUnavailable, create_engine
from knowledge.changes import LAST_EVENT
from knowledge.content import read_content
from knowledge.export import export_content
from knowledge.loader import load_content
from knowledge.models import Base
from knowledge.schema import upgrade
from tests.unit.knowledge.conftest import FILES, change

REAL = Path(__file__).parents[3] / "knowledge" / "content"
BOTH = """
- id: diagnosis-mri-ct
  kind: answer
  title: MRI or CT
  facets: {test: [mri, ct]}
  answer: MRI shows soft tissue. CT gives clear pictures.
  facts: [tests.mri, tests.ct]
  section: Tests
  sensitivity: standard
""".lstrip()


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        # The full-text index is each database's own, and no table of the models.
        options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("search_index")}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    inspector = sa.inspect(engine)
    for table in Base.metadata.sorted_tables:  # checks are not compared by Alembic
        wanted = {c.name for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        assert {c["name"] for c in inspector.get_check_constraints(table.name)} == wanted


def test_a_revision_has_one_of_the_known_states(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.text("UPDATE entry_revision SET status = 'perhaps'"))


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
    assert [(r.entry, r.revision) for r in store.revisions("retired")] == [("costs", 1), ("diagnosis", 1), ("diagnosis-ct", 1)]
    (content / "topics" / "cost.yml").write_text(FILES["topics/cost.yml"])
    load_content(engine, content)
    back = store.entry("costs")
    assert back is not None
    assert back.revision == 2


def test_what_the_content_no_longer_has_goes_unless_a_revision_tells_it(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    change(
        content, "facts.yml", '- {id: survival.some, section: Outlook, fact: about 60 to 80% live five years, figures: ["60", "80%"]}\n', ""
    )
    change(content, "facts.yml", "- {id: tests.ct, section: Tests, fact: CT gives detailed pictures}\n", "")
    change(content, "topics/diagnosis.yml", "facts: [tests.mri, tests.ct]", "facts: [tests.mri]")
    change(content, "topics/diagnosis.yml", "facts: [tests.ct]", "facts: [tests.mri]")
    change(
        content, "facets.yml", "- id: spread\n  title: Spread\n  values:\n  - {value: advanced, title: spread, synonyms: [spread]}\n", ""
    )
    load_content(engine, content)
    # tests.ct is still told by retired revisions.
    assert set(KnowledgeStore(engine).facts()) == {"tests.mri", "tests.ct", "contact.phone"}
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id FROM facet")).scalars().all() == ["test"]


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
    ("name", "old", "new", "told"),
    [
        ("facts.yml", "id: tests.ct", "id: tests.mri", "facts.yml:3: fact 'tests.mri' stands twice"),
        ("facts.yml", "section: Tests", "section: Toasts", "facts.yml:2: section 'Toasts' is not in sources.yml"),
        ("facts.yml", "fact: the line", "fact: ''", "facts.yml:5: 'fact' must be a text that is not empty"),
        ("facts.yml", "facts:", "facts: [", "facts.yml:2: not valid YAML"),
        ("facets.yml", "synonyms: [ct, cat scan]", "synonyms: [ct, mri]", "facets.yml:6: 'mri' already names test: mri"),
        ("topics/diagnosis.yml", "id: diagnosis-ct", "id: diagnosis-mri", "diagnosis.yml:25: entry 'diagnosis-mri' stands twice"),
        ("topics/diagnosis.yml", "facets: {test: ct}", "facets: {test: mri}", "diagnosis.yml:25: entry 'diagnosis-ct' has the same facets"),
        ("topics/diagnosis.yml", "facets: {test: ct}", "facets: {test: [ct, ct]}", "diagnosis.yml:28: facet 'test: ct' stands twice"),
        (
            "topics/diagnosis.yml",
            "facets: {test: ct}",
            "facets: {test: xray}",
            "diagnosis.yml:25: entry 'diagnosis-ct': facet 'test: xray'",
        ),
        ("topics/diagnosis.yml", "suggestions: [diagnosis-mri, costs]", "suggestions: [cots]", "suggests 'cots', which is no entry"),
        ("topics/diagnosis.yml", "facts: [tests.ct]", "facts: tests.ct", "diagnosis.yml:30: 'facts' must be a list of texts"),
        ("topics/cost.yml", "section: Policy", "section: Polity", "cost.yml:6: entry 'costs': section 'Polity' is not in sources.yml"),
        ("topics/cost.yml", "{online}", "{onlin}", "cost.yml:6: entry 'costs': unknown placeholder '{onlin}'"),
        ("topics/cost.yml", "{online}", "{online", "cost.yml:6: entry 'costs': a brace without its partner"),
        ("topics/cost.yml", "  facts: []", "  facets: {test: ct}\n  facts: []", "cost.yml:1: topic 'cost' has no base entry"),
        ("topics/cost.yml", "  kind: gap\n", "", "cost.yml:6: 'kind' is missing"),
    ],
)
def test_a_fault_is_told_by_file_and_line(content: Path, name: str, old: str, new: str, told: str) -> None:
    change(content, name, old, new)
    with pytest.raises(ContentError) as error:
        read_content(content)
    assert told in str(error.value)


def test_a_file_that_cannot_be_read_brings_no_follow_up_problems(content: Path) -> None:
    change(content, "facts.yml", "facts:", "facts: [")
    change(content, "topics/cost.yml", "section: Policy", "section: Polity")
    with pytest.raises(ContentError) as error:
        read_content(content)
    assert len(error.value.problems) == 2


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
    engine: Engine, content: Path, asked: dict[str, list[str]], entries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_content(engine, content)
    queries: list[str] = []
    # Beside the one query, PostgreSQL is asked for the last event of its audit trail.
    sa.event.listen(engine, "before_cursor_execute", lambda *a: None if a[2] == LAST_EVENT else queries.append(a[2]))
    monkeypatch.setattr("knowledge.store._MOST_HELD", 0)
    large = KnowledgeStore(engine)
    large.entry("diagnosis")  # a store too large to hold counts its entries, once
    queries.clear()
    found = large.find_answers("ask_diagnosis", asked)
    assert [answer.entry for answer in found] == entries
    assert len(queries) == 1
    monkeypatch.undo()
    small = KnowledgeStore(engine)
    assert small.find_answers("ask_diagnosis", asked) == found
    queries.clear()
    assert small.find_answers("ask_diagnosis", asked) == found
    assert queries == []


def test_an_entry_for_two_values_beats_the_two_for_one(engine: Engine, content: Path) -> None:
    with (content / "topics" / "diagnosis.yml").open("a") as file:
        file.write(BOTH)
    load_content(engine, content)
    store = KnowledgeStore(engine)
    assert [a.entry for a in store.find_answers("ask_diagnosis", {"test": ["ct", "mri"]})] == ["diagnosis-mri-ct"]
    assert [a.entry for a in store.find_answers("ask_diagnosis", {"test": ["ct"]})] == ["diagnosis-ct"]


def test_at_most_three_tie(engine: Engine, content: Path) -> None:
    values = ["a", "b", "c", "d"]
    lines = "".join(f"  - {{value: {v}, title: {v}, synonyms: [{v}{v}]}}\n" for v in values)
    change(content, "facets.yml", "- id: spread", f"{lines}- id: spread")
    with (content / "topics" / "diagnosis.yml").open("a") as file:
        file.writelines(BOTH.replace("mri-ct", v).replace("[mri, ct]", v) for v in values)
    load_content(engine, content)
    found = KnowledgeStore(engine).find_answers("ask_diagnosis", {"test": ["d", "b", "c", "a"]})
    assert [a.entry for a in found] == ["diagnosis-d", "diagnosis-b", "diagnosis-c"]


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
    assert store.search("ct")[0][0].entry == "diagnosis-ct"
    assert [topic.topic for topic in store.topics()] == ["cost", "diagnosis"]
    told = {"costs": (), "diagnosis": ("tests.mri", "tests.ct"), "diagnosis-mri": ("tests.mri",), "diagnosis-ct": ("tests.ct",)}
    assert store.answer_facts() == told


def test_what_is_exported_is_what_was_loaded(engine: Engine, content: Path, tmp_path: Path) -> None:
    load_content(engine, content)
    export_content(engine, tmp_path / "out")
    assert read_content(tmp_path / "out") == read_content(content)
    assert load_content(engine, tmp_path / "out").unchanged == 4
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.yml")}
    export_content(engine, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.yml")} == before


def test_an_export_does_not_mix_with_what_was_there(engine: Engine, content: Path, tmp_path: Path) -> None:
    load_content(engine, content)
    (tmp_path / "out" / "topics").mkdir(parents=True)
    (tmp_path / "out" / "topics" / "old.yml").write_text("")
    with pytest.raises(ExportError, match=r"old\.yml"):
        export_content(engine, tmp_path / "out")


@pytest.mark.skipif(not REAL.is_dir(), reason="the project's content is not here")
def test_the_project_s_content_loads_and_comes_back_whole(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'knowledge.db'}")
    content = read_content(REAL)
    assert load_content(engine, REAL).added == len(list(content.entries))
    export_content(engine, tmp_path / "out")
    assert read_content(tmp_path / "out") == content
    again = load_content(engine, tmp_path / "out")
    assert (again.added, again.changed, again.retired) == (0, 0, 0)
    engine.dispose()


def test_a_store_that_was_never_loaded_says_how() -> None:
    with pytest.raises(StoreUnavailable, match="knowledge load"):
        KnowledgeStore(create_engine("sqlite://")).entry("diagnosis")


def test_a_store_that_is_gone_says_so() -> None:
    store = KnowledgeStore(create_engine("postgresql://nobody@127.0.0.1:1/nowhere"))
    with pytest.raises(StoreUnavailable, match="cannot read"):
        store.entry("diagnosis")
