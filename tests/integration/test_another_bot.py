"""The bench is of use to others: installed from its folder, it plays a bot that is none of ours, in process and over HTTP."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests
import setuptools

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
FILES = {
    "config.yml": "recipe: default.v1\nlanguage: en\nassistant_id: hours\npipeline:\n- name: WhitespaceTokenizer\n"
    "- name: RegexEntityExtractor\n- name: KeywordIntentClassifier\npolicies:\n- name: RulePolicy\n",
    "domain.yml": """\
intents: [ask_hours, thank, ask_weather]
actions: [action_weather]
entities: [day]
slots:
  day: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: day}]}
responses:
  utter_hours:
  - text: "We are open 9 to 5 on {day}."
    buttons: [{title: Thank you, payload: /thank}]
  utter_welcome: [{text: You are welcome.}]
""",
    "data/nlu.yml": """\
version: "3.1"
nlu:
- intent: ask_hours
  examples: |
    - when do you open
    - when do you open on [monday](day)
    - when do you open on [sunday](day)
- intent: thank
  examples: |
    - thanks
- intent: ask_weather
  examples: |
    - will it rain
- lookup: day
  examples: |
    - monday
    - sunday
""",
    "data/rules.yml": """\
version: "3.1"
rules:
- rule: tell the hours
  steps: [{intent: ask_hours}, {action: utter_hours}]
- rule: the weather
  steps: [{intent: ask_weather}, {action: action_weather}]
- rule: never mind
  steps: [{intent: thank}, {action: utter_welcome}]
""",
    "actions.py": """\
from rasa_sdk import Action


class ActionWeather(Action):
    def name(self):
        return "action_weather"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="It will not.", json_message={"rain": False})
        return []
""",
    "credentials.yml": "rest:\n",
    "endpoints.yml": "",
    "tests/conversations/hours.yml": """\
fixtures:
- sunday: [{day: sunday}]
metadata:
- phone: {device: phone}
test_cases:
- test_case: hours
  metadata: phone
  steps:
  - user: so when do you open on Monday
    assertion_order_enabled: true
    assertions:
    - slot_was_set: [{name: day, value: Monday}]
    - action_executed: utter_hours
    - bot_uttered: {utter_name: utter_hours, text_matches: Monday, buttons: [{title: Thank you, payload: /thank}]}
  - user: /thank
  - bot: You are welcome.
- test_case: it knows the day
  fixtures: [sunday]
  steps:
  - user: when do you open
  - bot: We are open 9 to 5 on sunday.
  - utter: utter_hours
- test_case: a custom action
  steps:
  - user: will it rain
    assertions:
    - action_executed: action_weather
    - bot_uttered: {text_matches: not}
""",
    "pytest.ini": "[pytest]\nconversation_actions = actions\nconversation_coverage_fail_under =\n    rules = 100\n    responses = 100\n",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """With the bench installed in a folder of its own; nothing of this repository can be imported."""
    folder = tmp_path_factory.mktemp("installed")
    ours = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    source = shutil.copytree(ROOT / "pytest_rasa", folder / "source", ignore=ours)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    # pip would fetch setuptools anew. Ours builds without a network, with its own copy of `packaging`: Rasa's pin is too old for it.
    own = {**os.environ, "PYTHONPATH": str(Path(setuptools.__file__).parent / "_vendor")}
    subprocess.run([*pip, "--target", str(folder / "site"), str(source)], check=True, cwd=folder, env=own)
    return {**os.environ, "PYTHONPATH": str(folder / "site"), "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory, environment: Mapping[str, str]) -> Path:
    """A trained Rasa project."""
    folder = tmp_path_factory.mktemp("hours")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    subprocess.run([sys.executable, "-m", "rasa", "train"], check=True, cwd=folder, env=environment, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def server(bot: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """`rasa run` with its HTTP API."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "rasa",
        "run",
        "--enable-api",
        "--auth-token",
        "secret",
        "--port",
        str(port),
        "--interface",
        "127.0.0.1",
    ]
    with (bot / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=bot, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if process.poll() is not None or _is_ready(url):
                break
            time.sleep(0.2)
        assert _is_ready(url), (bot / "server.log").read_text()[-2000:]
        yield url
    finally:
        process.kill()
        process.wait()


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/status", params={"token": "secret"}, timeout=5).ok
    except requests.RequestException:
        return False


def _pytest(bot: Path, environment: Mapping[str, str], *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    result = subprocess.run(command, cwd=bot, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.timeout(600)
def test_the_same_in_process_and_over_http(bot: Path, environment: Mapping[str, str], server: str) -> None:
    told = _pytest(bot, environment, "--conversation-report", "one")
    assert "3 passed" in told
    assert "rules" in told
    over_http = _pytest(bot, environment, "--bot-url", server, "--bot-token", "secret", "--conversation-report", "two", "-k", "not custom")
    assert "2 passed" in over_http
    assert "cannot be checked" not in over_http
    difference = [sys.executable, "-m", "pytest_rasa", "difference", "one/results.json", "two/results.json"]
    result = subprocess.run(difference, cwd=bot, env=environment, capture_output=True, text=True)
    assert result.stdout.startswith("0 changes in 0 turns of 2 cases; 0 new cases, 1 cases gone.")  # no action server runs there


@pytest.mark.timeout(600)
def test_a_case_is_recorded_from_the_server(bot: Path, environment: Mapping[str, str], server: str) -> None:
    command = [sys.executable, "-m", "pytest_rasa", "record", "--into", "new.yml", "--bot-url", server, "--bot-token", "secret"]
    result = subprocess.run(command, cwd=bot, env=environment, input="when do you open on sunday\n1\n\n", capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Played again, it passes." in result.stdout
    assert "utter_name: utter_welcome" in (bot / "new.yml").read_text()
