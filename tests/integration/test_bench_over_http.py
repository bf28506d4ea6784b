"""The bench over our own server: the REST channel tells the same as in process, the website's channel all that it can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversations.engine import create_engine
from bot.conversations.handoffs import HandoffStore
from pytest_rasa import Driver
from pytest_rasa.bench import bench_of
from pytest_rasa.drivers.in_process import InProcess
from pytest_rasa.drivers.rest import Rest
from pytest_rasa.loading import load
from pytest_rasa.playing import Played, play
from pytest_rasa.recorder import record_case
from pytest_rasa.reports.difference import as_text, compare
from pytest_rasa.results import RunResult, case_result
from pytest_rasa.transcripts import TranscriptError
from tests.bench.expectation import Told
from tests.bench.inventory import buttons_of
from tests.bench.plugin import GREETED, pytest_rasa_names, pytest_rasa_transcript
from tests.bench.website import Website
from tests.integration.website import Client, Server
from tests.talk import Talk

CASES = [case for path in ("tests/conversations/rules.yml", "tests/conversations/gaps.yml") for case in load(Path(path), Told).cases]


def _play(driver: Driver) -> Iterator[Played]:
    return (play(case, driver, pytest_rasa_names) for case in CASES)


def _run(driver: Driver) -> RunResult:
    results = [case_result(f"{one.case.file}::{one.case.name}", "", None, one, ({} for _ in one.turns), 0.0) for one in _play(driver)]
    return RunResult(bot=driver.name, seed=0, cases=tuple(results))


def test_over_rest_the_same_is_told_and_what_is_not_told_is_noted(website: Server, talk: Talk) -> None:
    over_http = _run(Rest(f"http://127.0.0.1:{website.port}"))
    difference = compare(_run(InProcess(talk.assistant.agent, talk.loop, talk.hear)), over_http)
    assert difference.is_none, as_text(difference)
    unchecked = {key for case in over_http.cases for key in case.unchecked}
    assert unchecked == {"action_executed", "slot_was_set", "slot_was_not_set"}
    assert over_http.count("passed") == len(CASES)


def test_over_the_website(website: Server, talk: Talk) -> None:
    driver = Website(f"http://127.0.0.1:{website.port}", buttons_of(talk.store))
    played = [one for one in _play(driver) if GREETED not in one.case.markers]
    wrong = [f"{one.case.name}: {problem}" for one in played for turn in one.turns for problem in turn.checked.problems]
    assert wrong == []
    assert sum(one.cannot is None for one in played) > 0.95 * len(CASES)
    pressed = [one for one in played for turn in one.turns if turn.turn.user.startswith("/")]
    assert pressed, "no button was pressed"


def test_a_conversation_of_the_desk_becomes_a_case(
    website: Server, pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Client(website)
    person.begin()
    button = person.say("what percentage of people survive leiomyosarcoma")["replies"][0]["buttons"][0]
    person.press(button["id"])
    person.say("what causes it, and does it run in families? my name is Ann Smith")
    person.say("i would like to talk to a real person please")
    url = f"sqlite:///{website.conversations}"
    monkeypatch.setenv("CONVERSATIONS_DATABASE_URL", url)
    number = max(one.id for one in HandoffStore(create_engine(url)).listed())
    said = pytest_rasa_transcript(f"desk:{number}")
    assert said is not None
    assert "Ann" not in " ".join(said)
    path = tmp_path / "desk.yml"
    assert record_case(bench_of(pytestconfig), path, "from the desk", said) == 0
    (case,) = load(path, Told).cases
    assert case.steps[1].step.user == "/ask_five_year_meaning"
    assert (case.steps[3].expected.kind, case.steps[3].expected.entry) == ("escalation", "request-human")
    with pytest.raises(TranscriptError, match="no handoff of this number"):
        pytest_rasa_transcript("desk:999999")


def test_what_the_website_has_no_way_to_play(website: Server, talk: Talk) -> None:
    driver = Website(f"http://127.0.0.1:{website.port}", buttons_of(talk.store))
    conversation = driver.begin({})
    with pytest.raises(RuntimeError, match="the button for it was not offered before"):
        conversation.send('/ask_survival{"stage": "early"}')
    with pytest.raises(RuntimeError, match="cannot set slots"):
        driver.begin({"topic": "ask_survival"})
