"""Spelling: mends what is no word, leaves alone what is."""

import pytest

from bot.components.speller import Speller, WordSet
from bot.components.text import read

OWN = dict.fromkeys(
    ["leiomyosarcoma", "lms", "survival", "rate", "curable", "hereditary", "symptoms", "chemo", "treatment", "diagnosis", "appointment"], 5
)
OTHERS = frozenset({"liposarcoma", "rhabdomyosarcoma", "angiosarcoma", "fibroid"})


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(OWN, OTHERS, WordSet.rare_english(), WordSet.inflected_english())


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("liomyosarcoma", "leiomyosarcoma"),
        ("leiomyosarkoma", "leiomyosarcoma"),
        ("survivle rat", "survive rat"),
        ("is it heredtary", "is it hereditary"),
        ("chmeo", "chemo"),
        ("simptoms", "symptoms"),
        ("wat r teh symtoms", "what are the symptoms"),
        ("survivalrate", "survival rate"),
        ("pleeease", "please"),
    ],
)
def test_mends_what_is_no_word(speller: Speller, typed: str, spelled: str) -> None:
    assert speller.correct(read(typed)).text == spelled


@pytest.mark.parametrize("word", [*sorted(OTHERS), "carcinoma", "die", "dye", "lipoma", "gist", "chess", "treat", "2024"])
def test_never_touches_a_word(speller: Speller, word: str) -> None:
    assert speller.word(word) == word


@pytest.mark.parametrize("typed", ["lyposarcoma", "rabdomyosarcoma", "angiosarcome"])
def test_another_disease_never_becomes_ours(speller: Speller, typed: str) -> None:
    assert speller.word(typed) in OTHERS


def test_places_stay_those_of_the_typed_text(speller: Speller) -> None:
    words = speller.correct(read("Wat is liomyosarcoma?"))
    assert [words.typed[word.start : word.end] for word in words.words] == ["Wat", "is", "liomyosarcoma", "?"]
