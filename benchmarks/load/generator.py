"""Locust, in an environment and a process of its own."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.load.arrivals import MESSAGES, plan

_ROOT = Path(__file__).parents[2]
_WANTED = _ROOT / "requirements-load.txt"


class GeneratorFailed(RuntimeError):
    """Locust could not be installed or did not end well; the message has the end of what it said."""


class Generator:
    """Asks one system what a plan says.

    Args:
        environment: where Locust is, made there if it is not; takes the place of one made of other pins.
        nice: how far Locust stands back for others, 0 to 19.
    """

    def __init__(self, environment: Path, nice: int = 0) -> None:
        self._environment, self._nice = environment.resolve(), nice

    def install(self) -> None:
        """Make the environment, if it is not there.

        Raises:
            GeneratorFailed: if that cannot be done.
        """
        stamp, wanted = self._environment / ".installed", hashlib.sha256(_WANTED.read_bytes()).hexdigest()
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        print(f"installing locust into {self._environment} …", flush=True)
        python = self._environment / "bin/python"
        self._run([sys.executable, "-m", "venv", "--clear", str(self._environment)])
        self._run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(_WANTED)])
        stamp.write_text(wanted)

    def ask(self, host: str, system: str, rate: float, seconds: float, seed: int, texts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Send a plan's requests and tell each one's times.

        Args:
            host: `https://…`, as the clients of the system know it.
            system: `ours` or `stock`: what the requests look like.
            rate: messages a second.
            seconds: for how long.
            seed: of the plan.
            texts: messages of each kind.

        Raises:
            GeneratorFailed: if Locust failed.
        """
        arrivals = plan(rate, seconds, seed, texts, others=system == "ours")
        told = {"arrivals": [dataclasses.asdict(one) for one in arrivals], "seed": seed, "rate": rate, "seconds": seconds}
        with tempfile.TemporaryDirectory() as scratch:
            given, samples = Path(scratch) / "plan.json", Path(scratch) / "samples.json"
            given.write_text(json.dumps({**told, "messages": MESSAGES}))
            command = [
                "nice",
                "-n",
                str(self._nice),
                str(self._environment / "bin/locust"),
                "-f",
                str(Path(__file__).with_name("locustfile.py")),
            ]
            command += ["--headless", "--only-summary", "--users", "1", "--host", host, "--loglevel", "WARNING"]
            command += ["--exit-code-on-error", "0", "--plan", str(given), "--samples", str(samples), "--system", system]
            self._run(command, seconds + 120)
            if not samples.is_file():
                raise GeneratorFailed("locust wrote no samples")
            found: dict[str, Any] = json.loads(samples.read_text())
            return found

    def _run(self, command: Sequence[str], seconds: float = 600) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds, env=environment)
        except subprocess.TimeoutExpired as error:
            raise GeneratorFailed(f"{command[0]} took longer than {seconds:g} s") from error
        if done.returncode:
            raise GeneratorFailed(f"{' '.join(command[:4])} … failed:\n{(done.stderr or done.stdout)[-1500:]}")
