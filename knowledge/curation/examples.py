"""Wordings that curators added with an entry, written into the training examples of its intent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge import models as m
from knowledge.errors import ExportError
from knowledge.export import write_files
from knowledge.work import reading

_HEAD = 'version: "3.1"\nnlu:\n'


@dataclass(frozen=True)
class ExampleReport:
    """What became of the wordings: written, there already, or left out because tests ask them; and the files that changed.

    Each wording stands with its topic.
    """

    added: tuple[tuple[str, str], ...]
    known: int
    held_out: tuple[tuple[str, str], ...]
    files: tuple[Path, ...]

    def __str__(self) -> str:
        out = f"{len(self.added)} added, {self.known} there already"
        return f"{out}, {len(self.held_out)} left out because the tests ask them" if self.held_out else out


def export_examples(engine: Engine, folder: Path, held_out: Sequence[Path]) -> ExampleReport:
    """Add the wordings of published revisions to the example files; lines that are there stay as they are.

    A wording goes to the end of its intent's examples in `<topic>.yml`. One that any intent has already, whatever its capitals and
    punctuation, is left alone, so that a second run changes nothing.

    Args:
        engine: the store's database.
        folder: of the example files, one a topic.
        held_out: folders of the files whose wordings may not be trained on.

    Raises:
        ExportError: if a file cannot be read or written, or the held-out wordings are not there to be compared with; no file is
            changed then.
        StoreUnavailable: if the database cannot be read.
    """
    with reading(engine) as session:
        wanted = _wanted(session)
    if not folder.is_dir():
        raise ExportError(f"{folder} is no folder of example files; give one, such as bot/data/nlu")
    forbidden = {key for each in held_out for key in _held_out(each)}
    texts = {path: _read(path) for path in sorted(folder.glob("*.yml"))}
    have = {_key(text) for path, text in texts.items() for text in _trained(path, text)}
    added, known, left = list[tuple[str, str]](), 0, list[tuple[str, str]]()
    changed = dict[Path, str]()
    for topic, intent, text in wanted:
        key = _key(text)
        if key in forbidden:
            left.append((topic, text))
        elif key in have:
            known += 1
        else:
            have.add(key)
            path = folder / f"{topic}.yml"
            changed[path] = _with_example(path, changed.get(path, texts.get(path, _HEAD)), intent, text)
            added.append((topic, text))
    for path, text in changed.items():
        there = {_key(line) for line in _trained(path, text)}
        if any(f"{topic}.yml" == path.name and _key(example) not in there for topic, example in added):
            raise ExportError(f"{path}: cannot add examples to a file of this form; add them by hand")
    write_files(changed)
    return ExampleReport(tuple(added), known, tuple(left), tuple(changed))


def _wanted(session: Session) -> list[tuple[str, str, str]]:
    example, revision = m.RevisionExample, m.EntryRevision
    query = (
        sa.select(m.Topic.id, m.Topic.intent, example.text)
        .select_from(sa.join(example, revision, sa.and_(revision.entry_id == example.entry_id, revision.number == example.number)))
        .join(m.Entry, m.Entry.id == revision.entry_id)
        .join(m.Topic, m.Topic.id == m.Entry.topic_id)
        .where(revision.status.in_(m.TOLD), sa.not_(m.Topic.intent.like("-%")))
        .order_by(m.Topic.id, m.Entry.position, revision.number, example.position)
    )
    return [(row.id, row.intent, row.text) for row in session.execute(query)]


def _key(text: str) -> str:
    """What makes two wordings the same: their letters and digits. Marks of entities are taken off."""
    plain = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", text)
    return " ".join(re.findall(r"[^\W_]+", plain.casefold().replace("'", "").replace("’", "")))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"cannot read {path}: {error}") from error


def _load(path: Path, text: str) -> Any:
    try:
        return YAML(typ="rt").load(text)
    except YAMLError as error:
        raise ExportError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from error


def _held_out(folder: Path) -> set[str]:
    """The wordings that tests ask: every `text` and `user` of their files."""
    files = sorted(folder.rglob("*.yml"))
    if not files:
        raise ExportError(f"{folder} holds no wordings of tests, so none can be kept out of training; name their folder")
    return {_key(text) for path in files for text in _asked(_load(path, _read(path)))} - {""}


def _asked(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("text", "user") and isinstance(value, str):
                yield value
            else:
                yield from _asked(value)
    elif isinstance(node, list):
        for item in node:
            yield from _asked(item)


def _blocks(data: Any) -> Iterator[Any]:
    listed = data.get("nlu") if isinstance(data, CommentedMap) else None
    for block in listed if isinstance(listed, CommentedSeq) else []:
        if isinstance(block, CommentedMap) and "examples" in block:
            yield block


def _trained(path: Path, text: str) -> Iterator[str]:
    for block in _blocks(_load(path, text)):
        for line in str(block["examples"]).splitlines():
            if line.strip().startswith("-"):
                yield line.strip()[1:].strip()


def _with_example(path: Path, text: str, intent: str, example: str) -> str:
    """The file with one example more, at the end of the intent's; no other line changes."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    block = next((block for block in _blocks(_load(path, text)) if block.get("intent") == intent), None)
    if block is None:
        return f"{''.join(lines)}- intent: {intent}\n  examples: |\n    - {example}\n"
    start = block.lc.key("examples")[0]
    if not lines[start].rstrip().endswith("|"):
        raise ExportError(f"{path}:{start + 1}: examples must stand as a block, after `examples: |`; write them so")
    last = start
    for place in range(start + 1, len(lines)):
        if not lines[place].strip():
            continue
        if not lines[place].startswith("    - "):
            break
        last = place
    return "".join([*lines[: last + 1], f"    - {example}\n", *lines[last + 1 :]])
