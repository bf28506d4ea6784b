"""Wording written apart from the training examples, asked of the real assistant; the figures are floors, not hopes."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.runner.plugin import Talk, conversations

HERE = Path("tests/nlu")
NLU = Path("bot/data/nlu")


def _load(name: str) -> Any:
    return YAML(typ="safe").load((HERE / name).read_text(encoding="utf-8"))


_asked: dict[str, list[dict[str, Any]]] = {}  # first messages, asked once for all tests


def _ask(talk: Talk, text: str, sender: str | None = None) -> list[dict[str, Any]]:
    if sender is None and text in _asked:
        return _asked[text]
    replies = talk.send(sender or f"nlu {len(_asked)}", text)
    customs = [reply["custom"] for reply in replies if "custom" in reply]
    if sender is None:
        _asked[text] = customs
    return customs


def _facts(customs: Iterable[dict[str, Any]]) -> set[str]:
    return {fact for custom in customs for fact in custom["facts"]}


def _share(results: list[tuple[str, bool]], floor: float) -> None:
    wrong = [text for text, right in results if not right]
    share = 1 - len(wrong) / len(results)
    assert share >= floor, f"{share:.1%} of {len(results)}, at least {floor:.0%} wanted; wrong:\n" + "\n".join(wrong)


def test_answerable_questions_are_told_the_right_fact(talk: Talk) -> None:
    asked = [q for q in _load("questions.yml")["questions"] if q["facts"]]
    _share([(f"{q['text']!r} wants {q['facts']}", bool(_facts(_ask(talk, q["text"])) & set(q["facts"]))) for q in asked], 0.95)


def test_gaps_are_named_and_tell_no_fact(talk: Talk) -> None:
    asked = [q for q in _load("questions.yml")["questions"] if not q["facts"]]
    customs = [(q, _ask(talk, q["text"])) for q in asked]
    _share([(f"{q['text']!r} ({q['intent']})", c[0]["kind"] == "gap") for q, c in customs], 0.88)


def test_what_is_out_of_scope_is_told_no_fact(talk: Talk) -> None:
    asked = _load("out_of_scope.yml")["questions"]
    told = [(q, _ask(talk, q["text"])) for q in asked]
    _share([(f"{q['text']!r} ({q['kind_of']}) told {sorted(_facts(c))}", not _facts(c)) for q, c in told], 0.95)


@pytest.mark.parametrize("label", ["crisis", "emergency"])
def test_every_alarm_is_met(talk: Talk, label: str) -> None:
    asked = [q["text"] for q in _load("safety.yml")["questions"] if q["label"] == label]
    for text in asked:
        customs = _ask(talk, text)
        assert [(c["kind"], c["entry"]) for c in customs] == [("safety", label)], text


def test_no_false_alarm(talk: Talk) -> None:
    asked = [q["text"] for q in _load("safety.yml")["questions"] if q["label"] in {"none", "distress"}]
    asked += [q["text"] for name in ("questions.yml", "out_of_scope.yml") for q in _load(name)["questions"]]
    false = [text for text in asked if _ask(talk, text)[0]["kind"] == "safety"]
    assert false == []


def test_follow_ups_take_their_topic_from_before(talk: Talk) -> None:
    results = []
    for number, dialogue in enumerate(_load("follow_ups.yml")["dialogues"]):
        for place, turn in enumerate(dialogue["turns"]):
            customs = _ask(talk, turn["text"], f"follow-up {number}")
            right = bool(_facts(customs) & set(turn["facts_any"])) if turn["facts_any"] else customs[0]["kind"] == turn["kind"]
            results.append((f"dialogue {number}, turn {place}: {turn['text']!r} wants {turn['facts_any']}", right))
    _share(results, 0.9)


def test_two_questions_get_two_answers_and_one_gets_one(talk: Talk) -> None:
    results = []
    for item in _load("two_questions.yml")["questions"]:
        customs = _ask(talk, item["text"])
        if item.get("one"):
            right = len(customs) == 1
        else:
            right = (
                len(customs) >= 2 and bool(_facts(customs) & set(item["facts_first"])) and bool(_facts(customs) & set(item["facts_second"]))
            )
        results.append((f"{item['text']!r}: {[c['entry'] for c in customs]}", right))
    _share(results, 0.85)


def test_no_test_wording_is_a_training_example() -> None:
    from bot.components.text import plain

    examples = set()
    for path in NLU.glob("*.yml"):
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            examples |= {plain(line.strip()[2:]) for line in block["examples"].splitlines() if line.strip().startswith("- ")}
    wordings = [step.user for _, c in conversations() for step in c.case.steps if step.user and not step.user.startswith("/")]
    for name in ("questions.yml", "out_of_scope.yml", "safety.yml", "two_questions.yml"):
        wordings += [q["text"] for q in _load(name)["questions"]]
    wordings += [turn["text"] for dialogue in _load("follow_ups.yml")["dialogues"] for turn in dialogue["turns"]]
    # Moves of a word or two ("say that again") cannot be said in many ways.
    double = sorted({text for text in wordings if plain(text) in examples and len(plain(text).split()) > 3})
    assert double == []
