import shutil
from pathlib import Path

import pytest

from knowledge.content import Content, read_content
from tests.nlu.evaluation.cases import CasesError, load
from tests.nlu.evaluation.figures import FIGURES, FloorsError, read_floors, write_floors

NLU = Path("tests/nlu")


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(Path("knowledge/content"))


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("questions.yml", "questions:\n- {text: hi, intnt: ask_types, facts: []}", "questions.yml:2: unknown key 'intnt'"),
        ("questions.yml", "questions:\n- {text: hi, intent: ask_types, facts: [no.such]}", "questions.yml:2: 'facts' has 'no.such'"),
        ("questions.yml", "questions:\n- {text: hi, intent: ask_nothing, facts: []}", "questions.yml:2: 'intent' has 'ask_nothing'"),
        ("safety.yml", "questions:\n- {text: hi, label: crisi}", "safety.yml:2: 'label' is 'crisi'"),
        ("two_questions.yml", "questions:\n- {text: hi, facts_first: []}", "two_questions.yml:2: give either"),
        ("follow_ups.yml", "dialogues: []", "follow_ups.yml:1: 'dialogues' is empty"),
        ("out_of_scope.yml", "questions: [", "out_of_scope.yml:"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(content: Content, tmp_path: Path, file: str, text: str, told: str) -> None:
    shutil.copytree(NLU, tmp_path, dirs_exist_ok=True)
    (tmp_path / file).write_text(text)
    with pytest.raises(CasesError) as error:
        load(tmp_path, content)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_floors_are_read_as_they_were_written(tmp_path: Path) -> None:
    values = {figure.name: 90.25 for figure in FIGURES} | {"false_alarms": 0.0}
    write_floors(tmp_path / "floors.yml", values)
    assert read_floors(tmp_path / "floors.yml") == values
    (tmp_path / "floors.yml").write_text("in_scop: 90\n")
    with pytest.raises(FloorsError, match="unknown figure 'in_scop'"):
        read_floors(tmp_path / "floors.yml")


def test_half_a_point_is_forgiven_and_no_message_is() -> None:
    figure = {figure.name: figure for figure in FIGURES}
    assert not figure["in_scope"].broken(94.5, 95.0)
    assert figure["in_scope"].broken(94.49, 95.0)
    assert not figure["typos_1_points_lost"].broken(3.5, 3.0)
    assert figure["typos_1_points_lost"].broken(3.51, 3.0)
    assert figure["false_alarms"].broken(1, 0)
    assert not figure["false_alarms"].broken(0, 0)
