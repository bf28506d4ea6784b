"""What is measured on: our own wordings, and public sets read from a folder that is given."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Example = tuple[str, str]  # text, intent

_HINT3 = ("curekart", "powerplay11", "sofmattress")
_NO_INTENT = "NO_NODES_DETECTED"


@dataclass(frozen=True)
class Dataset:
    """Training wordings and test wordings.

    Attributes:
        name: as it is called in the tables.
        train: texts with intents.
        test: texts with intents, in scope.
        outside: kind -> texts that no intent covers.
        answers: prefix of the intents that answer; an intent without it refuses. Empty: all answer.
    """

    name: str
    train: Sequence[Example]
    test: Sequence[Example]
    outside: dict[str, Sequence[str]]
    answers: str = ""


class DataMissing(RuntimeError):
    """A public data file is not where it was said to be, or not what it should be."""


def _yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def training_examples(folder: Path = Path("bot/data/nlu")) -> list[Example]:
    """Our training wordings, plain, with their intents."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        for block in _yaml(path)["nlu"]:
            lines = (line.strip() for line in block["examples"].splitlines())
            found += [(line[2:].strip(), block["intent"]) for line in lines if line.startswith("- ")]
    return found


def answers(folder: Path = Path("knowledge/content/topics")) -> dict[str, str]:
    """The first answer of each intent's topic."""
    topics = (_yaml(path) for path in sorted(folder.glob("*.yml")))
    return {topic["intent"]: topic["entries"][0]["answer"] for topic in topics}


def sample(examples: Iterable[Example], most: int, seed: int) -> list[Example]:
    """At most so many examples of each intent (0: all), chosen by the seed; intents in order of their names."""
    by: dict[str, list[str]] = defaultdict(list)
    for text, intent in examples:
        by[intent].append(text)
    chosen = []
    for intent in sorted(by):
        texts = by[intent]
        if most and len(texts) > most:
            texts = random.Random(f"{seed}|{intent}").sample(texts, most)
        chosen += [(text, intent) for text in texts]
    return chosen


def ours(examples: int, seed: int, tests: Path = Path("tests/nlu")) -> Dataset:
    """Our own set: wordings of bot/data, and those of tests/nlu written apart from them."""
    asked = [(q["text"], q["intent"]) for q in _yaml(tests / "questions.yml")["questions"]]
    outside = [q["text"] for q in _yaml(tests / "out_of_scope.yml")["questions"] if "gap" not in q]
    return Dataset("ours", sample(training_examples(), examples, seed), asked, {"outside": outside}, "ask_")


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # line ends as they are
    except (OSError, UnicodeDecodeError) as error:
        raise DataMissing(f"{path}: cannot be read ({error}); --public wants a folder as benchmarks/README.md describes") from error


def _rows(path: Path, *columns: str) -> Iterator[tuple[str, ...]]:
    rows = csv.DictReader(io.StringIO(_read(path), newline=""))  # a quoted text may hold line breaks
    missing = sorted(set(columns) - set(rows.fieldnames or ()))
    if missing:
        raise DataMissing(f"{path}: no column '{missing[0]}'; expected {', '.join(columns)}")
    for row in rows:
        yield tuple(" ".join(line.strip() for line in (row[column] or "").strip().splitlines()) for column in columns)


def hint3(folder: Path, seed: int) -> list[Dataset]:
    """HINT3's three bots in full: live users' wording; rows without an intent are outside (Arora et al. 2020).

    Raises:
        DataMissing: if a file is not there or lacks a column.
    """
    sets = []
    for bot in _HINT3:
        train, test = (list(_rows(folder / f"hint3_{bot}_{part}.csv", "sentence", "label")) for part in ("train", "test"))
        asked = [(text, label) for text, label in test if label != _NO_INTENT and text]
        outside = [text for text, label in test if label == _NO_INTENT and text]
        wordings = sample([(text, label) for text, label in train if text], 0, seed)
        sets.append(Dataset(f"HINT3 {bot}", wordings, asked, {"no intent": outside}))
    return sets


def _clinc(folder: Path) -> dict[str, list[list[str]]]:
    path = folder / "clinc150_full.json"
    try:
        found: dict[str, list[list[str]]] = json.loads(_read(path))
    except ValueError as error:
        raise DataMissing(f"{path}: is no JSON ({error})") from error
    for part in ("train", "test", "oos_test"):
        if not isinstance(found, dict) or part not in found:
            raise DataMissing(f"{path}: has no part '{part}'")
    return found


def _few(name: str, train: list[Example], test: list[Example], far: list[str], intents: int, examples: int, seed: int) -> Dataset:
    """A sample of the intents; test questions of those left out are near, another set's are far."""
    names = sorted({intent for _, intent in train})
    chosen = set(random.Random(seed).sample(names, min(intents, len(names))))
    inside = [(text, intent) for text, intent in test if intent in chosen]
    near = [text for text, intent in test if intent not in chosen]
    wordings = sample([(text, intent) for text, intent in train if intent in chosen], examples, seed)
    return Dataset(name, wordings, inside, {"far": far, **({"near": near} if near else {})})


def clinc150(folder: Path, intents: int, examples: int, seed: int) -> Dataset:
    """CLINC150 (Larson et al. 2019): a sample of its intents, its own out-of-scope questions as far.

    Raises:
        DataMissing: if the file is not there or not what it should be.
    """
    found = _clinc(folder)
    train, test = ([(text, intent) for text, intent in found[part]] for part in ("train", "test"))
    return _few("CLINC150", train, test, [text for text, _ in found["oos_test"]], intents, examples, seed)


def banking77(folder: Path, intents: int, examples: int, seed: int) -> Dataset:
    """BANKING77 (Casanueva et al. 2020): a sample of its close intents, CLINC150's out-of-scope questions as far.

    Raises:
        DataMissing: if a file is not there or lacks a column.
    """
    train, test = (list(_rows(folder / f"banking77_{part}.csv", "text", "category")) for part in ("train", "test"))
    far = [text for text, _ in _clinc(folder)["oos_test"]]
    return _few("BANKING77", [(a, b) for a, b in train], [(a, b) for a, b in test], far, intents, examples, seed)
