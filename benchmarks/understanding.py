"""Understanding, side by side, on our own data and on public sets, in one run.

    python -m benchmarks.understanding --public FOLDER

Every system gets the same training wordings and is asked the same messages, one message of each by turns, so that the noise
of the machine falls on all.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import data
from benchmarks.measures import Row, row
from benchmarks.systems import NAMES, Guess, System, make
from bot.__main__ import quiet
from pytest_rasa.typos import misspell

SETS = ("ours", "hint3", "clinc150", "banking77")
TYPOS = 2
_WARM = 20  # messages asked before the clock runs


def compare(dataset: data.Dataset, systems: Sequence[System], seed: int) -> list[Row]:
    """Ask every system every message, by turns; who is first goes round.

    Args:
        dataset: what to ask.
        systems: trained on its training wordings.
        seed: of the typos.
    """
    texts = [text for text, _ in dataset.test]
    typed = [misspell(text, TYPOS, seed) for text in texts]
    plain = dict.fromkeys([*texts, *(text for kind in dataset.outside.values() for text in kind)])
    guesses: dict[str, dict[str, Guess]] = {system.name: {} for system in systems}
    taken: dict[str, tuple[list[float], list[float]]] = {system.name: ([], []) for system in systems}  # as typed, with typos
    for system in systems:
        for text in texts[:_WARM]:
            system.guess(text)  # what loads on first use, loads now
    for number, text in enumerate(dict.fromkeys([*plain, *typed])):
        first = number % len(systems)
        for system in (*systems[first:], *systems[:first]):
            started = time.perf_counter()
            guesses[system.name][text] = system.guess(text)
            taken[system.name][text not in plain].append((time.perf_counter() - started) * 1e3)
    base = statistics.median(taken[NAMES[0]][0]) if NAMES[0] in taken else None
    return [row(dataset, typed, system, guesses[system.name], *taken[system.name], base) for system in systems]


def about(dataset: data.Dataset) -> str:
    """How large a set is, in a line."""
    counts = [f"{len({intent for _, intent in dataset.train})} intents", f"{len(dataset.train)} examples"]
    counts += [f"{len(dataset.test)} questions", *(f"{len(texts)} out of scope ({kind})" for kind, texts in dataset.outside.items())]
    return ", ".join(counts)


def _kinds(name: str, values: Mapping[str, float]) -> list[tuple[str, str]]:
    return [(f"{name} ({kind})" if len(values) > 1 else name, f"{value:.1f}") for kind, value in values.items()]


def _quality(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    short = "" if found["kept"] >= 95 else f" ({found['kept']:.1f} kept)"
    recall = [(name, value + short) for name, value in _kinds("refused at 95% kept", found["recall"])]
    cells = [("system", found["system"]), ("accuracy", f"{found['accuracy']:.1f}"), ("two typos", f"{found['two_typos']:.1f}"), *recall]
    cells += [*_kinds("AUROC", found["auroc"]), ("own threshold: kept", f"{found['own_kept']:.1f}")]
    return [*cells, *_kinds("own threshold: refused", found["own_refused"]), ("calibration error", f"{found['calibration_error']:.1f}")]


def _cost(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    ratio = "–" if found["ratio"] is None else f"{found['ratio']:.2f}"
    size = f"{found['model_mb']:.1f}" + (f" + {found['encoder_mb']:.0f}" if found["encoder_mb"] else "")
    cells = [("system", found["system"]), ("ms, median", f"{found['ms']:.1f}"), ("ms, 95th percentile", f"{found['p95']:.1f}")]
    cells += [("of the default's median", ratio), ("ms with two typos", f"{found['ms_typos']:.1f}")]
    return [*cells, ("training s", f"{found['train_seconds']:.0f}"), ("model MB", size)]


def _table(rows: Sequence[Sequence[tuple[str, str]]]) -> list[str]:
    lines = [[name for name, _ in rows[0]], ["---"] * len(rows[0]), *([cell for _, cell in cells] for cells in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def tables(found: Mapping[str, Any]) -> str:
    """The figures of all sets as Markdown."""
    lines: list[str] = []
    for name, one in found.items():
        rows = one["rows"]
        lines += [f"### {name}", "", f"{one['about']}.", ""]
        lines += [*_table([_quality(each) for each in rows]), "", *_table([_cost(each) for each in rows]), ""]
    return "\n".join(lines)


def datasets(arguments: argparse.Namespace) -> Iterator[data.Dataset]:
    """The sets asked for.

    Raises:
        data.DataMissing: if public data is wanted and not there.
    """
    public, seed, sizes = arguments.public, arguments.seed, (arguments.intents, arguments.examples, arguments.seed)
    if "ours" in arguments.only:
        yield data.ours(arguments.own_examples, seed)
    if "hint3" in arguments.only:
        yield from data.hint3(public, seed)
    if "clinc150" in arguments.only:
        yield data.clinc150(public, *sizes)
    if "banking77" in arguments.only:
        yield data.banking77(public, *sizes)


def _write(folder: Path, dataset: data.Dataset, rows: Sequence[Row], settings: Mapping[str, Any]) -> None:
    """Add a set's figures to those of earlier runs: each set's are of one run."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "understanding.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found[dataset.name] = {"about": about(dataset), "settings": dict(settings), "rows": [asdict(one) for one in rows]}
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (folder / "understanding.md").write_text(tables(found), encoding="utf-8")
    print(tables({dataset.name: found[dataset.name]}), flush=True)


def _listed(known: Sequence[str]) -> Any:
    def read(text: str) -> list[str]:
        wanted = [part.strip() for part in text.split(",")]
        for part in wanted:
            if part not in known:
                raise argparse.ArgumentTypeError(f"'{part}' is none of: {', '.join(known)}")
        return wanted

    return read


def main(given: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, help="folder with CLINC150, BANKING77 and HINT3; without it, only our own data")
    parser.add_argument("--only", type=_listed(SETS), help=f"sets: {','.join(SETS)}", metavar="A,B")
    parser.add_argument("--systems", type=_listed(NAMES), default=list(NAMES), help=f"systems: {','.join(NAMES)}", metavar="A,B")
    parser.add_argument("--intents", type=int, default=50, help="intents of CLINC150 and BANKING77")
    parser.add_argument("--examples", type=int, default=20, help="examples of each")
    parser.add_argument("--own-examples", type=int, default=20, help="examples of each of our intents; 0: all (DIET then takes hours)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cache", type=Path, default=Path(".data/benchmarks"), help="where trained models are kept")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="where understanding.json and .md go")
    arguments = parser.parse_args(given)
    arguments.only = arguments.only or (list(SETS) if arguments.public else ["ours"])
    if arguments.public is None and arguments.only != ["ours"]:
        parser.error(f"--public: a folder is wanted for {', '.join(name for name in arguments.only if name != 'ours')}")
    settings = {name: getattr(arguments, name) for name in ("intents", "examples", "own_examples", "seed")} | {"cores": os.cpu_count()}
    failed = False
    quiet(logging.ERROR)  # a line of log for each message would count in Rasa's times
    try:
        for dataset in datasets(arguments):
            systems = []
            for name in arguments.systems:
                print(f"{dataset.name}: {name} …", file=sys.stderr, flush=True)
                try:
                    systems.append(make(name, dataset, arguments.cache))
                except RuntimeError as problem:
                    failed = True
                    print(f"{dataset.name}: {name} is left out. {problem}", file=sys.stderr, flush=True)
            if systems:
                _write(arguments.out, dataset, compare(dataset, systems, arguments.seed), settings)
    except data.DataMissing as problem:
        parser.error(str(problem))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
