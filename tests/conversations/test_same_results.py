"""The same suite gives the same result, however often it is played."""

from pathlib import Path

from pytest_rasa.drivers.in_process import InProcess
from pytest_rasa.loading import load
from pytest_rasa.playing import play
from pytest_rasa.results import CaseResult, case_result
from tests.bench.expectation import Told
from tests.bench.plugin import CONVERSATIONS
from tests.talk import Talk

TIMES = 3


def _played(talk: Talk) -> list[CaseResult]:
    driver = InProcess(talk.assistant.agent, talk.loop, talk.hear)
    cases = [(path, case) for path in sorted(Path(CONVERSATIONS).glob("*.yml")) for case in load(path, Told).cases]
    found = []
    for path, case in cases:
        played = play(case, driver)
        found.append(case_result(f"{path}::{case.name}", str(path), None, played, ({} for _ in played.turns), 0.0))
    return found


def test_three_times_the_same(talk: Talk) -> None:
    first, *others = (_played(talk) for _ in range(TIMES))
    assert len(first) > 400
    for again in others:
        assert again == first  # texts, buttons, intents with confidences, entities, actions, slots
