"""What has changed between two runs, each change once, with all the turns that it shows in."""

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_rasa.__main__ import main


def _case(name: str, text: str, revision: int = 1, outcome: str = "passed", entry: str = "hours") -> dict[str, Any]:
    said = {"text": text, "custom": {"entry": entry, "revision": revision, "source": {"title": "A"}}, "names": [entry]}
    turn = {"user": "when", "line": 3, "said": [said], "intent": "hours", "actions": ["action_answer"]}
    return {"id": f"a.yml::{name}", "file": "a.yml", "line": 2, "name": name, "outcome": outcome, "turns": [turn]}


def _run(path: Path, *cases: dict[str, Any]) -> str:
    path.write_text(json.dumps({"schema_name": "pytest-rasa 1", "bot": "b", "seed": 7, "cases": cases}))
    return str(path)


def test_changes_are_told_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = _run(tmp_path / "old.json", _case("one", "Nine to five."), _case("two", "Nine to five."), _case("three", "x"), _case("gone", "x"))
    new = _run(
        tmp_path / "new.json",
        _case("one", "Nine to six <b>.", 2),
        _case("two", "Nine to six <b>.", 2),
        _case("three", "x", outcome="failed", entry="place"),
        _case("new", "x"),
    )
    page, markdown = tmp_path / "d.html", tmp_path / "d.md"
    assert main(["difference", old, new, "--html", str(page), "--markdown", str(markdown)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("3 changes in 4 turns of 3 cases; 1 new cases, 1 cases gone.\n")
    assert text.count("wording: Nine to [-five.-] [+six <b>.+]") == 1
    assert "revision: [-1-] [+2+]" in text
    assert "    a.yml::two, turn 1: 'when'" in text
    assert "hours, now place" in text
    assert "passed, now failed" in text
    assert "New cases:\n  a.yml::new" in text
    assert "| wording | Nine to ~~five.~~ **six &lt;b>.** |" in markdown.read_text()
    assert "Nine to <del>five.</del> <ins>six &lt;b&gt;.</ins>" in page.read_text()
    assert main(["difference", old, new, "--fail"]) == 1
    assert main(["difference", old, old, "--fail"]) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("{}", "not results of this version"),
        ('{"schema_name": "pytest-rasa 1", "bot": "b", "seed": 7, "cases": [{}]}', "cases 0 id: field required"),
    ],
)
def test_a_file_that_holds_no_results(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str) -> None:
    path = tmp_path / "old.json"
    path.write_text(text)
    assert main(["difference", str(path), str(path)]) == 2
    assert f"error: {path}: {said}" in capsys.readouterr().err
