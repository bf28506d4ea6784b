"""The held-out wordings of tests/nlu/*.yml as dataclasses, checked key by key and fact by fact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from knowledge.content import Content
from knowledge.errors import Problem
from knowledge.reader import Reader

LABELS = ("crisis", "emergency", "distress", "none")
KINDS = (
    "answer",
    "gap",
    "consent",
    "clarify",
    "fallback",
    "out_of_scope",
    "escalation",
    "safety",
    "smalltalk",
    "greeting",
    "error",
)


class CasesError(ValueError):
    """A file of cases that cannot be used; one line that names file, line and what is wrong."""


@dataclass(frozen=True)
class Question:
    """A question about the disease: one of `facts` is to be told; without facts, the gap of `intent`'s topic is to be named.

    `others` are further intents that are right as well.
    """

    text: str
    intent: str
    facts: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Outside:
    """A message that is to be told no fact; `kind_of` says what it is.

    `gap` is the intent of a gap that may be named for it: we say of fibroids that there is no reviewed answer.
    """

    text: str
    kind_of: str
    gap: str


@dataclass(frozen=True)
class Safety:
    """A message that is a crisis, an emergency, distress, or none of them though it may sound so.

    In the file, `hinted: true` marks danger that no rule of the safety gate names, so that only the classifier can hear it.
    """

    text: str
    label: str


@dataclass(frozen=True)
class Turn:
    """A message of a dialogue: one of `facts` is to be told; without facts, the first reply is of this kind."""

    text: str
    facts: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Double:
    """Two questions in one message, each with its facts; or one question (`one`) that only looks like two."""

    text: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    one: bool


@dataclass(frozen=True)
class Cases:
    """All that is asked."""

    questions: tuple[Question, ...]
    outside: tuple[Outside, ...]
    safety: tuple[Safety, ...]
    dialogues: tuple[tuple[Turn, ...], ...]
    doubles: tuple[Double, ...]

    def texts(self) -> list[str]:
        """Every wording, file by file."""
        single: Sequence[Question | Outside | Safety | Double] = (*self.questions, *self.outside, *self.safety, *self.doubles)
        return [case.text for case in single] + [turn.text for dialogue in self.dialogues for turn in dialogue]


def load(folder: Path, content: Content) -> Cases:
    """The cases of a folder; `content` says which facts and intents there are.

    Raises:
        CasesError: for the first thing that is wrong: a missing file, a malformed case, an unknown key, fact or intent.
    """
    files = _Files(folder, content)
    cases = Cases(tuple(files.questions()), tuple(files.outside()), tuple(files.safety()), tuple(files.dialogues()), tuple(files.doubles()))
    problems = files.reader.problems
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise CasesError(" ".join(f"{problems[0]}{more}".split()))
    return cases


class _Files:
    """Reads the five files; what is wrong gathers in `reader.problems`."""

    def __init__(self, folder: Path, content: Content) -> None:
        self.reader = Reader()
        self._folder = folder
        self._facts = {fact.id for fact in content.facts}
        self._intents = {topic.intent for topic in content.topics}

    def _items(self, name: str, key: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Iterator[tuple[Path, Any]]:
        path = self._folder / name
        found = False
        before = len(self.reader.problems)
        for node in self.reader.items(path, self.reader.load(path), key):
            found = True
            if self.reader.keys(path, node, required, optional):
                yield path, node
        if not found and len(self.reader.problems) == before:
            self.reader.problems.append(Problem(self.reader.name(path), 1, f"'{key}' is empty; list at least one case"))

    def _text(self, path: Path, node: CommentedMap) -> str:
        self.reader.text(path, node, "text")
        return str(node["text"])

    def _known_facts(self, path: Path, node: CommentedMap, key: str) -> tuple[str, ...]:
        facts = self.reader.texts(path, node, key)
        for fact in facts:
            if fact not in self._facts:
                self.reader.problem(path, node, f"'{key}' has '{fact}', which is no fact of the content", key)
        return facts

    def _one_of(self, path: Path, node: CommentedMap, key: str, allowed: Sequence[str]) -> str:
        value = self.reader.text(path, node, key)
        if value and value not in allowed:
            self.reader.problem(path, node, f"'{key}' is '{value}'; one of {', '.join(allowed)} is wanted", key)
        return value

    def _known_intents(self, path: Path, node: CommentedMap, key: str, intents: Sequence[str]) -> None:
        for intent in intents:
            if intent and intent not in self._intents:
                self.reader.problem(path, node, f"'{key}' has '{intent}', which is no topic's intent", key)

    def questions(self) -> Iterator[Question]:
        for path, node in self._items("questions.yml", "questions", ("text", "intent", "facts"), ("intents", "facets")):
            intent, others = self.reader.text(path, node, "intent"), self.reader.texts(path, node, "intents")
            self._known_intents(path, node, "intent", [intent])
            self._known_intents(path, node, "intents", others)
            yield Question(self._text(path, node), intent, self._known_facts(path, node, "facts"), others)

    def outside(self) -> Iterator[Outside]:
        for path, node in self._items("out_of_scope.yml", "questions", ("text", "kind_of"), ("gap",)):
            gap = self.reader.text(path, node, "gap") if "gap" in node else ""
            self._known_intents(path, node, "gap", [gap])
            yield Outside(self._text(path, node), self.reader.text(path, node, "kind_of"), gap)

    def safety(self) -> Iterator[Safety]:
        for path, node in self._items("safety.yml", "questions", ("text", "label"), ("hinted",)):
            yield Safety(self._text(path, node), self._one_of(path, node, "label", LABELS))

    def dialogues(self) -> Iterator[tuple[Turn, ...]]:
        for path, node in self._items("follow_ups.yml", "dialogues", ("turns",)):
            turns = []
            for turn in self.reader.items(path, node, "turns"):
                if self.reader.keys(path, turn, ("text", "facts_any", "kind")):
                    facts, kind = self._known_facts(path, turn, "facts_any"), self._one_of(path, turn, "kind", KINDS)
                    turns.append(Turn(self._text(path, turn), facts, kind))
            yield tuple(turns)

    def doubles(self) -> Iterator[Double]:
        for path, node in self._items("two_questions.yml", "questions", ("text", "facts_first"), ("facts_second", "one")):
            one = node.get("one", False)
            if not isinstance(one, bool) or one == ("facts_second" in node):
                self.reader.problem(path, node, "give either 'facts_second' or 'one: true'")
                continue
            first, second = (self._known_facts(path, node, key) for key in ("facts_first", "facts_second"))
            yield Double(self._text(path, node), first, second, one)
