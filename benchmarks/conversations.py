"""The suite of conversation tests, played in process and over HTTP against separate servers, in one run.

    python -m benchmarks.conversations

The separate servers are plain `rasa run --enable-api` beside `rasa run actions`, both with our project as it stands, and our own
server with its actions asked of that action server (`ASSISTANT_ACTIONS=http`). All are up at the same time and are asked file by
file in turn, so that the noise of the machine falls on all. What is timed is the play of the cases alone: sending, waiting for the
replies, asking for events and slots where the server tells them, checking. What it takes to begin is told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.servers import Server, free_port, ours
from bot.assistant import Assistant, make_actions
from bot.training import MODEL
from knowledge import create_engine, open_store
from knowledge.loader import load_content
from pytest_rasa import Driver, Utterance
from pytest_rasa.drivers.in_process import InProcess
from pytest_rasa.drivers.rest import Rest
from pytest_rasa.loading import LoadedCase, load
from pytest_rasa.playing import play
from tests.bench.expectation import Told

CONVERSATIONS = Path("tests/conversations")


@dataclass
class Played:
    """What one way took for the whole suite.

    Attributes:
        name: of the way.
        begin: seconds until the first case can be played.
        seconds: of play.
        turns: messages sent.
        failed: cases that did not pass.
        unchecked: expectations that the way could not check.
    """

    name: str
    begin: float = 0.0
    seconds: float = 0.0
    turns: int = 0
    failed: int = 0
    unchecked: int = 0

    @property
    def ms_per_turn(self) -> float:
        """Milliseconds for each message."""
        return 1e3 * self.seconds / self.turns if self.turns else 0.0


def _names(utterance: Utterance) -> list[str]:
    entry = (utterance.custom or {}).get("entry")
    return [str(entry)] if entry else []


def _in_process(folder: Path) -> Driver:
    engine = create_engine(f"sqlite:///{folder / 'in_process.db'}")
    load_content(engine, Path("knowledge/content"))
    loop = asyncio.new_event_loop()
    assistant = loop.run_until_complete(Assistant.load(MODEL, make_actions(open_store(engine=engine))))
    return InProcess(assistant.agent, loop, lambda sender, text, _: assistant.send(sender, text))


def _action_server(folder: Path, port: int) -> tuple[Sequence[str], dict[str, str]]:
    """The command of an action server with a store of its own, and its environment."""
    settings = {"KNOWLEDGE_DATABASE_URL": f"sqlite:///{(folder / 'actions.db').resolve()}"}
    subprocess.run([sys.executable, "-m", "knowledge", "load"], env={**os.environ, **settings}, check=True, capture_output=True)
    return [sys.executable, "-m", "rasa", "run", "actions", "--actions", "bot.actions", "--port", str(port)], settings


def _plain(folder: Path) -> Server:
    """`rasa run` beside `rasa run actions`, as any Rasa user would type them."""
    port, action_port = free_port(), free_port()
    actions, settings = _action_server(folder, action_port)
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(f"action_endpoint:\n  url: http://localhost:{action_port}/webhook\n  enable_selective_domain: true\n")
    rasa = [sys.executable, "-m", "rasa", "run", "--enable-api", "--model", str(MODEL), "--credentials", "credentials.yml"]
    run = [*rasa, "--endpoints", str(endpoints), "--port", str(port), "--interface", "127.0.0.1"]
    return Server("plain", [run, actions], Path.cwd(), port, settings)


def _own(folder: Path) -> Server:
    """Our server, its actions on an action server of their own."""
    server = ours(folder, "own")
    action_port = free_port()
    actions, settings = _action_server(folder, action_port)
    # Our server reads endpoints.yml of the folder it runs in; everything else there is ours.
    run = folder / "run"
    run.mkdir()
    for name in ("config.yml", "domain.yml", "credentials.yml", "models", "knowledge", "bot", "database", "web"):
        (run / name).symlink_to(Path.cwd() / name)
    (run / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: http://localhost:{action_port}/webhook\n  enable_selective_domain: true\n"
    )
    server.folder = run
    server.commands = [*server.commands, actions]
    cache = {"ASSISTANT_CACHE": str(Path(".data/encoder").resolve()), "PYTHONPATH": str(Path.cwd())}
    server.environment = {**server.environment, **settings, **cache, "ASSISTANT_ACTIONS": "http"}
    return server


def _play(played: Played, driver: Driver, cases: Sequence[LoadedCase]) -> None:
    started = time.perf_counter()
    results = [play(case, driver, _names) for case in cases]
    played.seconds += time.perf_counter() - started
    played.turns += sum(len(one.turns) for one in results)
    played.failed += sum(one.failed or one.cannot is not None for one in results)
    played.unchecked += sum(len(one.unchecked) for one in results)


def measure(rounds: int) -> list[Played]:
    """All ways, in process first.

    Raises:
        benchmarks.servers.ServerFailed: if a server does not answer.
        pytest_rasa.DriverFailed: if one stops answering.
    """
    files = [load(path, Told).cases for path in sorted(CONVERSATIONS.glob("*.yml"))]
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as running:
        folder = Path(scratch)
        started = time.perf_counter()
        drivers = [_in_process(folder)]
        found = [Played("in process", begin=time.perf_counter() - started)]
        ways: tuple[tuple[str, Callable[[Path], Server]], ...] = (("plain", _plain), ("own", _own))
        titles = {"plain": "rasa run, rasa run actions", "own": "our server, rasa run actions"}
        for name, start in ways:
            (folder / name).mkdir()
            server = running.enter_context(start(folder / name))
            found.append(Played(titles[name], begin=server.start_seconds))
            drivers.append(Rest(f"http://127.0.0.1:{server.port}"))
            print(f"{titles[name]}: first answer after {server.start_seconds:.1f} s", flush=True)
        for driver in drivers:
            _play(Played("warm"), driver, files[0][:20])
        for number in range(rounds):
            for cases in files:
                for played, driver in zip(found, drivers, strict=True):
                    _play(played, driver, cases)
            print(f"round {number + 1} of {rounds}: " + ", ".join(f"{one.name} {one.seconds:.1f} s" for one in found), flush=True)
        for driver in drivers:
            driver.close()
    for one in found:
        one.seconds /= rounds
        one.turns //= rounds
        one.failed //= rounds
        one.unchecked //= rounds
    return found


def table(found: Sequence[Played]) -> str:
    """The figures as Markdown."""
    base = found[0]
    rows = ["| way | play, s | ms a message | times in process | begin, s | failed | cannot be checked |", "|---|---|---|---|---|---|---|"]
    for one in found:
        times = one.seconds / base.seconds
        rows.append(
            f"| {one.name} | {one.seconds:.1f} | {one.ms_per_turn:.1f} | {times:.1f} | {one.begin:.0f} | {one.failed} | {one.unchecked} |"
        )
    return f"{base.turns} messages.\n\n" + "\n".join(rows) + "\n"


def main(given: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="plays of the whole suite, file by file in turn")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="where conversations.json and .md go")
    arguments = parser.parse_args(given)
    from bot.__main__ import quiet

    quiet(logging.ERROR)
    found = measure(arguments.rounds)
    text = table(found)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "conversations.json").write_text(json.dumps([asdict(one) for one in found], indent=1), encoding="utf-8")
    (arguments.out / "conversations.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
