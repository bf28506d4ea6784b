"""Holds the topics against the intents that the assistant is trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from knowledge.content import Content
from knowledge.errors import Problem
from knowledge.reader import Reader

# What people ask most: these topics must be there, with twice the examples.
HEART = ("survival", "curability", "causes", "screening", "scheduling")
MIN_EXAMPLES, MIN_HEART_EXAMPLES = 30, 60
# Intents without examples: Rasa makes nlu_fallback itself (its topic is `clarify`), the others are never understood but told.
_WITHOUT_EXAMPLES = frozenset({"nlu_fallback", "fallback", "error", "disclosure"})


def check_intents(content: Content, project: Path) -> Iterator[Problem]:
    """Problems between the topics, the intents of `domain.yml`, and the examples under `bot/data/nlu`.

    Each intent must have its topic and each topic its intent, with enough examples. Files that are not there are not looked at;
    files that are not sound are told.
    """
    reader = Reader()
    listed = _domain(reader, project / "domain.yml")
    examples: dict[str, int] = {}
    places: dict[str, tuple[str, int]] = dict(listed or {})
    nlu = sorted((project / "bot" / "data" / "nlu").glob("*.yml"))
    for path in nlu:
        for intent, line, count in _examples(reader, path):
            examples[intent] = examples.get(intent, 0) + count
            places.setdefault(intent, (reader.name(path), line))
    yield from reader.problems
    topics = {topic.intent: topic for topic in content.topics}
    for intent, (file, line) in sorted(places.items()):
        if intent not in topics:
            yield Problem(file, line, f"intent '{intent}' has no topic; write one, or take the intent out")
    for intent, topic in topics.items():
        if intent in _WITHOUT_EXAMPLES:
            continue
        if listed is not None and intent not in listed:
            yield Problem(topic.place.file, topic.place.line, f"intent '{intent}' is not in domain.yml; add it there")
        wanted = MIN_HEART_EXAMPLES if topic.topic in HEART else MIN_EXAMPLES if intent.startswith("ask_") else 1
        if examples.get(intent, 0) < wanted:
            message = f"intent '{intent}' has {examples.get(intent, 0)} examples under bot/data/nlu; write at least {wanted}"
            yield Problem(topic.place.file, topic.place.line, message)


def _domain(reader: Reader, path: Path) -> dict[str, tuple[str, int]] | None:
    data = reader.load(path) if path.is_file() else None
    if data is None:
        return None
    listed = data.get("intents")
    if not isinstance(listed, CommentedSeq):
        reader.problem(path, data, "'intents' must be a list", "intents")
        return None
    names = [str(next(iter(item))) if isinstance(item, CommentedMap) and item else str(item) for item in listed]
    return {name: (reader.name(path), reader.line(listed, place)) for place, name in enumerate(names)}


def _examples(reader: Reader, path: Path) -> Iterator[tuple[str, int, int]]:
    data = reader.load(path)
    if data is None:
        return
    blocks: Any = data.get("nlu") or []
    for block in blocks if isinstance(blocks, CommentedSeq) else []:
        if isinstance(block, CommentedMap) and "intent" in block:
            lines = [line for line in str(block.get("examples") or "").splitlines() if line.strip().startswith("-")]
            yield str(block["intent"]), reader.line(block), len(lines)
