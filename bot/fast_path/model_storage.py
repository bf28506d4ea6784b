"""Loads the half of a model that predicts.

A model archive describes two graphs. Rasa reads both and imports every class they name; the training graph names
validators that import TensorFlow and all components there are.
"""

from __future__ import annotations

import json
from pathlib import Path

from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_METADATA_FILE, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata


class PredictOnlyStorage(LocalModelStorage):
    """Rasa's storage, with an empty training graph."""

    @staticmethod
    def _load_metadata(directory: Path) -> ModelMetadata:
        described = json.loads((directory / MODEL_ARCHIVE_METADATA_FILE).read_text(encoding="utf-8"))
        described["train_schema"] = {"nodes": {}}
        return ModelMetadata.from_dict(described)
