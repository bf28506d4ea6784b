"""The command line can do what the pages can; what a person can mend is one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowledge.cli import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KNOWLEDGE_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")

    def command(*words: str, typed: str | None = None) -> tuple[int, str]:
        result = CliRunner().invoke(main, list(words), input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    assert command("load", "--content", str(content))[0] == 0
    return command


def test_from_draft_to_told_and_back(run: Run, content: Path, tmp_path: Path) -> None:
    assert run("draft", "diagnosis-ct", "--as", "Ann", "--set", "answer=A CT finds 9.") == (
        0,
        "diagnosis-ct revision 2: draft (version 1)\n"
        "to mend: answer: the figure '9' is in no fact it cites; take it out, or cite the fact that gives it\n",
    )
    code, told = run("submit", "diagnosis-ct", "--as", "Ann")
    assert (code, told.count("\n"), told[:36]) == (2, 1, "error: answer: the figure '9' is in ")
    run("edit", "diagnosis-ct", "--as", "Ann", "--from", "-", "--example", "what is a ct for", typed="answer: A CT gives sharp pictures.\n")
    assert "answer: A CT gives [-clear-]{+sharp+} pictures." in run("diff", "diagnosis-ct")[1]
    assert "review" in run("submit", "diagnosis-ct", "--as", "Ann")[1]
    code, told = run("review", "diagnosis-ct", "--approve", "--as", "ann")
    assert (code, told) == (2, "error: ann wrote on revision 2 of 'diagnosis-ct'; somebody else must review it\n")
    assert "approved" in run("review", "diagnosis-ct", "--approve", "--as", "Ben")[1]
    assert "changed since" in run("publish", "diagnosis-ct", "--seen", "1", "--as", "Ben")[1]
    assert run("publish", "diagnosis-ct", "--as", "Ben") == (0, "diagnosis-ct revision 2: published (version 5)\n")
    assert "A CT gives sharp pictures." in run("show", "diagnosis-ct")[1]
    assert "diagnosis-ct" in run("search", "sharp", "picturs")[1]
    assert "kept: diagnosis-ct" in run("load", "--content", str(content))[1]
    run("draft", "diagnosis-ct", "--as", "Ben", "--set", "facets=test:ct, spread:advanced", "--set", "suggestions=costs,diagnosis")
    assert "facets:\ntest: ct\nspread: advanced\n" in run("show", "diagnosis-ct", "--revision", "3")[1]
    assert "withdrawn" in run("withdraw", "diagnosis-ct", "--as", "Ben")[1]
    assert "published" in run("rollback", "diagnosis-ct", "1", "--note", "it was right", "--as", "Ann")[1]
    assert run("show", "diagnosis-ct", "--history")[1].count("\n") == 4
    assert "retired" in run("retire", "diagnosis-ct", "--note", "gone", "--as", "Ann")[1]
    (tmp_path / "held.yml").write_text("- text: other\n")
    (tmp_path / "nlu").mkdir()
    assert "1 added" in run("examples", "--into", str(tmp_path / "nlu"), "--held-out", str(tmp_path))[1]
    assert "export" in run("--help")[1]
    assert run("audit", "diagnosis-ct", "--limit", "1")[1].split()[2:5] == ["Ann", "retire", "diagnosis-ct"]
    code, told = run("audit", "--verify")
    assert (code, "sound; head" in told) == (0, True)
    assert run("audit", "--verify", "--head", "0" * 64)[0] == 1


def test_send_back_rebase_stale_and_flags(run: Run, content: Path) -> None:
    run(
        "draft",
        "cost-mri",
        "--topic",
        "cost",
        "--as",
        "Ann",
        "--set",
        "title=MRI costs",
        "--set",
        "facets=test:mri",
        "--set",
        "answer={phone}.",
    )
    run("submit", "cost-mri", "--as", "Ann")
    assert "draft" in run("review", "cost-mri", "--send-back", "--note", "say more", "--as", "Ben")[1]
    assert "draft" in run("rebase", "cost-mri", "--as", "Ann")[1]
    assert "diagnosis-ct" in run("stale", "--within", "100000")[1]
    with (content / "facts.yml").open("a") as file:
        file.write("- {id: about.how_common, section: Tests, fact: rare, review_question: which share is right}\n")
    run("load", "--content", str(content))
    assert "which share is right" in run("flags")[1]
    assert run("flags", "--settle", "about.how_common", "--note", "the first", "--as", "Ben") == (0, "about.how_common: settled by Ben\n")
    assert "settled by Ben: the first" in run("flags", "--all")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("draft", "nothing", "--as", "Ann"), "no entry 'nothing'"),
        (("draft", "diagnosis-ct", "--as", " "), "say who does this"),
        (("draft", "diagnosis-ct", "--as", "Ann", "--set", "facts=no.such"), "facts: 'no.such' is no fact"),
        (("draft", "diagnosis-ct", "--as", "Ann", "--set", "answer"), "write --set FIELD=VALUE"),
        (("draft", "diagnosis-ct", "--as", "Ann", "--set", "facets=mri"), "write facet:value"),
        (("submit", "diagnosis-ct", "--as", "Ann"), "has no draft"),
        (("rollback", "diagnosis-ct", "1", "--note", "x", "--as", "Ben"), "roll back to one that was published before"),
        (("retire", "diagnosis", "--note", "x", "--as", "Ben"), "is the base entry"),
        (("diff", "diagnosis-ct", "1", "7"), "has no revision 7"),
        (("flags", "--settle", "tests.ct", "--note", "x", "--as", "Ben"), "has no review question"),
        (("examples", "--into", "nowhere"), "is no folder"),
    ],
)
def test_an_error_is_one_line(run: Run, words: tuple[str, ...], told: str) -> None:
    code, output = run(*words)
    assert (code, output.count("\n"), output[:7]) == (2, 1, "error: ")
    assert told in output
