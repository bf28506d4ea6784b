"""What the conversations cover: every fact, every entry, every rule. Each is asserted by a case that must pass."""

import re
from pathlib import Path

from knowledge.content import read_content
from tests.runner.format import Expectation
from tests.runner.plugin import conversations

CONTENT = read_content(Path("knowledge/content"))
# Told when something breaks (tests/integration) and before a first answer (rule 9).
_NO_CASE_OF_THEIR_OWN = {"error", "disclosure"}


def _expected() -> list[Expectation]:
    found = (c.file.expectation(step) for _, c in conversations() for step in c.case.steps)
    return [expectation for expectation in found if expectation is not None]


def test_every_fact_is_reached() -> None:
    told = {fact for expectation in _expected() for fact in expectation.facts or ()}
    assert {fact.id for fact in CONTENT.facts} - told == set()


def test_every_entry_is_reached() -> None:
    entries = {e for expectation in _expected() for e in (expectation.entry, *(expectation.entries or ())) if e}
    assert {entry.id for entry in CONTENT.entries} - entries - _NO_CASE_OF_THEIR_OWN == set()


def test_every_rule_has_a_case() -> None:
    numbers = {int(m.group(1)) for name, _ in conversations() if (m := re.match(r"rules: (\d+) ", name))}
    assert numbers >= set(range(1, 10))  # rule 10 breaks things: tests/integration/test_never_silent.py
