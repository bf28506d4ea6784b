"""What is measured on: our own wordings, and public sets read from a folder that is given."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

OUT_OF_SCOPE = None
Labelled = tuple[str, str | None]  # text and intent; None: out of scope


@dataclass(frozen=True)
class Dataset:
    """Training wordings and test wordings.

    Attributes:
        name: as it is called in the tables.
        train: texts with intents.
        test: texts with intents, None for what no intent covers.
        also: further right intents of a test text.
    """

    name: str
    train: Sequence[tuple[str, str]]
    test: Sequence[Labelled]


class DataMissing(RuntimeError):
    """A public data file is not where it was said to be."""


def _yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def training_examples(folder: Path = Path("bot/data/nlu")) -> list[tuple[str, str]]:
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


def ours(tests: Path = Path("tests/nlu")) -> Dataset:
    """Our own set: the training wordings of bot/data, the wordings of tests/nlu written apart from them."""
    asked: list[Labelled] = [(q["text"], q["intent"]) for q in _yaml(tests / "questions.yml")["questions"]]
    asked += [(q["text"], OUT_OF_SCOPE) for q in _yaml(tests / "out_of_scope.yml")["questions"]]
    return Dataset("ours", training_examples(), asked)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise DataMissing(f"{path}: not there; --public wants a folder with CLINC150, BANKING77 and HINT3 (benchmarks/README.md)")
    with path.open(encoding="utf-8", newline="") as file:
        return [{key.strip().lower(): value for key, value in row.items() if key} for row in csv.DictReader(file)]
