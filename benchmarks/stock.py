"""The peer: a project as `rasa init` makes it, with our intents and example wordings.

Configuration and credentials are those of `rasa init` 3.6, untouched: DIET on sparse features, TED, the ordinary action
server. Only data, domain and the custom action are ours: every intent leads to one action, which looks up a text.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Example = tuple[str, str]  # text, intent

ACTION = '''"""The stock project's one action: looks up the text for the last intent."""

import json
from pathlib import Path

from rasa_sdk import Action

ANSWERS = json.loads((Path(__file__).parent / "answers.json").read_text(encoding="utf-8"))


class ActionAnswer(Action):
    def name(self):
        return "action_answer"

    def run(self, dispatcher, tracker, domain):
        intent = tracker.latest_message["intent"].get("name")
        dispatcher.utter_message(text=ANSWERS.get(intent, "I do not know."), json_message={"kind": "answer", "entry": intent})
        return []
'''


def _dump(path: Path, content: Any) -> None:
    yaml = YAML()
    yaml.width = 10_000
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def write_nlu(path: Path, examples: Sequence[Example]) -> None:
    """Write examples as Rasa reads them."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in examples:
        # Rasa reads [..] as an entity and { as its properties.
        clean = " ".join(text.translate(str.maketrans("[]{}()\\", "       ")).split())
        if clean:
            by_intent.setdefault(intent, []).append(clean)
    blocks = [{"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in sorted(by_intent.items())]
    _dump(path, {"version": "3.1", "nlu": blocks})


def build(directory: Path, examples: Sequence[Example], answers: Mapping[str, str], action_port: int = 5056) -> Path:
    """Make the stock project.

    Args:
        directory: where; made anew.
        examples: training wordings with their intents.
        answers: the text that each intent is answered with.
        action_port: where its action server will listen.

    Returns:
        The directory.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    template = files("rasa.cli") / "initial_project"
    for name in ("config.yml", "credentials.yml"):
        (directory / name).write_bytes((template / name).read_bytes())
    intents = sorted({intent for _, intent in examples})
    write_nlu(directory / "data/nlu.yml", examples)
    steps = [{"rule": f"{intent} is answered", "steps": [{"intent": intent}, {"action": "action_answer"}]} for intent in intents]
    _dump(directory / "data/rules.yml", {"version": "3.1", "rules": steps})
    pairs = zip(intents, intents[1:] + intents[:1], strict=True)
    stories = [
        {
            "story": f"{one}, then {two}",
            "steps": [{"intent": one}, {"action": "action_answer"}, {"intent": two}, {"action": "action_answer"}],
        }
        for one, two in pairs
    ]
    _dump(directory / "data/stories.yml", {"version": "3.1", "stories": stories})
    session = {"session_expiration_time": 60, "carry_over_slots_to_new_session": True}
    _dump(directory / "domain.yml", {"version": "3.1", "intents": intents, "actions": ["action_answer"], "session_config": session})
    _dump(directory / "endpoints.yml", {"action_endpoint": {"url": f"http://localhost:{action_port}/webhook"}})
    actions = directory / "actions"
    actions.mkdir()
    (actions / "__init__.py").write_text("")
    (actions / "actions.py").write_text(ACTION, encoding="utf-8")
    (actions / "answers.json").write_text(json.dumps(dict(answers), ensure_ascii=False), encoding="utf-8")
    return directory


def content_hash(directory: Path) -> str:
    """A hash of what the stock project is trained on."""
    digest = hashlib.sha256()
    for path in sorted([directory / "config.yml", directory / "domain.yml", *(directory / "data").glob("*.yml")]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def train(directory: Path, *, cache: Path | None = None, nlu_only: bool = False) -> Path:
    """Train the project with Rasa's own command.

    Args:
        directory: the project.
        cache: a folder of models trained before; one made of the same data is taken from there.
        nlu_only: leave the policies out.

    Returns:
        The model archive.

    Raises:
        RuntimeError: if Rasa made no model.
    """
    kept = cache / f"{content_hash(directory)[:16]}{'-nlu' if nlu_only else ''}.tar.gz" if cache else None
    if kept and kept.is_file():
        return kept
    command = [sys.executable, "-m", "rasa", "train", *(["nlu"] if nlu_only else []), "--fixed-model-name", "stock"]
    command += ["--nlu", "data/nlu.yml"] if nlu_only else []
    started = time.perf_counter()
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    model = directory / "models/stock.tar.gz"
    if done.returncode or not model.is_file():
        raise RuntimeError(f"rasa train made no model in {directory}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(model, kept)
        kept.with_suffix(".json").write_text(json.dumps({"seconds": seconds}))
        return kept
    return model


def train_seconds(model: Path) -> float:
    """What training a kept model took, in seconds; not a number where that was not kept."""
    beside = model.with_suffix(".json")
    return float(json.loads(beside.read_text())["seconds"]) if beside.is_file() else float("nan")
