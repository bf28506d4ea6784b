"""What is said in the terminal, or stands in a transcript, becomes a test case that passes."""

import sys
from pathlib import Path

import pytest

from pytest_rasa.loading import load
from pytest_rasa.transcripts import TranscriptError, read_transcript
from pytest_rasa.writing import add_case
from tests.unit.bench.conftest import Run
from tests.unit.bench.fake import Sent

PASTED = """\
Conversation No. 12
1. Person, 18:05 UTC: hello there,
   is anybody here?
Assistant: Hello!
  Hours
2. Person, 18:06 UTC: Hours
Assistant: Nine to five.
"""


def _record(pytester: pytest.Pytester, typed: str, *options: str) -> pytest.RunResult:
    return pytester.run(sys.executable, "-m", "pytest_rasa", "record", *options, stdin=typed.encode())


def test_talk_in_the_terminal_becomes_a_case(run: Run, pytester: pytest.Pytester) -> None:
    result = _record(pytester, "hello there\n1\nsay it twice\n\n", "--into", "cases/new.yml", "--name", "hours by the button")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  1. Hours", "Recorded in *cases/new.yml:2: hours by the button", "Played again, it passes."])
    assert (pytester.path / "cases" / "new.yml").read_text() == (
        "test_cases:\n"
        "  - test_case: hours by the button\n"
        "    steps:\n"
        "      - user: hello there\n"
        "        assertions:\n"
        "          - action_executed: action_greet\n"
        "          - bot_uttered:\n"
        "              utter_name: utter_greet\n"
        "              buttons:\n"
        "                - title: Hours\n"
        "                  payload: /hours\n"
        "                - title: Place\n"
        "                  payload: /place\n"
        "      - user: /hours\n"
        "        assertions:\n"
        "          - action_executed: action_hours\n"
        "          - bot_uttered:\n"
        "              utter_name: utter_hours\n"
        "      - user: say it twice\n"
        "        assertions:\n"
        "          - action_executed: action_twice\n"
        "      - bot: Same.\n"
        "      - bot: Same.\n"
    )
    run("cases/new.yml").assert_outcomes(passed=1)


def test_a_case_is_added_behind_the_others(run: Run, pytester: pytest.Pytester) -> None:
    path = pytester.path / "cases" / "good.yml"
    before = path.read_text()
    path.write_text(before + "fixtures:\n  - nothing: [{x: 1}]  # stays\n")
    assert _record(pytester, "hello there\n\n", "--into", "cases/good.yml").ret == 0
    text = path.read_text()
    assert text.startswith(before + "  - test_case: hello there\n")
    assert text.endswith("fixtures:\n  - nothing: [{x: 1}]  # stays\n")
    taken = _record(pytester, "hello there\n\n", "--into", "cases/good.yml", "--name", "says hello")
    assert taken.ret == 2
    taken.stderr.fnmatch_lines(["error: *there is a test case 'says hello' already; give another name"])
    assert _record(pytester, "hello there\n\n", "--into", "cases/good.yml").ret == 0
    assert [case.name for case in load(path, Sent).cases] == ["says hello", "tells the hours", "hello there", "hello there 2"]


@pytest.mark.parametrize("source", ["-", "kept:1", "pasted.txt"])
def test_a_transcript_becomes_a_case(run: Run, pytester: pytest.Pytester, source: str) -> None:
    (pytester.path / "pasted.txt").write_text(PASTED.replace(",\n   is anybody here?", ""))
    result = _record(pytester, "Person: hello there\nBot: Hello!\nPerson: Hours\n", "--into", "new.yml", "--transcript", source)
    assert result.ret == 0
    (case,) = load(pytester.path / "new.yml", Sent).cases
    assert [step.step.user for step in case.steps] == ["hello there", "/hours"]


def test_nothing_said_nothing_recorded(run: Run, pytester: pytest.Pytester) -> None:
    assert _record(pytester, "\n", "--into", "new.yml").ret == 1
    assert not (pytester.path / "new.yml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PASTED, ["hello there, is anybody here?", "Hours"]),
        ("User: a\nBot: b\nUSER: c", ["a", "c"]),
        ('{"id": 1, "transcript": [{"turn": 1, "text": "a", "replies": ["b"]}, {"turn": 2, "text": "c", "replies": []}]}', ["a", "c"]),
        ('{"events": [{"event": "user", "text": "a"}, {"event": "bot", "text": "b"}]}', ["a"]),
    ],
)
def test_transcripts_are_read(text: str, said: list[str]) -> None:
    assert read_transcript(text, "t") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello\nhi", "t: nobody says anything; begin lines with who speaks"),
        ("{", "t: begins like JSON and is none"),
        ('{"a": 1}', "expected a list of turns"),
    ],
)
def test_a_transcript_that_says_nothing(text: str, said: str) -> None:
    with pytest.raises(TranscriptError, match=said):
        read_transcript(text, "t")


@pytest.mark.parametrize("indent", ["", "  ", "    "])
def test_what_is_added_stands_as_the_others_do(tmp_path: Path, indent: str) -> None:
    path = tmp_path / "cases.yml"
    path.write_text(f"test_cases:\n{indent}- test_case: a\n{indent}  steps:\n{indent}  - user: b\n\n# the end\n")
    add_case(path, {"test_case": "c", "steps": [{"user": "d: e"}]})
    assert [case.name for case in load(path, Sent).cases] == ["a", "c"]
    assert f"\n{indent}- test_case: c\n{indent}  steps:\n" in path.read_text()
