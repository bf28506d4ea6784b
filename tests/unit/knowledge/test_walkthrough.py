"""The commands of docs/content.md do what it says, in the order in which it gives them."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowledge.cli import main

DOC = Path(__file__).parents[3] / "docs" / "content.md"
CONTENT = Path(__file__).parents[3] / "knowledge" / "content"


def test_from_a_draft_to_what_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWLEDGE_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    (block,) = re.findall(r"```\n(python -m knowledge draft .*?)```", DOC.read_text(encoding="utf-8"), re.S)
    commands = [shlex.split(line)[3:] for line in block.splitlines()]
    assert [words[0] for words in commands] == ["draft", "edit", "edit", "diff", "submit", "review", "publish"]
    run = CliRunner()
    assert run.invoke(main, ["load", "--content", str(CONTENT)]).exit_code == 0
    for words in commands:
        result = run.invoke(main, words)
        assert result.exit_code == 0, result.output
        assert "to mend" not in result.output
    assert "Ask your doctor, or call (412) 359-8614." in run.invoke(main, ["show", "clinical-trials"]).output
