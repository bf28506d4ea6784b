"""Noise is the same each time, changes what it says it changes, and leaves the words."""

import re

import pytest

from pytest_rasa.noise import KINDS, NoiseError, chosen, noisy

TEXTS = ["What's the survival rate, if it has spread?", "can it be cured", "MRI?", "Is 2.5 cm big; or small?", "¿Qué es el LMS?"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_and_text_give_the_same_noise(kind: str) -> None:
    assert [noisy(kind, text, 7) for text in TEXTS] == [noisy(kind, text, 7) for text in TEXTS]
    assert len({noisy(kind, TEXTS[0], seed) for seed in range(40)}) > 2


@pytest.mark.parametrize("kind", set(KINDS) - {"typos"})
def test_the_words_stay_in_their_order(kind: str) -> None:
    def words(text: str) -> str:
        return " ".join(re.findall(r"[\w.%']*\w", text.lower()))

    for text in TEXTS:
        for seed in range(60):
            assert words(text) in words(noisy(kind, text, seed))


@pytest.mark.parametrize("kind", KINDS)
def test_payloads_stay(kind: str) -> None:
    assert noisy(kind, '/ask_survival{"spread": "advanced"}', 7) == '/ask_survival{"spread": "advanced"}'


def test_each_kind_does_what_it_says() -> None:
    for seed in range(60):
        assert noisy("casing", TEXTS[0], seed).lower() == TEXTS[0].lower()
        assert noisy("casing", TEXTS[0], seed) != TEXTS[0]
        assert noisy("punctuation", TEXTS[0], seed) != TEXTS[0]
        assert re.search(r"[^\w\s?,'.;¿!]", noisy("emoji", TEXTS[0], seed))
        assert len(noisy("politeness", TEXTS[1], seed)) > len(TEXTS[1])
        assert not re.search(r"[?,;!A-Z]", noisy("dictation", TEXTS[0], seed))


def test_kinds_are_chosen_by_name() -> None:
    assert chosen("all") == tuple(KINDS)
    assert chosen("emoji, typos,emoji") == ("emoji", "typos")
    with pytest.raises(NoiseError, match="there is no noise 'static'; use all, or some of typos"):
        chosen("typos,static")
