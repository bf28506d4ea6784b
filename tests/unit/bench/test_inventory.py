"""What there is to exercise, and that a turn exercises what it tells and nothing else."""

from knowledge import KnowledgeStore
from pytest_rasa import Turn, Utterance
from tests.bench.inventory import OwnInventory


def test_a_turn_exercises_what_it_tells_and_nothing_else(store: KnowledgeStore) -> None:
    answer, disclosure = store.entry("survival-advanced"), store.entry("disclosure")
    assert answer is not None
    assert disclosure is not None
    custom = {"kind": answer.kind, "entry": answer.entry, "facts": list(answer.facts)}
    parsed = {"event": "user", "parse_data": {"entities": [{"entity": "spread", "value": ["advanced"]}]}}
    turn = Turn("when it has spread", (Utterance(f"{disclosure.text}\n\n{answer.text}", custom=custom),), [parsed], {})
    found = OwnInventory(store).exercised("5 a case of a rule", [turn])
    assert {kind: set(points) for kind, points in found.items()} == {
        "entries": {"survival-advanced", "disclosure"},
        "facts": set(answer.facts),
        "gaps": set(),
        "safety lines": set(),
        "facets": {"spread: advanced"},
        "buttons": set(),
        "conversation rules": {"rule 5"},
    }


def test_gaps_safety_lines_and_pressed_buttons(store: KnowledgeStore) -> None:
    inventory = OwnInventory(store)
    replies = tuple(Utterance("x", custom={"entry": entry, "facts": []}) for entry in ("biopsy", "crisis"))
    found = inventory.exercised("a case", [Turn("/ask_biopsy", replies)])
    assert (set(found["gaps"]), set(found["safety lines"]), set(found["buttons"])) == ({"biopsy"}, {"crisis"}, {"/ask_biopsy"})
    assert set(found["conversation rules"]) == set()


def test_all_there_is(store: KnowledgeStore) -> None:
    there_is = OwnInventory(store).all()
    assert set(there_is["facts"]) == set(store.facts())
    assert set(there_is["entries"]) == {answer.entry for answer in store.entries()}
    assert set(there_is["safety lines"]) == {"crisis", "emergency"}
    assert "/ask_survival" in there_is["buttons"]
    assert [point for kind in there_is.values() for point, reason in kind.items() if reason is not None] == [
        "action_default_fallback",
        "error",
        "rule 10",
    ]
