"""What a Rasa project's own files say there is: intents, entities, actions, responses, rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pytest_rasa.turn import Turn

#: Rasa's own, which no conversation test is asked to reach.
_RASAS_OWN = frozenset({"action_listen", "action_session_start", "action_restart"})


class ProjectError(ValueError):
    """A file of the Rasa project that cannot be read; names it."""


@dataclass(frozen=True)
class Rule:
    """A rule: its name, and what must happen one after the other, each as what may stand in its place."""

    name: str
    steps: tuple[tuple[str, frozenset[str]], ...]

    def happened(self, tokens: Sequence[tuple[str, str]]) -> bool:
        """Whether it happened in a conversation, given as ("intent" | "action", name) in order."""
        return any(
            all(kind == found and name in names for (kind, names), (found, name) in zip(self.steps, tokens[start:], strict=False))
            for start in range(len(tokens) - len(self.steps) + 1)
        )


@dataclass(frozen=True)
class Project:
    """What there is: kind of coverage -> names; and the rules."""

    names: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...] = ()

    def exercised(self, turns: Sequence[Turn]) -> dict[str, set[str]]:
        """What the last of the turns of a conversation exercised."""
        turn = turns[-1]
        tokens = [token for one in turns for token in _tokens(one)]
        return {
            "intents": {turn.intent} if turn.intent else set(),
            "entities": {name for name, _ in turn.entities},
            "actions": set(turn.actions),
            "responses": {one.response for one in turn.utterances if one.response},
            "rules": {rule.name for rule in self.rules if rule.happened(tokens)},
        }


def _tokens(turn: Turn) -> Iterator[tuple[str, str]]:
    if turn.intent:
        yield "intent", turn.intent
    for action in turn.actions:
        yield "action", action


def read_project(domain: Iterable[Path], rules: Iterable[Path]) -> Project:
    """Read a project's domain and rule files; files that are not there say nothing.

    Raises:
        ProjectError: for a file that is not YAML or not what it should be.
    """
    names: dict[str, list[str]] = {"intents": [], "entities": [], "actions": [], "responses": []}
    for path in domain:
        read = _mapping(path)
        for kind in ("intents", "entities", "actions"):
            names[kind] += [_name(item) for item in read.get(kind) or ()]
        names["responses"] += list(read.get("responses") or ())
    found = [rule for path in rules for rule in _rules(path, _mapping(path))]
    names["actions"] = [name for name in names["actions"] if name not in _RASAS_OWN]
    listed = {kind: tuple(dict.fromkeys(values)) for kind, values in names.items() if values}
    if found:
        listed["rules"] = tuple(rule.name for rule in found)
    return Project(listed, tuple(found))


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        read = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ProjectError(f"{path}: cannot be read: {error}") from error
    if not isinstance(read, Mapping):
        raise ProjectError(f"{path}: expected keys and values, as Rasa's own files have")
    return read


def _name(item: Any) -> str:
    return str(next(iter(item)) if isinstance(item, Mapping) else item)


def _rules(path: Path, read: Mapping[str, Any]) -> Iterator[Rule]:
    for item in read.get("rules") or ():
        if not isinstance(item, Mapping) or not isinstance(item.get("rule"), str):
            raise ProjectError(f"{path}: a rule has no name; give it one with `rule:`")
        steps = tuple(token for step in item.get("steps") or () for token in _step(step))
        if steps:
            yield Rule(item["rule"], steps)


def _step(step: Any) -> Iterator[tuple[str, frozenset[str]]]:
    if not isinstance(step, Mapping):
        return  # `...`: anything may come before
    if "or" in step:
        yield "intent", frozenset(str(one["intent"]) for one in step["or"] if "intent" in one)
    for kind in ("intent", "action"):
        if kind in step and not (kind == "action" and step[kind] in _RASAS_OWN):
            yield kind, frozenset({str(step[kind])})
