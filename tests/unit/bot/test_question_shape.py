"""The shape of questions."""

import pytest

from bot.components.question_shape import correction_end, is_elliptic, is_statement, leads_in, looks_back, two_ways
from bot.components.text import read


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("no, i meant if it has spread", "if it has spread"),
        ("No I meant the symptoms", "the symptoms"),
        ("sorry, i mean survival", "survival"),
        ("what i meant was the stages", "the stages"),
        ("what are the symptoms", "what are the symptoms"),
        ("no symptoms at all?", "no symptoms at all?"),
    ],
)
def test_a_correction_is_cut_down_to_what_is_meant(text: str, rest: str) -> None:
    words = read(text)
    assert words.part(correction_end(words), len(words.words)).text == rest


def test_a_message_is_cut_at_marks_and_joining_words() -> None:
    words = read("what causes it, and is it genetic?")
    cuts = [(words.part(*left).text, words.part(*right).text) for left, right in two_ways(words)]
    assert ("what causes it", "is it genetic?") in cuts
    assert not two_ways(read("MRI or CT, which"))


def test_an_ellipsis_names_a_facet_and_nothing_else() -> None:
    assert is_elliptic(read("and if it has spread?"), {4})
    assert not is_elliptic(read("what is the survival if it has spread"), {7})
    assert not is_elliptic(read("and then?"), set())


@pytest.mark.parametrize("text", ["can that be cured?", "how do they treat that", "is it curable in that case", "what then"])
def test_looking_back(text: str) -> None:
    assert looks_back(read(text))


@pytest.mark.parametrize("text", ["can it be cured", "is it true that i can drive", "what does lms mean"])
def test_not_looking_back(text: str) -> None:
    assert not looks_back(read(text))


def test_leading_in() -> None:
    assert leads_in(read("and what about the uterus"))
    assert not leads_in(read("what are the symptoms"))


def test_telling_is_not_asking() -> None:
    assert is_statement(read("my mom was diagnosed last week"))
    assert not is_statement(read("my mom was diagnosed, what now?"))
    assert not is_statement(read("i want to know how it is treated"))
