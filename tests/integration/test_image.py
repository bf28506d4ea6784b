"""The files that the image is made of are all that serving needs, and serving writes none of them."""

import http.client
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.services import Services
from tests.integration.website import ROOT
from tests.ports import free_port

_DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text().rsplit("\nFROM ", 1)[1]
_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && ! touch x 2>/dev/null && exec "$2" -m bot serve'


def _laid_out(folder: Path) -> None:
    """The project's files of the image's last stage; Python's packages stay where they are."""
    for whole in re.findall(r"^COPY (.*)$", _DOCKERFILE, re.M):
        words = [word for word in whole.split() if not word.startswith("--from=")]
        sources, target = [word.removeprefix("/srv/assistant/") for word in words[:-1]], words[-1]
        if sources == [".venv"]:
            continue
        for source in sources:
            to = folder / (Path(target) / source if target == "./" else target)
            to.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
            else:
                shutil.copy(ROOT / source, to)


def _get(port: int, method: str, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_it_serves_from_the_image_s_files_on_a_root_that_cannot_be_written_to(services: Services, tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode and "CI" not in os.environ:
        pytest.skip("mounting is not allowed here")
    folder = tmp_path / "image"
    _laid_out(folder)
    (block,) = re.findall(r"^ENV (.*?)^USER", _DOCKERFILE, re.M | re.S)
    given = {name: value for name, value in re.findall(r"(\w+)=(\S+)", block) if name != "PATH"}
    port, monitoring = free_port(), free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ASSISTANT_", "WEBSITE_", "PYTHON"))},
        **services.deployed(),
        **given,
        "TMPDIR": str(tmp_path),
        "ASSISTANT_HOST": "127.0.0.1",
        "ASSISTANT_PORT": str(port),
        "ASSISTANT_MONITORING_HOST": "127.0.0.1",
        "ASSISTANT_MONITORING_PORT": str(monitoring),
        "KNOWLEDGE_DATABASE_URL": services.database,
        "CONVERSATIONS_DATABASE_URL": services.database,
    }
    environment["ASSISTANT_ENDPOINTS"] = given["ASSISTANT_ENDPOINTS"]
    command = ["unshare", "-m", "sh", "-c", _READ_ONLY, "sh", str(folder), sys.executable]
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 90
        while _get(monitoring, "GET", "/health/ready") != 200:
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < until, log.read_text()[-3000:]
            time.sleep(0.3)
        assert _get(port, "POST", "/chat/sessions") == 201
        assert _get(port, "GET", "/chat/widget.js") == 200
        assert _get(port, "GET", "/chat/demo") == 404
    finally:
        process.kill()
        process.wait()
