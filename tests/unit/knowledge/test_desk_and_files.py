"""The content files and what was published at the desk: neither overwrites the other silently, and git shows what changed alone."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from knowledge import Curation, EntryNotFound, KnowledgeStore, create_engine
from knowledge.content import read_content
from knowledge.export import export_content
from knowledge.loader import load_content
from knowledge.splice import spliced
from tests.unit.knowledge.conftest import change

REAL = Path(__file__).parents[3] / "knowledge" / "content"
OLD, DESK, FILE = "A CT gives clear pictures.", "A CT gives sharp pictures.", "A CT gives fine pictures."


def _publish(engine: Engine, entry: str = "diagnosis-ct", answer: str = DESK) -> None:
    curation = Curation(engine)
    draft = curation.new_draft("Ann", entry, answer=answer)
    draft = curation.submit("Ann", entry, draft.number, draft.version)
    draft = curation.approve("Ben", entry, draft.number, draft.version)
    curation.publish("Ben", entry, draft.number, draft.version)


def _told(engine: Engine, entry: str = "diagnosis-ct") -> str | None:
    answer = KnowledgeStore(engine).entry(entry)
    return answer.text if answer else None


def test_what_was_published_at_the_desk_is_not_overwritten(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    _publish(engine)
    for _ in range(2):
        summary = load_content(engine, content)
        assert (summary.changed, summary.unchanged, _told(engine)) == (0, 3, DESK)
        assert str(summary) == "0 added, 0 changed, 3 unchanged, 0 retired, 1 kept as the desk has them"
        assert str(summary.kept[0]).startswith("kept: diagnosis-ct: the desk's is newer than the files (revision 2, published by Ben)")
    change(content, "topics/diagnosis.yml", "An MRI shows soft tissue well.", "An MRI shows soft tissue.")
    assert load_content(engine, content).changed == 1  # the others go on as before


def test_changed_in_both_the_desk_s_stays_until_somebody_says_otherwise(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    _publish(engine)
    change(content, "topics/diagnosis.yml", OLD, FILE)
    (kept,) = load_content(engine, content).kept
    assert (kept.both, _told(engine)) == (True, DESK)
    assert "load --take diagnosis-ct" in str(kept)
    with pytest.raises(EntryNotFound, match="no entry 'nothing'"):
        load_content(engine, content, ["nothing"])
    summary = load_content(engine, content, ["diagnosis-ct"])
    assert (summary.changed, summary.kept, _told(engine)) == (1, (), FILE)
    assert load_content(engine, content).unchanged == 4


def test_what_the_desk_retired_stays_retired_and_what_it_added_stays(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    curation = Curation(engine)
    curation.retire("Ben", "diagnosis-ct", 1, "not true any more")
    draft = curation.new_entry("Ann", "cost-mri", "cost", answer="Ask us: {phone}.", title="MRI costs", facets={"test": "mri"})
    draft = curation.submit("Ann", "cost-mri", draft.number, draft.version)
    draft = curation.approve("Ben", "cost-mri", draft.number, draft.version)
    curation.publish("Ben", "cost-mri", draft.number, draft.version)
    assert [kept.entry for kept in load_content(engine, content).kept] == ["cost-mri", "diagnosis-ct"]
    assert (_told(engine), _told(engine, "cost-mri")) == (None, "Ask us: (412) 359-8614.")
    (content / "topics" / "cost.yml").unlink()
    change(content, "topics/diagnosis.yml", "suggestions: [diagnosis-mri, costs]", "suggestions: [diagnosis-mri]")
    load_content(engine, content)
    assert _told(engine, "cost-mri") == "Ask us: (412) 359-8614."
    assert [a.entry for a in KnowledgeStore(engine).find_answers("ask_cost", {"test": ["mri"]})] == ["cost-mri"]


def test_a_draft_on_its_way_does_not_keep_the_files_back(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    Curation(engine).new_draft("Ann", "diagnosis-ct", answer=DESK)
    change(content, "topics/diagnosis.yml", OLD, FILE)
    assert load_content(engine, content).changed == 1
    assert (_told(engine), Curation(engine).revision("diagnosis-ct").answer) == (FILE, DESK)


def test_an_export_changes_the_lines_of_the_published_entry_alone(engine: Engine, content: Path) -> None:
    change(content, "topics/diagnosis.yml", "entries:\n", "# by hand\nentries:\n")
    change(content, "topics/diagnosis.yml", "  title: CT\n", '  title: "CT"  # in quotes\n')
    load_content(engine, content)
    before = {path: path.read_bytes() for path in content.rglob("*.yml")}
    export_content(engine, content)
    assert {path: path.read_bytes() for path in content.rglob("*.yml")} == before
    _publish(engine, "diagnosis-mri", "An MRI shows soft tissue.")
    export_content(engine, content)
    after = {path: path.read_bytes() for path in content.rglob("*.yml")}
    assert [path.name for path in before if before[path] != after[path]] == ["diagnosis.yml"]
    was, now = (files[content / "topics" / "diagnosis.yml"].decode() for files in (before, after))
    start, end = was.index("- id: diagnosis-mri"), was.index("- id: diagnosis-ct")
    assert now.startswith(was[:start])
    assert now.endswith(was[end:])
    assert "  answer: >-\n    An MRI shows soft tissue.\n" in now
    summary = load_content(engine, content)  # the files have caught up
    assert (summary.changed, summary.unchanged, summary.kept) == (0, 4, ())
    export_content(engine, content)
    assert {path: path.read_bytes() for path in content.rglob("*.yml")} == after


def test_dates_of_the_desk_come_back_from_the_files(engine: Engine, content: Path, tmp_path: Path) -> None:
    load_content(engine, content)
    _publish(engine)
    here = Curation(engine).revision("diagnosis-ct")
    export_content(engine, tmp_path / "out")
    other = create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    load_content(other, tmp_path / "out")
    there = Curation(other).revision("diagnosis-ct")
    assert (there.answer, there.reviewed_on, there.review_by) == (here.answer, here.reviewed_on, here.review_by)


@pytest.mark.skipif(not REAL.is_dir(), reason="the project's content is not here")
def test_the_project_s_content_comes_back_to_the_byte(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'knowledge.db'}")
    load_content(engine, REAL)
    shutil.copytree(REAL, tmp_path / "out")
    export_content(engine, tmp_path / "out")
    for path in REAL.rglob("*.yml"):
        assert (tmp_path / "out" / path.relative_to(REAL)).read_bytes() == path.read_bytes(), path.name
    export_content(engine, tmp_path / "new")  # and the canonical form is read as the same
    assert read_content(tmp_path / "new") == read_content(REAL)


@pytest.mark.parametrize(
    "text", ["one\ntwo", "one\n\ntwo", "one\n  - indented\ntwo", "# not: a comment", "long " * 60 + "end", "a  b " * 40 + "c"]
)
def test_a_long_text_comes_back_to_the_letter(text: str, tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    written = spliced("", {"topic": "t", "entries": [{"id": "a", "answer": text}]})
    assert YAML(typ="safe").load(written) == {"topic": "t", "entries": [{"id": "a", "answer": text}]}
    assert spliced(written, {"topic": "t", "entries": [{"id": "a", "answer": text}]}) == written
