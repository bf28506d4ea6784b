"""What our graph components have in common: where a trained piece is kept in Rasa's model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

_FILE = "state.json"


def save_state(storage: ModelStorage, resource: Resource, state: Any) -> None:
    """Write a JSON-able state into the model."""
    with storage.write_to(resource) as folder:
        (Path(folder) / _FILE).write_text(json.dumps(state, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def load_state(storage: ModelStorage, resource: Resource) -> Any:
    """Read back what `save_state` wrote.

    Raises:
        ValueError: if the model does not hold it (Rasa's own error).
    """
    with storage.read_from(resource) as folder:
        return json.loads((Path(folder) / _FILE).read_text(encoding="utf-8"))


def files_hash(*paths: str | Path) -> str:
    """A hash over files and folders of files, for Rasa's training cache: what we read beside the training data."""
    digest = hashlib.sha256()
    for path in map(Path, paths):
        files = sorted(path.rglob("*.yml")) if path.is_dir() else [path]
        for file in files:
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def source_hash(*modules: str) -> str:
    """A hash over modules of this package: Rasa's cache sees a component's own source, not its helpers'."""
    here = Path(__file__).parent
    return files_hash(*(here / f"{name}.py" for name in modules))
