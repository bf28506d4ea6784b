"""Wordings that curators add go into the training examples, once, and never those that tests ask."""

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from knowledge import Curation, ExportError, create_engine
from knowledge.curation.examples import export_examples
from knowledge.loader import load_content

DIAGNOSIS = """# by hand
version: "3.1"
nlu:
- intent: ask_diagnosis
  examples: |
    - how is it found
    - can an [mri](test) show it

- intent: other
  examples: |
    - something else
"""


@pytest.fixture
def desk(tmp_path: Path, content: Path) -> Engine:
    engine = create_engine(f"sqlite:///{tmp_path / 'knowledge.db'}")
    load_content(engine, content)
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "diagnosis.yml").write_text(DIAGNOSIS)
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "questions.yml").write_text("questions:\n- {text: 'How do doctors find it, please?', intent: ask_diagnosis}\n")
    return engine


def _publish(engine: Engine, entry: str, examples: list[str], approve: bool = True) -> None:
    curation = Curation(engine)
    draft = curation.new_draft("Ann", entry, examples=examples)
    draft = curation.submit("Ann", entry, draft.number, draft.version)
    if approve:
        draft = curation.approve("Ben", entry, draft.number, draft.version)
        curation.publish("Ben", entry, draft.number, draft.version)


def test_wordings_of_what_was_published_are_added_once(desk: Engine, tmp_path: Path) -> None:
    asked = ["Can an MRI show it?", "how do doctors find it please", "what scan is best: ct or mri", "who finds it"]
    _publish(desk, "diagnosis", asked)
    _publish(desk, "costs", ["what will it cost me"])
    _publish(desk, "diagnosis-ct", ["not reviewed yet"], approve=False)
    report = export_examples(desk, tmp_path / "nlu", [tmp_path / "held"])
    assert str(report) == "3 added, 1 there already, 1 left out because the tests ask them"
    assert report.held_out == (("diagnosis", "how do doctors find it please"),)
    now = (tmp_path / "nlu" / "diagnosis.yml").read_text()
    assert now == DIAGNOSIS.replace("show it\n", "show it\n    - what scan is best: ct or mri\n    - who finds it\n")
    cost = 'version: "3.1"\nnlu:\n- intent: ask_cost\n  examples: |\n    - what will it cost me\n'
    assert (tmp_path / "nlu" / "cost.yml").read_text() == cost
    again = export_examples(desk, tmp_path / "nlu", [tmp_path / "held"])
    assert (again.added, again.files) == ((), ())
    assert (tmp_path / "nlu" / "diagnosis.yml").read_text() == now


def test_without_the_tests_wordings_nothing_is_written(desk: Engine, tmp_path: Path) -> None:
    _publish(desk, "costs", ["what will it cost me"])
    with pytest.raises(ExportError, match="holds no wordings of tests"):
        export_examples(desk, tmp_path / "nlu", [tmp_path / "nowhere"])
    with pytest.raises(ExportError, match="is no folder"):
        export_examples(desk, tmp_path / "nowhere", [tmp_path / "held"])
    assert not (tmp_path / "nlu" / "cost.yml").exists()


def test_a_file_of_another_form_is_told_and_left_alone(desk: Engine, tmp_path: Path) -> None:
    (tmp_path / "nlu" / "cost.yml").write_text("nlu:\n- intent: ask_cost\n  examples: '- a'\n")
    _publish(desk, "costs", ["what will it cost me"])
    _publish(desk, "diagnosis", ["who finds it"])
    with pytest.raises(ExportError, match=r"cost\.yml:3: examples must stand as a block"):
        export_examples(desk, tmp_path / "nlu", [tmp_path / "held"])
    assert (tmp_path / "nlu" / "diagnosis.yml").read_text() == DIAGNOSIS


def test_the_project_s_own_files_can_be_added_to(desk: Engine, tmp_path: Path) -> None:
    project = Path(__file__).parents[3]
    for path in (project / "bot" / "data" / "nlu").glob("*.yml"):
        (tmp_path / "nlu" / path.name).write_bytes(path.read_bytes())
    _publish(desk, "costs", ["what would my zebra pay"])
    report = export_examples(desk, tmp_path / "nlu", [project / "tests" / "nlu", project / "tests" / "conversations"])
    assert report.files == (tmp_path / "nlu" / "cost.yml",)
    was = (project / "bot" / "data" / "nlu" / "cost.yml").read_text()
    now = (tmp_path / "nlu" / "cost.yml").read_text()
    assert now.replace("    - what would my zebra pay\n", "") == was
