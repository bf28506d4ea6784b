"""The systems compared. Each is trained on texts with intents and gives an intent and a confidence for a text."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ruamel.yaml import YAML

from benchmarks import stock
from benchmarks.data import Dataset, Example, answers
from benchmarks.stock import write_nlu

_FALLBACK = "nlu_fallback"
_ANSWERS = "ask_"


@dataclass(frozen=True)
class Guess:
    """What a system makes of a text.

    Attributes:
        intent: the likeliest, whether or not it is sure enough.
        confidence: of that intent, 0 to 1.
        refused: whether it would not answer, at its own threshold.
    """

    intent: str
    confidence: float
    refused: bool


class System(Protocol):
    """A trained system.

    Attributes:
        name: as it is called in the tables.
        train_seconds: what training took, in this run or the one whose model was kept.
        model_mb: what is kept of a training.
        encoder_mb: the sentence encoder beside it, one for all models; 0 where there is none.
    """

    name: str
    train_seconds: float
    model_mb: float
    encoder_mb: float

    def guess(self, text: str) -> Guess:
        """The intent of a text."""


_SPARSE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "LogisticRegressionClassifier"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]


def _assistant_pipeline() -> list[dict[str, Any]]:
    pipeline: list[dict[str, Any]] = YAML(typ="safe").load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
    return pipeline


def general(pipeline: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], float]:
    """Of the assistant's pipeline, what knows nothing of its subject, as it is set there; and from where it is sure.

    An intent may have a single example, as in HINT3.
    """
    by = {component["name"].rsplit(".", 1)[1]: component for component in pipeline}
    kept = [
        {**by["SpellingCorrector"], "content": None},
        by["SentenceFeatures"],
        {**by["CalibratedIntentClassifier"], "least_examples": 1, "alarms": None},
    ]
    return kept, float(by["ScopeGuard"]["sure"])


def _code() -> str:
    digest = hashlib.sha256()
    for path in [Path("config.yml"), *sorted(Path("bot/components").glob("*.py")), *sorted(Path("knowledge/content").rglob("*.yml"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _encoder_mb() -> float:
    from bot.components.minilm import GRAPH_VERSION, WEIGHTS_SHA256

    folder = Path(os.environ.get("ASSISTANT_CACHE", ".data/encoder"))
    stem = f"minilm-{WEIGHTS_SHA256[:12]}-v{GRAPH_VERSION}"
    files = (folder / f"{stem}-int8.onnx", folder / f"{stem}-words.npy")
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


class RasaSystem:
    """A Rasa pipeline, trained by Rasa's own command and asked through Rasa's agent.

    Args:
        name: as it is called in the tables.
        pipeline: its components; None for Rasa's default.
        examples: what it is trained on.
        cache: where trained models are kept, by a hash of what they are made of.
        own: whether its components are ours: then their code is part of what the model is made of, and the sentence encoder
            stands beside it.
        sure: below this confidence it does not answer (Rasa's fallback classifier decides for itself).

    Raises:
        RuntimeError: if Rasa makes no model.
    """

    def __init__(
        self,
        name: str,
        pipeline: Sequence[dict[str, Any]] | None,
        examples: Sequence[Example],
        cache: Path,
        own: bool = False,
        sure: float = 0.0,
    ) -> None:
        self.name = name
        self._sure = sure
        made_of = json.dumps([list(pipeline) if pipeline else None, list(examples), _code() if own else ""], sort_keys=True)
        folder = cache / hashlib.sha256(made_of.encode()).hexdigest()[:20]
        model, kept = folder / "model.tar.gz", folder / "training.json"
        if not kept.is_file():
            self._train(pipeline, examples, folder, model, kept)
        self.train_seconds = float(json.loads(kept.read_text())["seconds"])
        self.model_mb = model.stat().st_size / 1e6
        self.encoder_mb = _encoder_mb() if own else 0.0
        self._loop = asyncio.new_event_loop()
        self._agent = self._load(model)

    def _load(self, model: Path) -> Any:
        from rasa.core.agent import Agent

        return Agent.load(str(model))

    @staticmethod
    def _train(pipeline: Sequence[dict[str, Any]] | None, examples: Sequence[Example], folder: Path, model: Path, kept: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        config: dict[str, Any] = {"recipe": "default.v1", "language": "en", "assistant_id": "benchmark"}
        config |= {"pipeline": list(pipeline)} if pipeline else {}
        with (folder / "config.yml").open("w", encoding="utf-8") as file:
            YAML().dump(config, file)
        write_nlu(folder / "nlu.yml", examples)
        command = [sys.executable, "-m", "rasa", "train", "nlu", "--config", folder / "config.yml", "--nlu", folder / "nlu.yml"]
        command += ["--out", folder, "--fixed-model-name", "model"]
        with tempfile.TemporaryDirectory() as scratch:  # Rasa's cache of trained components: empty, or the seconds mean nothing
            environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_CACHE_DIRECTORY": scratch}
            started = time.perf_counter()
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, env=environment)
            seconds = time.perf_counter() - started
        if done.returncode or not model.is_file():
            raise RuntimeError(f"rasa train nlu made no model in {folder}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        kept.write_text(json.dumps({"seconds": seconds}))

    def _parse(self, text: str) -> dict[str, Any]:
        # A leading slash is Rasa's shorthand for an intent by name, and would go past the pipeline.
        parsed: dict[str, Any] = self._loop.run_until_complete(self._agent.parse_message(text.lstrip("/ ")))
        return parsed

    def guess(self, text: str) -> Guess:
        """The settled intent; where Rasa's fallback classifier stepped in, the intent behind it with its real confidence."""
        parsed = self._parse(text)
        settled = parsed["intent"]
        if settled["name"] != _FALLBACK:
            name, confidence = str(settled["name"]), float(settled["confidence"])
            return Guess(name, confidence, confidence < self._sure)
        behind = _behind_fallback(parsed)
        return Guess(str(behind["name"]), float(behind["confidence"]), True)


def _behind_fallback(parsed: dict[str, Any]) -> dict[str, Any]:
    ranking = parsed.get("intent_ranking") or []
    return next((item for item in ranking if item["name"] != _FALLBACK), {"name": "", "confidence": 0.0})


class StockProject(RasaSystem):
    """The stock project of `benchmarks.stock`, policies and all: the model that the serving benchmark serves.

    Args:
        name: as it is called in the tables.
        examples: what it is trained on.
        cache: where trained models are kept.
    """

    def __init__(self, name: str, examples: Sequence[Example], cache: Path) -> None:
        self.name = name
        self._sure = 0.0
        with tempfile.TemporaryDirectory() as scratch:
            model = stock.train(stock.build(Path(scratch) / "stock", examples, answers()), cache=cache)
        self.train_seconds = stock.train_seconds(model)
        self.model_mb = model.stat().st_size / 1e6
        self.encoder_mb = 0.0
        self._loop = asyncio.new_event_loop()
        self._agent = self._load(model)


class Assistant(RasaSystem):
    """The whole assistant's understanding, scope guard and all, on its own data, run as it is served: over the fast path."""

    def _load(self, model: Path) -> Any:
        from bot.fast_path.agent import FastAgent
        from bot.fast_path.pieces import Piece

        agent = FastAgent(pieces=frozenset(Piece) - {Piece.THREADS})
        agent.load_model(model)
        return agent

    def guess(self, text: str) -> Guess:
        """The first question that is answered; else what was settled, and behind "not sure" the likeliest intent.

        "Not sure" keeps the classifier's confidence, as it does for Rasa's fallback classifier; a refusal is certain.
        """
        parsed = self._parse(text)
        asked = [question for question in parsed.get("questions") or [] if str(question["intent"]).startswith(_ANSWERS)]
        if asked:
            return Guess(str(asked[0]["intent"]), float(asked[0]["confidence"]), False)
        settled = parsed["intent"]
        name = str(settled["name"])
        if name == _FALLBACK:
            name = str(_behind_fallback(parsed)["name"])
        return Guess(name, float(settled["confidence"]), True)


class NearestExample:
    """The intent of the example nearest in meaning: how a semantic FAQ search answers.

    Args:
        examples: what it is searched in.
        sure: below this cosine it refuses.
    """

    def __init__(self, examples: Sequence[Example], sure: float = 0.6) -> None:
        from bot.components.minilm import shared_encoder

        self.name = "nearest example"
        self._sure = sure
        self._encoder = shared_encoder()
        self._encoder.encode(["first"])
        started = time.perf_counter()
        self._intents = [intent for _, intent in examples]
        self._examples = np.ascontiguousarray(self._encoder.encode([text for text, _ in examples]).T)
        self.train_seconds = time.perf_counter() - started
        self.model_mb = self._examples.nbytes / 1e6
        self.encoder_mb = _encoder_mb()

    def guess(self, text: str) -> Guess:
        """The nearest example's intent; the confidence is the cosine."""
        similarity = self._encoder.encode([text])[0] @ self._examples
        best = int(similarity.argmax())
        cosine = min(max(float(similarity[best]), 0.0), 1.0)
        return Guess(self._intents[best], cosine, cosine < self._sure)


NAMES = ("rasa default", "sparse LR", "nearest example", "ours")


def make(name: str, data: Dataset, cache: Path) -> System:
    """A system by its name, trained.

    Raises:
        RuntimeError: if training fails.
        ValueError: if there is no such system.
    """
    if name == "rasa default" and data.name == "ours":
        return StockProject(name, data.train, cache)
    if name == "rasa default":
        return RasaSystem(name, None, data.train, cache)
    if name == "sparse LR":
        return RasaSystem(name, _SPARSE, data.train, cache)
    if name == "nearest example":
        return NearestExample(data.train)
    if name != "ours":
        raise ValueError(f"no system '{name}'; there are: {', '.join(NAMES)}")
    if data.name == "ours":
        return Assistant(name, _assistant_pipeline(), data.train, cache, own=True)
    pipeline, sure = general(_assistant_pipeline())
    return RasaSystem(name, pipeline, data.train, cache, own=True, sure=sure)
