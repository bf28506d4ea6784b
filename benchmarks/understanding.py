"""Understanding, side by side, on our own data and on public sets, in one run.

    python -m benchmarks.understanding --public FOLDER

Every system gets the same training wordings and is asked the same messages, one message of each by turns.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks import data
from benchmarks.systems import NAMES, Guess, System, make
from bot.__main__ import quiet
from tests.nlu.evaluation.measure import calibration, recall_at
from tests.nlu.evaluation.noise import misspell


@dataclass(frozen=True)
class Row:
    """What one system did on one set; shares are percentages.

    Attributes:
        accuracy: of in-scope messages, as typed.
        two_typos: the same with two typos a message.
        recall: kind -> out-of-scope messages below the score that 95% of in-scope messages reach.
        default_kept: in-scope messages that the system answers at its own threshold.
        default_refused: kind -> out-of-scope messages that it refuses there.
        calibration_error: expected calibration error of the scores, in points.
        ms: median milliseconds a message. `ratio`: against Rasa's default, in this run.
    """

    system: str
    accuracy: float
    two_typos: float
    recall: dict[str, float]
    default_kept: float
    default_refused: dict[str, float]
    calibration_error: float
    ms: float
    train_seconds: float
    model_mb: float
    ratio: float | None = field(default=None)


def _share(right: Sequence[bool]) -> float:
    return 100 * sum(right) / len(right)


def compare(dataset: data.Dataset, systems: Sequence[System], seed: int) -> list[Row]:
    """Ask every system every message, by turns.

    Args:
        dataset: what to ask.
        systems: trained on its training wordings.
        seed: of the typos.
    """
    texts = [text for text, _ in dataset.test]
    typed = [misspell(text, 2, seed) for text in texts]
    outside = [text for kind in dataset.outside.values() for text in kind]
    guesses: dict[str, dict[str, Guess]] = {system.name: {} for system in systems}
    taken: dict[str, list[float]] = {system.name: [] for system in systems}
    for system in systems:
        for text in texts[:5]:
            system.guess(text)  # what loads on first use, loads now
    for text in dict.fromkeys([*texts, *typed, *outside]):
        for system in systems:
            started = time.perf_counter()
            guesses[system.name][text] = system.guess(text)
            taken[system.name].append((time.perf_counter() - started) * 1e3)
    rows = []
    for system in systems:
        got = guesses[system.name]
        right = [got[text].intent == intent for text, intent in dataset.test]
        scores = [got[text].score for text in texts]
        error, _ = calibration([min(score, 1.0) for score in scores], right)
        rows.append(
            Row(
                system.name,
                _share(right),
                _share([got[text].intent == intent for text, (_, intent) in zip(typed, dataset.test, strict=True)]),
                {kind: 100 * recall_at(scores, [got[t].score for t in ts]).refused for kind, ts in dataset.outside.items()},
                _share([not got[text].refused for text in texts]),
                {kind: _share([got[text].refused for text in ts]) for kind, ts in dataset.outside.items()},
                100 * error,
                statistics.median(taken[system.name]),
                system.train_seconds,
                system.size_mb,
            )
        )
    base = next((row.ms for row in rows if row.system == "rasa default"), None)
    return [Row(**{**asdict(row), "ratio": row.ms / base if base else None}) for row in rows]


def table(dataset: data.Dataset, rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    kinds = list(dataset.outside)
    head = ["system", "accuracy", "two typos", *(f"refused at 95% kept ({kind})" for kind in kinds), "own threshold: kept"]
    head += [*(f"own threshold: refused ({kind})" for kind in kinds), "calibration error", "ms", "of default's time"]
    head += ["training s", "model MB"]
    size = f"{len({i for _, i in dataset.train})} intents, {len(dataset.train)} examples, {len(dataset.test)} questions"
    outside = ", ".join(f"{len(texts)} outside ({kind})" for kind, texts in dataset.outside.items())
    lines = [f"**{dataset.name}**: {size}, {outside}"]
    lines += ["", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [row.system, f"{row.accuracy:.1f}", f"{row.two_typos:.1f}", *(f"{row.recall[kind]:.1f}" for kind in kinds)]
        cells += [f"{row.default_kept:.1f}", *(f"{row.default_refused[kind]:.1f}" for kind in kinds), f"{row.calibration_error:.1f}"]
        cells += [f"{row.ms:.1f}", f"{row.ratio:.2f}" if row.ratio is not None else "–", f"{row.train_seconds:.0f}", f"{row.model_mb:.1f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def datasets(arguments: argparse.Namespace) -> list[data.Dataset]:
    """The sets asked for.

    Raises:
        data.DataMissing: if public data is wanted and not there.
    """
    found: list[data.Dataset] = []
    if "ours" in arguments.only:
        found.append(data.ours(arguments.own_examples, arguments.seed))
    if arguments.public:
        if "hint3" in arguments.only:
            found += data.hint3(arguments.public, arguments.seed)
        if "clinc150" in arguments.only:
            found.append(data.clinc150(arguments.public, arguments.intents, arguments.examples, arguments.seed))
        if "banking77" in arguments.only:
            found.append(data.banking77(arguments.public, arguments.intents, arguments.examples, arguments.seed))
    return found


def _listed(text: str) -> list[str]:
    return text.split(",")


def main(given: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, help="folder with CLINC150, BANKING77 and HINT3; without it, only our own data")
    parser.add_argument("--only", default=["ours", "hint3", "clinc150", "banking77"], type=_listed, help="sets")
    parser.add_argument("--systems", default=list(NAMES), type=_listed, help=f"systems: {','.join(NAMES)}")
    parser.add_argument("--intents", type=int, default=50, help="intents of CLINC150 and BANKING77")
    parser.add_argument("--examples", type=int, default=20, help="examples of each")
    parser.add_argument("--own-examples", type=int, default=20, help="examples of each of our intents; 0: all (DIET then takes hours)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cache", type=Path, default=Path(".data/benchmarks"), help="where trained models are kept")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="where understanding.json and .md go")
    arguments = parser.parse_args(given)
    unknown = set(arguments.systems) - set(NAMES)
    if unknown:
        parser.error(f"no system '{unknown.pop()}'; there are: {', '.join(NAMES)}")
    try:
        wanted = datasets(arguments)
    except data.DataMissing as problem:
        parser.error(str(problem))
    quiet(logging.ERROR)
    arguments.out.mkdir(parents=True, exist_ok=True)
    texts, found = [], {}
    for dataset in wanted:
        systems = []
        for name in arguments.systems:
            print(f"{dataset.name}: {name} …", file=sys.stderr, flush=True)
            systems.append(make(name, dataset, arguments.cache))
        rows = compare(dataset, systems, arguments.seed)
        texts.append(table(dataset, rows))
        found[dataset.name] = [asdict(row) for row in rows]
        print(texts[-1], flush=True)
        (arguments.out / "understanding.md").write_text("\n".join(texts), encoding="utf-8")
        (arguments.out / "understanding.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
