"""What a file may hold, and what is said of one that holds something else: file, line, test case, key."""

from pathlib import Path
from textwrap import dedent

import pytest

from pytest_rasa import FormatError
from pytest_rasa.loading import load
from tests.unit.bench.fake import Sent

CASE = "test_cases:\n  - test_case: a\n    steps:\n      - "
WRONG = [
    (f"{CASE}usr: hi\n", 4, "test case 'a': step 1: usr: unknown key 'usr'; did you mean 'user'?"),
    ("test_cases:\n  - test_case: a\n    steps: []\n", 3, "test case 'a': steps: a test case has at least one step"),
    (f"{CASE}bot: hi\n", 3, "test case 'a': steps: the first step is a user step"),
    ("test_cases:\n  - steps:\n      - user: hi\n", 2, "test case 1: the key 'test_case' is missing"),
    (f"{CASE}user: hi\n        bot: hello\n", 4, "test case 'a': step 1: a step has exactly one of"),
    (f"{CASE}user: hi\n      - utter: b\n        metadata: {{said: c}}\n", 5, "belong to a user step"),
    (f"{CASE}user: hi\n        metadata: {{sad: x}}\n", 5, "step 1: metadata sad: unknown key 'sad'; did you mean 'said'?"),
    (f"{CASE}user: hi\n        metadata: b\n", 5, "step 1: metadata: unknown metadata 'b'; known are none"),
    ("test_cases:\n  - test_case: a\n    fixtures: [b]\n    steps:\n      - user: hi\n", 3, "test case 'a': fixtures: unknown fixture 'b'"),
    (f"{CASE}user: hi\n  - test_case: a\n    steps:\n      - user: ho\n", 5, "this name stands twice"),
    (f"metadata:\n  - b: {{sad: x}}\n{CASE}user: hi\n", 2, "metadata 1 b sad: unknown key 'sad'"),
    ("test_cases:\n  - test_case: 'a[b'\n    steps:\n      - user: hi\n", 2, "without '::' and '['"),
    (f"{CASE}user: ' '\n", 4, "the user says nothing"),
    (f"{CASE}user: [\n", 5, "not YAML"),
    ("- a\n", 1, "expected a mapping with `test_cases`"),
]
WRONG_ASSERTIONS = [
    ("flow_started: x", "'flow_started' needs Rasa Pro"),
    ("bot_uttered: {}", "give at least one of text_matches, utter_name, buttons"),
    ("bot_uttered: {text_matches: '('}", "not a regular expression"),
    ("bot_uttered: {text_match: x}", "unknown key 'text_match'; did you mean 'text_matches'?"),
    ("bot_uttered: {buttons: [{name: x}]}", "unknown key 'name'"),
    ("bot_uttered: {buttons: [{}]}", "give a button's title, payload or both"),
    ("{action_executed: a, bot_uttered: {utter_name: b}}", "an assertion has exactly one key"),
    ("slot_was_set: [topic]", "'topic' is not a slot; write `- name: …`"),
]


def _load(tmp_path: Path, text: str) -> str:
    path = tmp_path / "cases.yml"
    path.write_text(text)
    with pytest.raises(FormatError) as error:
        load(path, Sent)
    return str(error.value)


@pytest.mark.parametrize(("text", "line", "said"), WRONG)
def test_what_is_wrong_is_told_by_file_line_case_and_key(tmp_path: Path, text: str, line: int, said: str) -> None:
    told = _load(tmp_path, text)
    assert told.startswith(f"{tmp_path / 'cases.yml'}:{line}: ")
    assert said in told


@pytest.mark.parametrize(("assertion", "said"), WRONG_ASSERTIONS)
def test_a_wrong_assertion(tmp_path: Path, assertion: str, said: str) -> None:
    told = _load(tmp_path, f"test_cases:\n- test_case: a\n  steps:\n  - user: hi\n    assertions:\n    - {assertion}\n")
    assert told.startswith(f"{tmp_path / 'cases.yml'}:")
    assert "test case 'a': step 1: assertions 1" in told
    assert said in told


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    told = _load(tmp_path, "test_case: []\ntest_cases:\n- test_case: a\n  step: 1\n  steps:\n  - user: hi\n    assertion: []\n")
    assert len(told.splitlines()) == 3


def test_fixtures_metadata_and_markers_are_put_together(tmp_path: Path) -> None:
    path = tmp_path / "cases.yml"
    path.write_text(
        dedent("""\
        markers: [slow]
        fixtures:
          - ann: [{name: Ann}, {age: 40}]
          - older: [{age: 80}]
        metadata:
          - polite: {said: Hello}
          - open: {said: Nine}
        test_cases:
          - test_case: a
            fixtures: [ann, older]
            metadata: polite
            markers: [hours, slow]
            steps:
              - user: hello there
              - user: /hours
                metadata: [polite, open]
        """)
    )
    (case,) = load(path, Sent).cases
    assert case.slots == {"name": "Ann", "age": 80}
    assert case.markers == ("slow", "hours")
    assert [step.expected for step in case.steps] == [Sent(said="Hello"), Sent(said="Nine")]
    assert (case.line, [step.line for step in case.steps]) == (9, [14, 15])


def test_without_expectations_metadata_is_sent_with_the_message(tmp_path: Path) -> None:
    path = tmp_path / "cases.yml"
    path.write_text("test_cases:\n- test_case: a\n  steps:\n  - user: hi\n    metadata: {device: phone}\n")
    (case,) = load(path).cases
    assert case.steps[0].sent == {"device": "phone"}
    assert not case.steps[0].expects
