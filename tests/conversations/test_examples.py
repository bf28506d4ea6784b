"""The examples of the documentation are test cases that pass."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_rasa.drivers.in_process import InProcess
from pytest_rasa.failures import told
from pytest_rasa.loading import load
from pytest_rasa.playing import play
from pytest_rasa.results import case_result
from tests.bench.expectation import Told
from tests.bench.plugin import pytest_rasa_names
from tests.talk import Talk

EXAMPLES = [dedent(text) for text in re.findall(r"^ *```yaml\n(.*?)^ *```", Path("docs/testing.md").read_text(), re.S | re.M)]


@pytest.mark.parametrize("text", EXAMPLES, ids=["first", "every key"])
def test_an_example_of_the_documentation(talk: Talk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "example.yml"
    path.write_text(text)
    for case in load(path, Told).cases:
        played = play(case, InProcess(talk.assistant.agent, talk.loop, talk.hear), pytest_rasa_names)
        result = case_result(case.name, path.name, None, played, ({} for _ in played.turns), 0.0)
        assert result.outcome == "passed", told(result)
