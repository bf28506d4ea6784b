"""Only the expressions that can match are run, and what is found is what running all of them finds."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.components import safety_rules
from bot.components.pattern_set import PatternSet, alternatives, needs_of
from bot.components.text import read

_TESTS = Path("tests/nlu")


@pytest.fixture(scope="module")
def texts() -> list[str]:
    files = ("questions", "out_of_scope", "safety")
    items = [item for name in files for item in YAML(typ="safe").load((_TESTS / f"{name}.yml").read_text(encoding="utf-8"))["questions"]]
    return [read(item["text"]).text for item in items]


@pytest.mark.parametrize("name", ["_CRISIS_SURE", "_CRISIS", "_NO_CRISIS", "_EMERGENCY_SURE", "_EMERGENCY", "_NO_EMERGENCY"])
def test_finds_and_cuts_what_all_expressions_would(name: str, texts: list[str]) -> None:
    patterns = getattr(safety_rules, name)
    compiled = [re.compile(pattern) for pattern in patterns]
    own = PatternSet(patterns)
    for text in texts:
        assert own.any(text) == any(pattern.search(text) for pattern in compiled), text
        cut = text
        for pattern in compiled:
            cut = pattern.sub(" , ", cut)
        assert own.cut(text, " , ") == cut, text


def test_a_cut_can_make_room_for_the_next_expression() -> None:
    assert PatternSet(["not sure", "really "]).cut("not really sure", "") == "not sure"  # each has its turn once
    assert PatternSet(["really ", "not sure"]).cut("not really sure", "") == ""


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        (r"\bchest (?:hurts|pains?)\b", [{"chest "}, {"hurts", "pain"}]),
        (r"(?:very )?bad", [{"bad"}]),
        (r"a(?= moment)", [{" moment"}]),
        (r"a(?! moment)", []),
        (r"od|overdose", []),  # "od" is too short to be looked for
        (r"\d+ mg", [{" mg"}]),
    ],
)
def test_reads_what_every_match_contains(pattern: str, needs: list[set[str]]) -> None:
    assert needs_of(pattern) == needs


def test_parts_are_told_apart_outside_brackets_only() -> None:
    assert alternatives(r"a(b|c)|[|)]d|e\|f") == [r"a(b|c)", "[|)]d", r"e\|f"]
