"""When requests come, and what they ask: a plan made beforehand from a seed, the same for every system."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

#: Assumed, not counted anywhere: of a hundred messages, how many are of a kind.
SHARES = {"answer": 62, "gap": 10, "follow_up": 12, "out_of_scope": 14, "safety": 2}
#: Assumed: messages of a conversation on average; history reads and feedback for each message.
MESSAGES, HISTORY, FEEDBACK = 5, 0.1, 0.1


@dataclass(frozen=True)
class Arrival:
    """One request that is due.

    Attributes:
        at: seconds from the beginning.
        do: `message`, `begin`, `history` or `feedback`.
        kind: of a message, one of `SHARES`.
        text: of a message.
    """

    at: float
    do: str
    kind: str = ""
    text: str = ""


def poisson(rate: float, seconds: float, seed: int) -> list[float]:
    """Moments at which something comes, so many a second on average and each regardless of the others.

    Raises:
        ValueError: for a rate or a time that is not above 0.
    """
    if rate <= 0 or seconds <= 0:
        raise ValueError(f"a rate of {rate:g} for {seconds:g} s: both must be above 0")
    chance, moments, at = random.Random(seed), list[float](), 0.0
    while (at := at + chance.expovariate(rate)) < seconds:
        moments.append(at)
    return moments


def plan(rate: float, seconds: float, seed: int, texts: Mapping[str, Sequence[str]], others: bool = True) -> list[Arrival]:
    """Mixed load in the order of coming; the messages are the same with and without the other requests.

    Args:
        rate: messages a second.
        seconds: for how long.
        seed: of all chances.
        texts: messages of each kind.
        others: whether conversations begin, histories are read and feedback is given as well.

    Raises:
        ValueError: for a rate or a time that is not above 0.
    """
    chance = random.Random(seed)
    kinds = chance.choices(list(SHARES), list(SHARES.values()), k=len(moments := poisson(rate, seconds, seed)))
    coming = [Arrival(at, "message", kind, chance.choice(texts[kind])) for at, kind in zip(moments, kinds, strict=True)]
    if others:
        for number, (do, share) in enumerate((("begin", 1 / MESSAGES), ("history", HISTORY), ("feedback", FEEDBACK)), start=1):
            coming += [Arrival(at, do) for at in poisson(rate * share, seconds, seed + number)]
    return sorted(coming, key=lambda arrival: arrival.at)


def _read(path: Path, key: str) -> list[Any]:
    return list(YAML(typ="safe").load(path.read_text(encoding="utf-8"))[key])


def _texts(items: Iterable[Mapping[str, Any]], key: str = "text") -> tuple[str, ...]:
    return tuple(str(item[key]) for item in items)


def texts(tests: Path = Path("tests")) -> dict[str, tuple[str, ...]]:
    """Messages of each kind, from the held-out wordings that the tests have."""
    nlu = tests / "nlu"
    gaps = [step for case in _read(tests / "conversations/gaps.yml", "test_cases") for step in case["steps"] if "user" in step]
    return {
        "answer": _texts(_read(nlu / "questions.yml", "questions")),
        "gap": _texts(gaps, "user"),
        "follow_up": _texts(turn for dialogue in _read(nlu / "follow_ups.yml", "dialogues") for turn in dialogue["turns"][1:]),
        "out_of_scope": _texts(_read(nlu / "out_of_scope.yml", "questions")),
        "safety": _texts(_read(nlu / "safety.yml", "questions")),
    }
