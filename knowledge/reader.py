"""Reads YAML files with their lines, and collects problems instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from knowledge.errors import Problem


@dataclass(frozen=True)
class Form:
    """How an id is written, in a pattern and in words, and how long it may be."""

    pattern: re.Pattern[str]
    told: str
    longest: int


KEBAB = Form(re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"), "lower-case words joined by '-'", 80)
SNAKE = Form(re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*"), "lower-case words joined by '_'", 60)
NAME = Form(re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*"), "lower-case words joined by '_'", 40)
CONTACT = Form(re.compile(r"[a-z]+(?:_[a-z]+)*"), "lower-case words joined by '_'", 20)
FACT = Form(re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*"), "lower-case words joined by '.' or '_'", 60)


class Reader:
    """Reads mappings with their lines, and collects problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def unsound(self, path: Path) -> bool:
        """Whether a file, or a file of a folder, has a problem already."""
        name = self.name(path)
        return any(problem.file == name or problem.file.startswith(f"{name}/") for problem in self.problems)

    def name(self, path: Path) -> str:
        """The path as it is told: from the working folder where it lies below it."""
        return str(path if not path.is_relative_to(Path.cwd()) else path.relative_to(Path.cwd()))

    def problem(self, path: Path, node: Any, message: str, key: Any = None) -> None:
        """Note a problem at a node, or at one of its keys."""
        self.problems.append(Problem(self.name(path), self.line(node, key), message))

    @staticmethod
    def line(node: Any, key: Any = None) -> int:
        """The line of a node, or of one of its keys, from 1."""
        mark = getattr(node, "lc", None)
        if mark is None:
            return 1
        try:
            if key is not None:
                return int(mark.key(key)[0] if isinstance(node, CommentedMap) else mark.item(key)[0]) + 1
        except (KeyError, TypeError):
            pass
        return int(mark.line or 0) + 1

    def load(self, path: Path) -> CommentedMap | None:
        """A file's keys and values; nothing where it has none."""
        try:
            data = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.problems.append(Problem(self.name(path), 1, "the file is missing; create it"))
        except OSError as error:
            self.problems.append(Problem(self.name(path), 1, f"cannot be read: {error.strerror}; mend the file or its rights"))
        except UnicodeDecodeError as error:
            self.problems.append(Problem(self.name(path), 1, f"not UTF-8 text: {error}; save it as UTF-8"))
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(self.name(path), line, f"not valid YAML: {error.problem or error.context}"))
        except YAMLError as error:
            self.problems.append(Problem(self.name(path), 1, f"not valid YAML: {error}"))
        else:
            if isinstance(data, CommentedMap):
                return data
            self.problems.append(Problem(self.name(path), 1, "expected keys and values at the top of the file, not a list or a text"))
        return None

    def keys(self, path: Path, node: Any, required: Iterable[str], optional: Iterable[str] = ()) -> bool:
        """Whether the node is a mapping with the keys it needs; unknown keys are told."""
        if not isinstance(node, CommentedMap):
            self.problem(path, node, "expected keys and values here, as in `id: ...`")
            return False
        allowed = [*required, *optional]
        for key in node:
            if key not in allowed:
                self.problem(path, node, f"unknown key '{key}'; allowed: {', '.join(allowed)}", key)
        missing = [key for key in required if key not in node]
        for key in missing:
            self.problem(path, node, f"'{key}' is missing; add it")
        return not missing

    def text(self, path: Path, node: CommentedMap, key: str) -> str:
        """A text that is not empty."""
        value = node.get(key)
        if not isinstance(value, str) or not value.strip():
            self.problem(path, node, f"'{key}' must be a text that is not empty", key)
            return ""
        return "\n".join(line.rstrip() for line in value.strip().splitlines())

    def identifier(self, path: Path, node: CommentedMap, key: str, form: Form) -> str:
        """An id of a certain form and length."""
        value = self.text(path, node, key)
        if value and not form.pattern.fullmatch(value):
            self.problem(path, node, f"'{key}' is '{value}'; write it as {form.told}", key)
        if len(value) > form.longest:
            self.problem(path, node, f"'{key}' has {len(value)} characters; use {form.longest} at most", key)
        return value

    def optional_text(self, path: Path, node: CommentedMap, key: str) -> str | None:
        """A text, or nothing where the key is left out."""
        return self.text(path, node, key) if node.get(key) is not None else None

    def texts(self, path: Path, node: CommentedMap, key: str, longest: int = 120) -> tuple[str, ...]:
        """A list of texts, none of them twice."""
        value = node.get(key)
        if value is None:
            return ()
        if not isinstance(value, CommentedSeq) or not all(isinstance(item, str) and item.strip() for item in value):
            self.problem(path, node, f"'{key}' must be a list of texts", key)
            return ()
        double = sorted({item for item in value if value.count(item) > 1})
        if double:
            self.problem(path, node, f"'{key}' lists {', '.join(double)} twice; list it once", key)
        for item in value:
            if len(item) > longest:
                self.problem(path, node, f"'{key}' has a text of {len(item)} characters; use {longest} at most", key)
        return tuple(value)

    def items(self, path: Path, node: CommentedMap | None, key: str, others: Iterable[str] = ()) -> Iterator[Any]:
        """The items of the list under a key of the mapping; `others` are the keys that stand beside it."""
        if node is None or not self.keys(path, node, [*others, key]):
            return
        if not isinstance(node[key], CommentedSeq):
            self.problem(path, node, f"'{key}' must be a list", key)
            return
        yield from node[key]
