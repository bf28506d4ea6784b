"""`python -m tests.nlu.evaluate`: measures understanding, writes a report, and records floors for the tests."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

# First, because it sets the environment and the warnings that Rasa's imports look at.
from bot.__main__ import quiet  # isort: skip
from bot.assistant import Assistant, make_actions
from bot.training import MODEL, is_stale
from knowledge import open_store
from knowledge.content import Content, read_content
from knowledge.engine import create_engine
from knowledge.loader import load_content
from tests.nlu.evaluation import report
from tests.nlu.evaluation.ask import Asker
from tests.nlu.evaluation.cases import Cases, load
from tests.nlu.evaluation.evaluation import Evaluation, evaluate
from tests.nlu.evaluation.figures import SEED, read_floors, write_floors

TESTS = Path("tests/nlu")
CONTENT = Path("knowledge/content")
FLOORS = "floors.yml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when done, 2 for what a person can mend, told in one line."""
    parser = argparse.ArgumentParser(prog="python -m tests.nlu.evaluate", description="Measure how well messages are understood.")
    parser.add_argument("--out", type=Path, default=Path("results/nlu"), help="folder for the report (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the typos (default: %(default)s)")
    parser.add_argument("--tests", type=Path, default=TESTS, help="folder with the cases (default: %(default)s)")
    parser.add_argument("--record", action="store_true", help=f"write what was measured into {FLOORS} beside the cases")
    options = parser.parse_args(arguments)
    if options.record and options.seed != SEED:
        parser.error(f"floors are recorded with seed {SEED}, which the tests use")
    quiet(logging.ERROR)
    try:
        run(options.out, options.seed, options.tests, options.record)
    except KeyboardInterrupt:
        return 130
    except (RuntimeError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def run(out: Path, seed: int, tests: Path, record: bool) -> None:
    """Measure and write everything; the short table goes to the terminal.

    Raises:
        ValueError, RuntimeError, OSError: for cases, floors, model or folder that cannot be used.
    """
    content = read_content(CONTENT)
    cases = load(tests, content)
    floors = read_floors(tests / FLOORS) if (tests / FLOORS).exists() and not record else None
    out.mkdir(parents=True, exist_ok=True)
    evaluation = measure(cases, content, seed)
    report.write(evaluation, out, floors)
    from tests.nlu.evaluation.pictures import draw  # matplotlib is slow to load, and only needed here

    draw(evaluation, out)
    if record:
        write_floors(tests / FLOORS, evaluation.values)
    print(report.as_text(evaluation, floors))
    print(f"\n{out / 'report.md'} has the rest." + (f" Recorded in {tests / FLOORS}." if record else ""))


def measure(cases: Cases, content: Content, seed: int) -> Evaluation:
    """Ask the trained model, over a store filled from the content as it stands."""
    if is_stale():
        raise RuntimeError(f"{MODEL}: there is no model, or it is older than what it is made of; run `make train`")
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'knowledge.db'}")
        load_content(engine, CONTENT)
        loop = asyncio.new_event_loop()
        try:
            assistant = loop.run_until_complete(Assistant.load(MODEL, make_actions(open_store(engine=engine))))
            return evaluate(cases, content, Asker(assistant, loop), seed, lambda line: print(line, file=sys.stderr))
        finally:
            loop.close()
            engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
