"""Writes a conversation that was played as a test case."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pytest_rasa.expectation import Expectation
from pytest_rasa.format import FormatError
from pytest_rasa.turn import Turn


def steps_of(turn: Turn, expectation: type[Expectation] | None) -> list[dict[str, Any]]:
    """A turn as steps: what was said, and assertions of what was told.

    Messages that all have names are asserted by those, with exactly their buttons; where one has none, all by their texts.
    """
    step: dict[str, Any] = {"user": turn.user}
    assertions: list[dict[str, Any]] = [{"action_executed": name} for name in dict.fromkeys(turn.actions)]
    named = all(one.names for one in turn.utterances)
    texts = []
    for one in turn.utterances:
        uttered: dict[str, Any] = {"utter_name": one.names[-1]} if named else {}
        buttons = [{key: value for key, value in (("title", b.title), ("payload", b.payload)) if value is not None} for b in one.buttons]
        if buttons:
            uttered["buttons"] = buttons
        if uttered:
            assertions.append({"bot_uttered": uttered})
        if not named and one.text is not None:
            texts.append({"bot": one.text})
    if assertions:
        step["assertions"] = assertions
    expected = dict(expectation.of(turn)) if expectation is not None else {}
    if expected:
        step["metadata"] = expected
    return [step, *texts]


def case_of(name: str, turns: Sequence[Turn], expectation: type[Expectation] | None) -> dict[str, Any]:
    """A conversation as a test case."""
    return {"test_case": name, "steps": [step for turn in turns for step in steps_of(turn, expectation)]}


def add_case(path: Path, case: Mapping[str, Any]) -> None:
    """Add a case to a file, behind its others; the rest of the file stays to the letter. A file that is not there is made.

    Raises:
        FormatError: if the file has no list of test cases that one can be added to.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("test_cases:\n" + _dumped(case, 2), encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    root = YAML(typ="safe").compose(text)
    pairs = root.value if root is not None and root.id == "mapping" else []
    cases = next((value for key, value in pairs if key.value == "test_cases"), None)
    if cases is None or cases.id != "sequence" or cases.flow_style or not cases.value:
        raise FormatError(f"{path}: has no `test_cases:` with a case below it; record into a new file")
    lines = text.splitlines(keepends=True)
    end = cases.end_mark.line if cases.end_mark.line < len(lines) and cases.end_mark.column == 0 else len(lines)
    before = "".join(lines[:end])
    if before and not before.endswith("\n"):
        before += "\n"
    path.write_text(before + _dumped(case, cases.start_mark.column) + "".join(lines[end:]), encoding="utf-8")


def _dumped(case: Mapping[str, Any], indent: int) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 120
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump([dict(case)], out)
    lines = out.getvalue().splitlines()
    return "".join((" " * indent + line[2:]).rstrip() + "\n" for line in lines)
