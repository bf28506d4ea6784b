"""The systems compared. Each is trained on texts with intents and gives an intent and a score for a text."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ruamel.yaml import YAML

from benchmarks.data import Dataset
from benchmarks.stock import write_nlu


@dataclass(frozen=True)
class Guess:
    """What a system makes of a text: an intent, None where it refuses by its own rule, and a score (0 to 1)."""

    intent: str | None
    score: float
    refused: bool


class System(Protocol):
    """A trained system.

    Attributes:
        name: as it is called in the tables.
        train_seconds: what training took, in this run or the one whose model was kept.
        size_mb: what it keeps on disk.
    """

    name: str
    train_seconds: float
    size_mb: float

    def guess(self, text: str) -> Guess:
        """The intent of a text."""


_SPARSE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "LogisticRegressionClassifier"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
_OURS: list[dict[str, Any]] = [
    {"name": "bot.components.spelling_corrector.SpellingCorrector", "content": None},
    {"name": "bot.components.sentence_features.SentenceFeatures"},
    {"name": "bot.components.intent_classifier.CalibratedIntentClassifier", "least_examples": 1},
]
_FALLBACK = "nlu_fallback"


def _code() -> str:
    digest = hashlib.sha256()
    for path in [Path("config.yml"), *sorted(Path("bot/components").glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


class RasaSystem:
    """A Rasa pipeline, trained by Rasa's own command and asked through Rasa's agent.

    Args:
        name: as it is called in the tables.
        pipeline: its components; None for Rasa's default.
        data: what it is trained on.
        cache: where trained models are kept, by a hash of what they are made of.
        own: whether its components are ours, so that their code is part of what the model is made of.
        sure: answers below this score count as refused at its own threshold (Rasa's fallback classifier decides for itself).

    Raises:
        RuntimeError: if Rasa makes no model.
    """

    def __init__(
        self, name: str, pipeline: Sequence[dict[str, Any]] | None, data: Dataset, cache: Path, own: bool = False, sure: float = 0.0
    ) -> None:
        self.name = name
        self._answers = data.answers
        self._sure = sure
        made_of = json.dumps([list(pipeline) if pipeline else None, list(data.train), _code() if own else ""], sort_keys=True)
        folder = cache / hashlib.sha256(made_of.encode()).hexdigest()[:20]
        model, kept = folder / "model.tar.gz", folder / "training.json"
        if not kept.is_file():
            self._train(pipeline, data, folder, model, kept)
        self.train_seconds = float(json.loads(kept.read_text())["seconds"])
        self.size_mb = model.stat().st_size / 1e6
        self._loop = asyncio.new_event_loop()
        from rasa.core.agent import Agent

        self._agent = Agent.load(str(model))

    @staticmethod
    def _train(pipeline: Sequence[dict[str, Any]] | None, data: Dataset, folder: Path, model: Path, kept: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        config: dict[str, Any] = {"recipe": "default.v1", "language": "en", "assistant_id": "benchmark"}
        config |= {"pipeline": list(pipeline)} if pipeline else {}
        with (folder / "config.yml").open("w", encoding="utf-8") as file:
            YAML().dump(config, file)
        write_nlu(folder / "nlu.yml", data.train)
        command = [sys.executable, "-m", "rasa", "train", "nlu", "--config", folder / "config.yml", "--nlu", folder / "nlu.yml"]
        command += ["--out", folder, "--fixed-model-name", "model"]
        started = time.perf_counter()
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        if done.returncode or not model.is_file():
            raise RuntimeError(f"rasa train nlu made no model in {folder}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        kept.write_text(json.dumps({"seconds": time.perf_counter() - started}))

    def guess(self, text: str) -> Guess:
        """The settled intent; its score is the top of the ranking (behind Rasa's fallback stands the real one)."""
        parsed = self._loop.run_until_complete(self._agent.parse_message(text))
        settled = parsed["intent"]["name"]
        ranking = [item for item in parsed.get("intent_ranking") or [] if item["name"] != _FALLBACK] or [parsed["intent"]]
        top = ranking[0]
        name, score = str(top["name"]), float(top["confidence"])
        if settled == name:
            score = float(parsed["intent"]["confidence"])  # calibrated, where the classifier does so
        return self._guess(name, score, settled != name or score < self._sure)

    def _guess(self, name: str, score: float, refused: bool) -> Guess:
        if not name.startswith(self._answers):
            return Guess(name, 0.0, True)
        return Guess(name, score, refused)


class Assistant(RasaSystem):
    """The whole assistant's understanding, scope guard and all, on its own data."""

    def guess(self, text: str) -> Guess:
        """The first question that is answered; refused where none is."""
        parsed = self._loop.run_until_complete(self._agent.parse_message(text))
        asked = [question for question in parsed["questions"] if str(question["intent"]).startswith(self._answers)]
        if asked:
            return Guess(str(asked[0]["intent"]), float(asked[0]["confidence"]), False)
        ranking = [item for item in parsed.get("intent_ranking") or [] if str(item["name"]).startswith(self._answers)]
        return Guess(str(ranking[0]["name"]) if ranking else None, 0.0, True)


class NearestExample:
    """The intent of the example nearest in meaning: how a semantic FAQ search answers.

    Args:
        data: the examples.
        sure: below this cosine it refuses.
    """

    def __init__(self, data: Dataset, sure: float = 0.6) -> None:
        import numpy as np

        from bot.components.minilm import shared_encoder

        self.name = "nearest example"
        self._answers, self._sure = data.answers, sure
        self._encoder = shared_encoder()
        started = time.perf_counter()
        self._intents = [intent for _, intent in data.train]
        self._examples = np.ascontiguousarray(self._encoder.encode([text for text, _ in data.train]).T)
        self.train_seconds = time.perf_counter() - started
        self.size_mb = self._examples.nbytes / 1e6

    def guess(self, text: str) -> Guess:
        """The nearest example's intent; the score is the cosine."""
        similarity = self._encoder.encode([text])[0] @ self._examples
        best = int(similarity.argmax())
        name, score = self._intents[best], float(similarity[best])
        if not name.startswith(self._answers):
            return Guess(name, 0.0, True)
        return Guess(name, score, score < self._sure)


NAMES = ("rasa default", "sparse LR", "nearest example", "ours")


def make(name: str, data: Dataset, cache: Path) -> System:
    """A system by its name, trained.

    Raises:
        RuntimeError: if training fails.
    """
    if name == "rasa default":
        return RasaSystem(name, None, data, cache)
    if name == "sparse LR":
        return RasaSystem(name, _SPARSE, data, cache)
    if name == "nearest example":
        return NearestExample(data)
    if data.name == "ours":
        pipeline = YAML(typ="safe").load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
        return Assistant(name, pipeline, data, cache, own=True)
    return RasaSystem(name, _OURS, data, cache, own=True, sure=0.5)
