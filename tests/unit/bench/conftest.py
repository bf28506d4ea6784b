"""Runs of pytest inside a test, on a bot of a few lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]
ROOT = Path(__file__).parents[3]
CASES = """\
metadata:
  - polite: {said: Hello}
test_cases:
  - test_case: says hello
    markers: [polite]
    steps:
      - user: hello there
        metadata: polite
        assertions:
          - action_executed: action_greet
  - test_case: tells the hours
    steps:
      - user: hello there
      - user: /hours
        assertions:
          - bot_uttered: {utter_name: utter_hours, text_matches: five}
"""
FAILING = """\
test_cases:
  - test_case: closes at noon
    steps:
      - user: hello there
      - user: /hours
        assertions:
          - bot_uttered: {utter_name: utter_hours, text_matches: noon}
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs pytest in a folder that has `cases/good.yml`; options are those of the command line."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("CI", raising=False)
    pytester.makeini(
        """
        [pytest]
        conversation_files = cases/*.yml
        markers = polite: with good manners
        addopts = -p xdist.plugin -p pytest_rasa.plugin -p tests.unit.bench.fake
        """
    )
    folder = pytester.path / "cases"
    folder.mkdir()
    (folder / "good.yml").write_text(CASES)

    def started(*options: str) -> pytest.RunResult:
        result: pytest.RunResult = pytester.runpytest_inprocess(*options)
        return result

    return started
