import json
from pathlib import Path

import pytest

from benchmarks import data


@pytest.fixture
def public(tmp_path: Path) -> Path:
    parts = {"train": [[f"train {n} {i}", i] for i in "abc" for n in range(4)], "test": [[f"test {i}", i] for i in "abc"]}
    (tmp_path / "clinc150_full.json").write_text(json.dumps({**parts, "oos_test": [["far away", "oos"]]}), encoding="utf-8")
    for part in ("train", "test"):
        rows = [f"{part} {n} {i},{i}" for i in "ab" for n in range(3)]
        (tmp_path / f"banking77_{part}.csv").write_text("\n".join(["text,category", *rows]), encoding="utf-8")
    for bot in ("curekart", "powerplay11", "sofmattress"):
        (tmp_path / f"hint3_{bot}_train.csv").write_text("sentence,label,\nbuy this,BUY,\n", encoding="utf-8")
        test = 'sentence,label\n"it stopped,\nwhat now",BUY\nhm,NO_NODES_DETECTED\n'
        (tmp_path / f"hint3_{bot}_test.csv").write_text(test, encoding="utf-8")
    return tmp_path


def test_clinc150_tests_the_chosen_intents_and_calls_the_others_near(public: Path) -> None:
    found = data.clinc150(public, intents=2, examples=3, seed=1)
    chosen = {intent for _, intent in found.train}
    assert len(chosen) == 2
    assert len(found.train) == 6
    assert {intent for _, intent in found.test} == chosen
    assert found.outside == {"far": ["far away"], "near": [f"test {({'a', 'b', 'c'} - chosen).pop()}"]}
    assert found == data.clinc150(public, intents=2, examples=3, seed=1)


def test_banking77_takes_far_from_clinc150_and_has_no_near_where_all_intents_are_in(public: Path) -> None:
    found = data.banking77(public, intents=99, examples=0, seed=1)
    assert (len(found.train), len(found.test)) == (6, 6)
    assert found.outside == {"far": ["far away"]}


def test_hint3_sets_rows_without_an_intent_outside_and_joins_lines_by_a_space(public: Path) -> None:
    found = data.hint3(public, seed=1)
    assert [each.name for each in found] == ["HINT3 curekart", "HINT3 powerplay11", "HINT3 sofmattress"]
    assert found[0].train == [("buy this", "BUY")]
    assert found[0].test == [("it stopped, what now", "BUY")]
    assert found[0].outside == {"no intent": ["hm"]}


def test_a_missing_file_is_named(public: Path) -> None:
    (public / "hint3_powerplay11_test.csv").unlink()
    with pytest.raises(data.DataMissing, match=r"hint3_powerplay11_test\.csv"):
        data.hint3(public, seed=1)


def test_a_missing_column_is_named_with_its_file(public: Path) -> None:
    (public / "banking77_test.csv").write_text("text,label\nhi,a\n", encoding="utf-8")
    with pytest.raises(data.DataMissing, match=r"banking77_test\.csv: no column 'category'"):
        data.banking77(public, 1, 1, 1)


@pytest.mark.parametrize(("text", "told"), [("{", "is no JSON"), ("[]", "has no part 'train'"), ('{"train": []}', "has no part 'test'")])
def test_a_broken_clinc150_is_named(public: Path, text: str, told: str) -> None:
    (public / "clinc150_full.json").write_text(text, encoding="utf-8")
    with pytest.raises(data.DataMissing, match=rf"clinc150_full\.json: {told}"):
        data.clinc150(public, 1, 1, 1)
