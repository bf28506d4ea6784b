"""The clock of a worker jumps in the middle of conversations: nothing is deleted too early, nobody is locked out, order stays order."""

import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.website import Client, Server

_LIBRARY = "libfaketimeMT.so.1"


class Clock:
    """The time as a worker sees it; clocks that only count on are not touched."""

    def __init__(self, folder: Path) -> None:
        found = list(Path("/usr/lib").glob(f"*/faketime/{_LIBRARY}"))
        if not found or shutil.which("faketime") is None:
            (pytest.fail if "CI" in os.environ else pytest.skip)("faketime is not installed: apt-get install faketime")
        self._file = folder / "offset"
        self.jump("+0")
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def jump(self, offset: str) -> None:
        """Have the clock show so much more or less than the time."""
        spare = self._file.with_suffix(f".{secrets.token_hex(4)}")
        spare.write_text(f"{offset}\n")
        spare.replace(self._file)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Clock]]:
    folder = tmp_path_factory.mktemp("clock")
    clock = Clock(folder)
    limits = {"WEBSITE_MESSAGES_LIMIT": "200/minute", "WEBSITE_SESSIONS_LIMIT": "100/hour", "CONVERSATIONS_KEEP_DAYS": "2"}
    (folder / "worker").mkdir()
    server = Server(folder / "worker", {**limits, **clock.environment})
    yield server, clock
    server.stop()


def _asked(person: Client, number: int) -> None:
    begun = time.monotonic()
    assert person.say("what is leiomyosarcoma", f"message-{number}")["replies"][0]["custom"]["kind"] == "answer"
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("offset", ["-1h", "+1d"])
def test_a_conversation_goes_on_when_the_clock_jumps(worker: tuple[Server, Clock], offset: str) -> None:
    server, clock = worker
    clock.jump("+0")
    person = Client(server)
    person.begin()
    _asked(person, 1)
    try:
        clock.jump(offset)
        _asked(person, 2)
        person.press(person.history()["greeting"][0]["buttons"][0]["id"])
        clock.jump("+0")
        _asked(person, 3)
        kept = [turn["id"] for turn in person.history()["turns"]]
        assert [kept[0], kept[1], kept[3]] == ["message-1", "message-2", "message-3"]
        with sqlite3.connect(server.conversations) as connection:
            times = [at for (at,) in connection.execute("select at from chat_turn order by id desc limit 4")]
        assert len({at[:13] for at in times}) > 1, f"the clock did not jump: {times}"
    finally:
        clock.jump("+0")
