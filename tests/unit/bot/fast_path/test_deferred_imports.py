"""Imports that are put off leave nothing missing. Each in an interpreter of its own: what was imported here already cannot be put off."""

import subprocess
import sys

_START = "import sys; from bot.fast_path import prepare; prepare(); import rasa.core.run, bot.server\n"
_LATER = """
from prompt_toolkit.styles import Style
from pymongo import MongoClient
from pymongo.collection import Collection
from slack_sdk.web.async_client import AsyncWebClient
import boto3, prompt_toolkit.validation, pymongo.errors, questionary, rasa.core.channels.console, spacy.cli
kinds = [Collection, MongoClient, AsyncWebClient, questionary.Question]
assert rasa.core.channels.console.Style([("answer", "#b373d6")]).style_rules
assert callable(boto3.client) and callable(spacy.cli.download) and Style is not None
assert all(type(kind).__name__ == "function" or isinstance(kind, type) for kind in kinds)
from prompt_toolkit.styles import Style as Loaded
assert callable(questionary.select)
from questionary import Question
assert isinstance(Loaded, type) and isinstance(Question, type)
"""


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_start_loads_no_client_of_what_is_not_configured() -> None:
    asked = "('tensorflow', 'matplotlib.pyplot', 'pymongo.mongo_client', 'botocore', 'prompt_toolkit.application', 'spacy.cli.download')"
    assert _run(f"{_START}print([name for name in {asked} if name in sys.modules])").strip() == "[]"


def test_what_was_put_off_is_whole_when_it_is_used() -> None:
    _run(_START + _LATER)
