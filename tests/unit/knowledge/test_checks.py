"""Each check catches the fault it is there for."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from knowledge.checks import check
from knowledge.cli import main
from knowledge.errors import SettingsError
from knowledge.settings import KnowledgeSettings
from tests.unit.knowledge.conftest import change

_UNAVOIDABLE = ("gap topics; at least", "heart topic", "fact 'survival.some' is told", "fact 'contact.phone' is told")


def _problems(content: Path, **options: Path) -> list[str]:
    found = [str(problem) for problem in check(content, **options).problems]
    return [problem for problem in found if not any(known in problem for known in _UNAVOIDABLE)]


def test_sound_content_has_no_problem(content: Path) -> None:
    assert _problems(content) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("A CT gives clear pictures.", "A CT finds 9 of 10.", "the figure '9' is in no fact it cites"),
        ("A CT gives clear pictures.", "About 60 to 80% live. A CT helps.", "the figure '60' is in no fact it cites"),
        ("facts: [tests.ct]", "facts: [tests.ct, survival.some]", "does not say '80%' to the letter"),
        ("A CT gives clear pictures.", "Call (412) 359-8614 for a CT.", "a phone number is written out"),
        ("A CT gives clear pictures.", "See www.example.org about CT.", "a web address"),
        ("A CT gives clear pictures.", "It is 1 percent of adult cancers.", "states a share that is under review"),
        (
            "A CT gives clear pictures.",
            "Computed tomographic examinations facilitate comprehensive visualization of anatomical abnormalities.",
            "reading grade",
        ),
        ("facts: [tests.ct]", "facts: []", "tells no fact"),
    ],
)
def test_a_planted_fault_is_found(content: Path, old: str, new: str, told: str) -> None:
    change(content, "topics/diagnosis.yml", old, new)
    assert any(told in problem and "diagnosis.yml:" in problem for problem in _problems(content))


def test_a_gap_tells_no_fact_and_gives_the_line(content: Path) -> None:
    change(content, "topics/cost.yml", "facts: []", "facts: [tests.ct]")
    change(content, "topics/cost.yml", "Call {phone} or use", "Use")
    problems = " ".join(_problems(content))
    assert "must tell no fact" in problems
    assert "must give the line" in problems


def test_topics_and_intents_must_agree(content: Path, tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("intents: [ask_diagnosis, ask_nothing]\n")
    problems = " ".join(_problems(content, project=tmp_path))
    assert "intent 'ask_nothing' has no topic" in problems
    assert "intent 'ask_cost' is not in domain.yml" in problems
    assert "intent 'ask_diagnosis' has 0 examples" in problems


def test_wording_of_the_source_page_is_found(content: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Here we have no answer on costs yet call us now")
    change(content, "topics/cost.yml", "Call {phone}", "Call us now, {phone}")
    assert any("repeats the source page" in problem for problem in _problems(content, source_page=page))


def test_settings_that_are_no_address_are_refused() -> None:
    with pytest.raises(SettingsError, match="MYCHART_URL"):
        KnowledgeSettings.read({"MYCHART_URL": "mychart"})


def test_the_command_line(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWLEDGE_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    run = CliRunner()
    assert "4 added" in run.invoke(main, ["load", "--content", str(content)]).output
    assert "diagnosis-mri" in run.invoke(main, ["list", "--topic", "diagnosis"]).output
    assert "(412) 359-8614" in run.invoke(main, ["show", "costs"]).output
    assert "diagnosis-mri" in run.invoke(main, ["search", "soft", "tissue"]).output
    assert "told by no entry" in run.invoke(main, ["facts"]).output
    assert "7 files" not in run.invoke(main, ["export", str(tmp_path / "out")]).output
    assert (tmp_path / "out" / "topics" / "cost.yml").is_file()
