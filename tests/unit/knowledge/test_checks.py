"""Each check catches the fault it is there for."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from knowledge import create_engine
from knowledge.checks import check
from knowledge.cli import main
from knowledge.errors import SettingsError
from knowledge.settings import KnowledgeSettings
from knowledge.vocabulary import load_vocabulary
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
        ("A CT gives clear pictures.", "Call 988 for a CT.", "the figure '988' is in no fact it cites"),
        ("A CT gives clear pictures.", "A CT helps in stage IV.", "the figure 'stage IV' is in no fact it cites"),
        ("A CT gives clear pictures.", "A CT helps half of us.", "the figure 'half' is in no fact it cites"),
        ("A CT gives clear pictures.", "A CT helps two in five.", "the figure 'two in five' is in no fact it cites"),
        ("title: CT\n", "title: CT, (412) 359-8614\n", "a phone number is written out"),
        ("A CT gives clear pictures.", "It is one in a hundred sarcomas.", "states a share that is under review"),
        ("A CT gives clear pictures.", "It is a small fraction of all cancers.", "states a share that is under review"),
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


def test_policy_entries_may_give_the_emergency_numbers(content: Path) -> None:
    change(content, "topics/cost.yml", "Call {phone}", "In danger call 911. Call {phone}")
    assert _problems(content) == []


def test_too_few_gaps_and_missing_heart_topics_are_told(content: Path) -> None:
    told = "\n".join(str(problem) for problem in check(content).problems)
    assert "topics:1: 1 gap topics; at least 25" in told
    assert "heart topic 'survival' is missing" in told
    assert "fact 'survival.some' is told by no entry's answer" in told


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
    (tmp_path / "domain.yml").write_text("intents: [")
    assert any("domain.yml:1: not valid YAML" in problem for problem in _problems(content, project=tmp_path))


def test_wording_of_the_source_page_is_found(content: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Here we have no answer on costs yet call us now")
    change(content, "topics/cost.yml", "Call {phone}", "Call us now, {phone}")
    assert any("repeats the source page" in problem for problem in _problems(content, source_page=page))


@pytest.mark.parametrize("address", ["mychart", "http://a.org", "https://", "https://[", "https://a b.org", "https://a.org:x"])
def test_settings_that_are_no_address_are_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="MYCHART_URL"):
        KnowledgeSettings.read({"MYCHART_URL": address})


def test_a_database_address_is_not_repeated_for_it_may_hold_a_password() -> None:
    with pytest.raises(SettingsError) as error:
        create_engine("postgres//me:secret@host")
    assert "secret" not in str(error.value)


def test_the_command_line(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWLEDGE_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    run = CliRunner()
    assert "4 added" in run.invoke(main, ["load", "--content", str(content)]).output
    assert "diagnosis-mri" in run.invoke(main, ["list", "--topic", "diagnosis"]).output
    assert "(412) 359-8614" in run.invoke(main, ["show", "costs"]).output
    assert "diagnosis-mri" in run.invoke(main, ["search", "soft", "tissue"]).output
    assert "told by no entry" in run.invoke(main, ["facts"]).output
    assert "costs" in run.invoke(main, ["list", "--kind", "gap"]).output
    assert run.invoke(main, ["list", "--status", "retired"]).output == ""
    assert "6 files" in run.invoke(main, ["export", str(tmp_path / "out")]).output
    assert (tmp_path / "out" / "topics" / "cost.yml").is_file()


def test_what_a_person_can_mend_is_one_line_and_exit_code_2(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWLEDGE_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    run = CliRunner()
    empty = run.invoke(main, ["list"])
    assert (empty.exit_code, empty.output.count("\n")) == (2, 1)
    assert "knowledge load" in empty.output
    run.invoke(main, ["load", "--content", str(content)])
    missing = run.invoke(main, ["show", "nothing"])
    assert (missing.exit_code, missing.output) == (2, "error: no published entry 'nothing'; see `python -m knowledge list`\n")
    change(content, "topics/cost.yml", "kind: gap", "kind: gab")
    assert run.invoke(main, ["load", "--content", str(content)]).exit_code == 2
    checked = run.invoke(main, ["check", "--content", str(content), "--project", str(tmp_path)])
    assert checked.exit_code == 1
    assert "cost.yml:7: 'kind' is 'gab'" in checked.output


def test_the_vocabulary_is_read_without_a_database(content: Path) -> None:
    assert load_vocabulary(content).facets["test"]["ct"].synonyms == ("ct", "cat scan")
