"""Logs for machines: JSON, with the request's id, and nothing of what people say or who they are."""

import json
import subprocess
import sys

import pytest

from bot.monitoring.requests import request_id
from bot.settings import BotSettings, SettingsError

_PROGRAM = """
import asyncio, logging
from bot.monitoring.logs import log_as_json
log_as_json(logging.INFO)
import structlog
from bot.monitoring.requests import REQUEST_ID, keep_out

SENDER = "web-0123456789abcdef0123456789abcdef"
TEXT = 'my "sore" leg \\u00e9'

async def main():
    REQUEST_ID.set("the-request")
    keep_out(SENDER, TEXT)
    logging.getLogger("bot.somewhere").info("heard %s from %s", TEXT, SENDER)
    structlog.get_logger("rasa.core").warning("rasa.event", sender_id=SENDER, user_message={"text": TEXT, "tries": 2})
    try:
        raise ValueError(f"cannot read {TEXT!r}")
    except ValueError:
        logging.getLogger("bot.somewhere").exception("failed")
    await asyncio.to_thread(logging.getLogger("rasa").error, "in a thread: %s", TEXT)
    logging.getLogger("bot").debug("not written")

asyncio.run(main())
logging.getLogger("bot").warning("somebody else's: %s", SENDER)
"""


def test_every_line_is_an_object_without_people() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["level"] for line in lines] == ["info", "warning", "error", "error", "warning"]
    assert [line["event"] for line in lines[:2]] == ["heard [text] from [conversation]", "rasa.event"]
    assert lines[1]["user_message"] == {"text": "[text]", "tries": 2}
    assert "ValueError" in lines[2]["exception"]
    assert {line.get("request_id") for line in lines[:4]} == {"the-request"}
    assert all(line["time"] and line["logger"] for line in lines)
    for said in ("sore", "0123456789abcdef0123"):
        assert said not in done.stderr
    assert done.stdout == ""


def test_only_sound_ids_are_taken_over() -> None:
    assert request_id("0f8a-77aa-1234") == "0f8a-77aa-1234"
    for sent in (None, "", "short", "a" * 65, "x\ny-12345678", "<script>alert</script>"):
        assert request_id(sent) not in {sent, ""}


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"ASSISTANT_LOG_FORMAT": "xml"}, "ASSISTANT_LOG_FORMAT is 'xml'"),
        ({"ASSISTANT_LOG_FORMAT": "json", "LOG_LEVEL": "debug"}, "writes down what people say"),
        ({"ASSISTANT_MONITORING_PORT": "0"}, "ASSISTANT_MONITORING_PORT is '0'"),
        ({"ASSISTANT_MONITORING_PORT": "http"}, "ASSISTANT_MONITORING_PORT is 'http'"),
        ({"ASSISTANT_ENDPOINTS": "nowhere.yml"}, "ASSISTANT_ENDPOINTS is 'nowhere.yml'"),
    ],
)
def test_settings_that_cannot_be_are_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        BotSettings.read(environment)
