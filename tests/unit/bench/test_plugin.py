"""Cases as pytest's items: chosen, marked, run side by side, reported, and held to what the whole suite must do."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.unit.bench.conftest import FAILING, Run


def _add(pytester: pytest.Pytester, text: str, name: str = "bad.yml") -> Path:
    path = pytester.path / "cases" / name
    path.write_text(text)
    return path


def test_cases_are_items_that_can_be_chosen(run: Run, pytester: pytest.Pytester) -> None:
    run("-v").stdout.fnmatch_lines(["cases/good.yml::says hello PASSED*", "cases/good.yml::tells the hours PASSED*"])
    run("-k", "hours").assert_outcomes(passed=1, deselected=1)
    run("-m", "polite").assert_outcomes(passed=1, deselected=1)
    run("-m", "conversation").assert_outcomes(passed=2)
    run("cases/good.yml::says hello").assert_outcomes(passed=1)
    elsewhere = pytester.path / "more.yaml"
    elsewhere.write_text((pytester.path / "cases" / "good.yml").read_text())
    run("more.yaml").assert_outcomes(passed=2)
    run().assert_outcomes(passed=2)


def test_a_failure_tells_all_there_is_to_know(run: Run, pytester: pytest.Pytester) -> None:
    _add(pytester, FAILING)
    result = run()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "cases/bad.yml:5: closes at noon, turn 2",
            "  bot_uttered",
            "    expected  one message with text_matches 'noon', utter_name 'utter_hours'",
            "    came      text_matches: 'Nine to five.'",
            "  intent    hours  (hours 0.90)",
            "  entities  none",
            "  actions   action_hours",
            '  slots     {"topic": "hours"}',
            "   1 user: hello there",
            "      bot: Hello!",
            "           [[]Hours] /hours",
            "   2 user: /hours",
            "      bot: Nine to five.",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    run("--lf").assert_outcomes(failed=1)


def test_a_file_that_cannot_be_read_stops_the_run(run: Run, pytester: pytest.Pytester) -> None:
    _add(pytester, "test_cases:\n- test_case: a\n  steps:\n  - usr: b\n")
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*cases/bad.yml:4: test case 'a': step 1: usr: unknown key 'usr'; did you mean 'user'?"])
    _add(pytester, "test_cases:\n- test_case: a\n  markers: [rude]\n  steps:\n  - user: b\n")
    run().stdout.fnmatch_lines(["*cases/bad.yml:2: test case 'a': marker 'rude' is not registered; add it to `markers`*"])


def test_side_by_side_the_results_are_the_same(run: Run, pytester: pytest.Pytester) -> None:
    _add(pytester, FAILING)
    run("--noise", "all", "--conversation-report", "one").assert_outcomes(passed=11, failed=1, xfailed=9)
    run("--noise", "all", "--conversation-report", "two", "-n", "2").assert_outcomes(passed=11, failed=1, xfailed=9)
    one, two = (json.loads((pytester.path / name / "results.json").read_text())["cases"] for name in ("one", "two"))
    for case in (*one, *two):
        case.pop("seconds")
    assert one == two
    assert len(one) == 21


def test_reports(run: Run, pytester: pytest.Pytester) -> None:
    _add(pytester, FAILING.replace("hello there", "hello there <script>"))
    run("--noise", "typos", "--conversation-report", "out", "--junitxml", "junit.xml")
    page = (pytester.path / "out" / "report.html").read_text()
    assert "<svg" in page
    assert "hello there &lt;script&gt;" in page
    assert "text_matches: &#39;Nine to five.&#39;" in page
    assert "src=" not in page
    assert "http" not in page
    summary = (pytester.path / "out" / "summary.md").read_text()
    assert "| all | 2 | 1 | 0 |" in summary
    assert "`cases/bad.yml:5` closes at noon" in summary
    assert "never" in (pytester.path / "out" / "coverage.html").read_text()
    cases = {case.get("name"): case for case in ET.parse(pytester.path / "junit.xml").getroot().iter("testcase")}
    properties = {one.get("name"): one.get("value") for one in cases["tells the hours"].iter("property")}
    assert properties == {"bot": "fake", "turns": "2", "checks": "1"}
    failure = cases["closes at noon"].find("failure")
    assert failure is not None
    assert "expected  one message" in (failure.text or "")


def test_noise_is_played_and_only_its_share_counts(run: Run, pytester: pytest.Pytester) -> None:
    result = run("--noise", "typos,casing")
    result.assert_outcomes(passed=5, xfailed=1)
    result.stdout.fnmatch_lines(["*robustness, seed 7*", "typos * 2 * 1 * 50.0", "casing * 2 * 2 * 100.0", "all * 4 * 3 * 75.0"])
    result.stdout.fnmatch_lines(["cases/good.yml: says hello (1 kinds)", "*typos: '*': turn 1: *"])
    assert run("--noise", "typos,casing", "--noise-fail-under", "75").ret == 0
    short = run("--noise", "typos,casing", "--noise-fail-under", "80")
    assert short.ret == pytest.ExitCode.TESTS_FAILED
    short.stdout.fnmatch_lines(["all * 75.0   required 80  short"])
    failing = _add(pytester, FAILING)
    run("--noise", "typos,casing").stdout.fnmatch_lines(["all * 4 * 3 * 75.0"])  # what fails without noise tells nothing of noise
    failing.unlink()
    part = run("--noise", "typos,casing", "--noise-fail-under", "80", "-k", "hello")
    assert part.ret == 0
    part.stdout.fnmatch_lines(["Only a part of the suite was run*"])


def test_the_whole_suite_is_held_to_its_coverage(run: Run, pytester: pytest.Pytester) -> None:
    result = run("--conversation-coverage-fail-under", "intents=100")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["intents * 2 * 2 * 100.0 * 100", "excused of intents: never (nobody asks)"])
    good = pytester.path / "cases" / "good.yml"
    good.write_text(good.read_text().replace("utter_hours, text_matches: five", "utter_hours, text_matches: six"))
    short = run("--conversation-coverage-fail-under", "100")
    assert short.ret == pytest.ExitCode.TESTS_FAILED
    short.stdout.fnmatch_lines(["intents * 2 * 1 * 50.0 * 100  short", "never exercised of intents: hours"])
    assert run("--conversation-coverage-fail-under", "100", "-k", "hello").ret == 0


def test_what_nothing_is_expected_of_covers_nothing(run: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "cases" / "good.yml").write_text("test_cases:\n- test_case: a\n  steps:\n  - user: hello there\n  - user: /hours\n")
    result = run("--conversation-coverage-fail-under", "intents=100")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["never exercised of intents: greet, hours"])


def test_rules_of_the_project_are_covered_by_what_happens(run: Run, pytester: pytest.Pytester) -> None:
    domain = "intents: [greet, {hours: {use_entities: []}}, place]\nactions: [action_greet, action_listen]\n"
    (pytester.path / "domain.yml").write_text(domain)
    (pytester.path / "data").mkdir()
    (pytester.path / "data" / "rules.yml").write_text(
        "rules:\n- rule: greet back\n  steps:\n  - or:\n    - intent: greet\n    - intent: hello\n  - action: action_greet\n"
        "- rule: after a greeting, the hours\n  steps:\n  - intent: greet\n  - action: action_greet\n  - action: action_listen\n"
        "  - intent: hours\n  - action: action_hours\n- rule: place\n  steps:\n  - intent: place\n  - action: action_place\n"
    )
    result = run("--conversation-coverage")
    result.stdout.fnmatch_lines(["intents * 3 * 2 *", "actions * 1 * 1 * 100.0*", "rules * 3 * 2 *"])
    result.stdout.fnmatch_lines(["never exercised of intents: place", "never exercised of rules: place"])


def test_what_a_channel_cannot_tell_is_counted_and_told(run: Run, pytester: pytest.Pytester) -> None:
    _add(pytester, "test_cases:\n- test_case: only an action\n  steps:\n  - user: a\n    assertions:\n    - action_executed: b\n")
    silent = ("--bot-url", "http://nowhere.example", "--bot-channel", "silent")
    result = run(*silent, "--conversation-coverage-fail-under", "intents=100")
    assert result.ret == 0
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "*what this channel cannot tell*",
            "3 expectations in 3 cases cannot be checked over this channel: action_executed 2, bot_uttered 1",
            "2 cases were skipped: nothing that is expected can be checked over this channel",
            "This channel does not tell intents, entities and actions: nothing is required.",
        ]
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--noise", "static"], "there is no noise 'static'; use all, or some of typos, casing"),
        (["--noise-fail-under", "most"], "--noise-fail-under: 'noise=most' is no threshold"),
        (["--conversation-coverage-fail-under", "entries=101"], "'entries=101' is no threshold; write a kind and a percentage"),
        (["--bot-channel", "rest"], "name it by --bot-url"),
        (["--bot-url", "localhost:5005"], "--bot-url is 'localhost:5005'; give the address of a Rasa server"),
        (["--bot-url", "http://127.0.0.1:9"], "does not answer (ConnectionError); is the server running?"),
        (["--bot-url", "http://127.0.0.1:9", "--bot-channel", "fax"], "there is no channel 'fax'; use rest"),
    ],
)
def test_an_option_that_cannot_be_used_is_told_in_a_line(run: Run, options: list[str], said: str) -> None:
    result = run(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in "\n".join(result.errlines)


def test_an_unknown_kind_of_coverage_fails(run: Run) -> None:
    result = run("--conversation-coverage-fail-under", "entires=100")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["conversation coverage: there is no kind 'entires'; there are intents"])
