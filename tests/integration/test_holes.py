"""What has known holes and is installed for Rasa's sake is not imported by what serves (docs/known-holes.md)."""

import os
import subprocess
import sys
from pathlib import Path

from tests.integration.website import ROOT, Client, Server

_NEVER = {"tensorflow", "keras", "skops"}
_DESK = "import web.desk.app, web.desk.composition, web.desk.commands"


def _imported(said: str) -> set[str]:
    """The packages that Python says it imported."""
    lines = [line for line in said.splitlines() if line.startswith("import time:")]
    assert len(lines) > 500
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


def test_a_worker_that_answers_imports_none_of_them(tmp_path: Path) -> None:
    server = Server(tmp_path, {"PYTHONPROFILEIMPORTTIME": "1"})
    try:
        person = Client(server)
        person.begin()
        assert person.say("how many people survive this")["replies"][0]["custom"]["entry"] == "survival"
        imported = _imported(server.log.read_text(errors="replace"))
    finally:
        server.stop()
    assert {"rasa", "sanic", "sklearn"} & imported  # it would be seen
    assert imported & _NEVER == set()


def test_the_desk_imports_none_of_them() -> None:
    environment = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
    done = subprocess.run([sys.executable, "-c", _DESK], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-1000:]
    assert _imported(done.stderr) & {*_NEVER, "rasa", "sanic_cors", "jsonpickle"} == set()
