"""A model that is missing or broken: the start is refused in one line that says which file and what to do."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.integration.website import ROOT
from tests.ports import free_port

_MODEL = ROOT / "models/assistant.tar.gz"


def _half(path: Path) -> None:
    whole = _MODEL.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _flipped(path: Path) -> None:
    whole = bytearray(_MODEL.read_bytes())
    whole[len(whole) // 2] ^= 0x10
    path.write_bytes(bytes(whole))


_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "no trained model"),
    "empty": (lambda path: path.write_bytes(b""), "not a model that can be loaded"),
    "no archive": (lambda path: path.write_bytes(b"not a model"), "not a model that can be loaded"),
    "copied by half": (_half, "not a model that can be loaded"),
    "with a broken bit": (_flipped, "not a model that can be loaded"),
}


def _refusal(folder: Path, make: Callable[[Path], object]) -> tuple[int, str]:
    """Exit code and log of a start with a model file made so."""
    (folder / "models").mkdir(parents=True)
    for name in ("config.yml", "domain.yml", "credentials.yml", "endpoints.yml", "knowledge", "bot"):
        (folder / name).symlink_to(ROOT / name)
    make(folder / "models/assistant.tar.gz")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "ASSISTANT_PORT": str(free_port()),
        "ASSISTANT_CACHE": str((ROOT / ".data/encoder").resolve()),
        "KNOWLEDGE_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
        "CONVERSATIONS_DATABASE_URL": f"sqlite:///{folder / 'conversations.db'}",
    }
    command = [sys.executable, "-m", "bot", "serve"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_a_model_that_cannot_be_loaded_is_refused_in_one_line(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        refused = {name: pool.submit(_refusal, tmp_path / name.replace(" ", "-"), make) for name, (make, _) in _FILES.items()}
    for name, (_, said) in _FILES.items():
        code, log = refused[name].result()
        assert code == 2, (name, log[-2000:])
        assert "Traceback" not in log, (name, log[-3000:])
        (line,) = [line for line in log.splitlines() if line.startswith("error: ")]
        assert "models/assistant.tar.gz" in line
        assert said in line
        assert "make train" in line
