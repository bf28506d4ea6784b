import pytest
from rapidfuzz.distance import OSA, DamerauLevenshtein

from pytest_rasa.typos import FIRST_LETTER, NEIGHBOURS, misspell

TEXT = "What is the survival rate, if it has spread?"


def _words(text: str) -> list[str]:
    return text.replace(",", "").replace("?", "").split()


def test_the_same_seed_and_text_give_the_same_typos() -> None:
    assert misspell(TEXT, 2, seed=7) == misspell(TEXT, 2, seed=7)
    assert len({misspell(TEXT, 1, seed=seed) for seed in range(20)}) > 10


def test_one_typo_in_one_word_of_four_letters_or_more() -> None:
    for seed in range(200):
        changed = [(old, new) for old, new in zip(_words(TEXT), _words(misspell(TEXT, 1, seed)), strict=True) if old != new]
        assert len(changed) == 1
        old, new = changed[0]
        assert old in {"What", "survival", "rate", "spread"}
        assert OSA.distance(old, new) == 1


def test_two_typos_are_in_two_words_and_one_of_them_is_the_one_made_alone() -> None:
    for seed in range(50):
        one, two = _words(misspell(TEXT, 1, seed)), _words(misspell(TEXT, 2, seed))
        assert sum(old != new for old, new in zip(_words(TEXT), two, strict=True)) == 2
        assert sum(old != new for old, new in zip(one, two, strict=True)) == 1


def test_two_typos_share_a_word_where_there_is_only_one_and_never_undo_each_other() -> None:
    distances = {DamerauLevenshtein.distance("is it treatable", misspell("is it treatable", 2, seed)) for seed in range(100)}
    assert distances == {1, 2}


def test_case_and_everything_between_words_stay() -> None:
    for seed in range(50):
        typed = misspell("MRI?  LEIOMYOSARCOMA!", 1, seed)
        assert typed.startswith("MRI?  ")
        assert typed.endswith("!")
        assert typed.isupper()


@pytest.mark.parametrize("text", ["", "is it bad", "mri?", "5000 10000", "¿?"])
def test_a_text_without_a_long_word_stays(text: str) -> None:
    assert misspell(text, 2, seed=7) == text


def test_the_first_letter_is_missed_no_more_often_than_people_miss_it() -> None:
    missed = sum(misspell("survival", 1, seed)[0] != "s" for seed in range(4000))
    assert 0 < missed / 4000 <= FIRST_LETTER + 0.01


def test_neighbours_are_beside_each_other_on_the_keyboard() -> None:
    assert set(NEIGHBOURS["g"]) == set("fhtyvb")
    assert set(NEIGHBOURS["q"]) == set("wa")
    assert set(NEIGHBOURS["m"]) == set("njk")
    assert all(key in NEIGHBOURS[near] for key, keys in NEIGHBOURS.items() for near in keys)
