"""Trains the model when something that it is made of has changed, and not otherwise."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

from bot.components.graph import files_hash
from bot.components.minilm import WEIGHTS_SHA256

MODEL = Path("models/assistant.tar.gz")
_STAMP = Path("models/assistant.json")
_MADE_OF = ("config.yml", "domain.yml", "bot/data", "knowledge/content")
_CODE = "bot/components"
_PACKAGES = ("rasa", "numpy", "scikit-learn", "spacy", "spacy-lookups-data", "wordfreq", "onnxruntime", "tokenizers")


class TrainingFailed(RuntimeError):
    """Rasa could not train a model; its own output says why."""


def fingerprint() -> dict[str, str]:
    """What a model is made of, as hashes and versions."""
    made_of = {path: files_hash(path) for path in _MADE_OF}
    made_of[_CODE] = files_hash(*sorted(Path(_CODE).glob("*.py")))
    made_of["weights"] = WEIGHTS_SHA256
    return made_of | {name: importlib.metadata.version(name) for name in _PACKAGES}


def is_stale() -> bool:
    """Whether there is no model, or one made of something else."""
    if not MODEL.is_file() or not _STAMP.is_file():
        return True
    try:
        return bool(json.loads(_STAMP.read_text()) != fingerprint())
    except ValueError:
        return True


def train() -> Path:
    """Train and put the model in its place.

    Raises:
        TrainingFailed: if Rasa made no model.
    """
    from rasa.api import train as rasa_train

    now = fingerprint()
    result = rasa_train(domain="domain.yml", config="config.yml", training_files="bot/data", output="models", fixed_model_name="assistant")
    if result.code != 0 or not MODEL.is_file():
        raise TrainingFailed("Rasa made no model; see the lines above")
    _STAMP.write_text(json.dumps(now, indent=1, sort_keys=True))
    return MODEL
