"""A YAML file of one list, written so that an item that has not changed keeps its lines."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

WIDTH = 100
_LONG = frozenset({"answer", "detail"})  # texts that stand as blocks


def spliced(old: str, data: Mapping[str, Any]) -> str:
    """The text of a file that holds `data`: keys and values, the last of them a list of mappings with an id each.

    Args:
        old: the file as it stands; empty where there is none. Head and items that say the same keep their lines.
        data: what the file has to say.
    """
    key = list(data)[-1]
    head, blocks = _parse(old, key)
    wanted_head = {name: value for name, value in data.items() if name != key}
    lines = head[1] if head is not None and _norm(head[0]) == _norm(wanted_head) else f"{_head(wanted_head)}{key}:\n"
    items = []
    for item in data[key]:
        before = blocks.get(_id(item))
        items.append(before[1] if before is not None and _norm(before[0]) == _norm(item) else _item(item))
    text = lines + "".join(items) if items else f"{_head(wanted_head)}{key}: []\n"
    return text if text == old or _says(text, data) else _dump(data)


def _parse(old: str, key: str) -> tuple[tuple[Any, str] | None, dict[str, tuple[Any, str]]]:
    """The head and the items of a file as it stands, each with its lines; nothing where that cannot be told."""
    if not old.endswith("\n") or "\r" in old:
        return None, {}
    try:
        data = YAML(typ="rt").load(old)
    except YAMLError:
        return None, {}
    listed = data.get(key) if isinstance(data, CommentedMap) else None
    if not isinstance(listed, CommentedSeq) or not listed or list(data)[-1] != key:
        return None, {}
    lines = old.splitlines(keepends=True)
    starts = [listed.lc.item(place)[0] for place in range(len(listed))]
    whole = all(lines[start].lstrip().startswith("- ") for start in starts)
    if not whole or sorted(set(starts)) != starts or any(not isinstance(item, CommentedMap) for item in listed):
        return None, {}
    ends = [*starts[1:], len(lines)]
    blocks = {_id(item): (item, "".join(lines[a:b])) for item, a, b in zip(listed, starts, ends, strict=True)}
    return ({name: value for name, value in data.items() if name != key}, "".join(lines[: starts[0]])), blocks


def _id(item: Mapping[str, Any]) -> str:
    return str(item.get("id"))


def _norm(value: Any) -> Any:
    """What a value says, however it is written: ends of lines, empty lists and lists of one do not matter."""
    if isinstance(value, str):
        return "\n".join(line.rstrip() for line in value.strip().splitlines())
    if isinstance(value, Mapping):
        said = {str(name): _norm(item) for name, item in value.items()}
        return {name: item for name, item in said.items() if item not in (None, [], {})}
    if isinstance(value, (list, tuple)):
        return _norm(value[0]) if len(value) == 1 and isinstance(value[0], str) else [_norm(item) for item in value]
    return value


def _says(text: str, data: Mapping[str, Any]) -> bool:
    try:
        return bool(_norm(YAML(typ="rt").load(text)) == _norm(data))
    except YAMLError:
        return False


def _head(data: Mapping[str, Any]) -> str:
    return _dump(data) if data else ""


def _item(item: Mapping[str, Any]) -> str:
    text = "".join(_block(name, value) if name in _LONG else _dump({name: value}) for name, value in item.items())
    indented = textwrap.indent(text, "  ", lambda line: bool(line.strip()))
    return f"- {indented[2:]}"


def _block(name: str, value: str) -> str:
    """A long text, folded as the content files have it; to the letter, where folding would change it."""

    def fill(paragraph: str) -> str:
        return "\n".join(textwrap.wrap(paragraph, WIDTH - 4, break_long_words=False, break_on_hyphens=False))

    # One line break more than the text has: the first of them folds.
    folded = "".join(f"{part}\n" if part.startswith("\n") else fill(part) for part in re.split(r"(\n+)", value))
    text = f"{name}: >-\n{textwrap.indent(folded, '  ')}\n"
    try:
        if YAML(typ="rt").load(text)[name] == value:
            return text
    except YAMLError:
        pass
    return _dump({name: LiteralScalarString(value)})


def _dump(data: Any) -> str:
    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=2, offset=0)
    out = StringIO()
    yaml.dump(dict(data) if not isinstance(data, CommentedMap) else data, out)
    return out.getvalue()
