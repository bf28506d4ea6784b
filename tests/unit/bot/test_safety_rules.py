"""The safety gate's rules against wording written apart from them."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.components.safety_gate import as_typed
from bot.components.safety_rules import alarm, may_be
from bot.components.safety_words import SAFETY_WORDS
from bot.components.speller import Speller
from bot.components.text import read

_LISTED = YAML(typ="safe").load(Path("tests/nlu/safety.yml").read_text(encoding="utf-8"))["questions"]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller({word: 5 for text in SAFETY_WORDS for word in text.split()})


def _alarm(speller: Speller, text: str) -> str:
    spelled = speller.correct(read(text))
    return alarm(spelled.text) or alarm(as_typed(spelled)) or "none"


@pytest.mark.parametrize("item", _LISTED, ids=[item["text"][:60] for item in _LISTED])
def test_fires_when_it_must_and_only_then(speller: Speller, item: dict[str, str]) -> None:
    hinted = item.get("hinted") or item["label"] == "distress"  # what is hinted at is for the classifier
    assert _alarm(speller, item["text"]) == ("none" if hinted else item["label"])


@pytest.mark.parametrize(
    "text",
    [
        "what is the five-year survival",
        "will I die from this",
        "does chemo kill cancer cells",
        "can it cause bleeding",
    ],
)
def test_questions_that_share_the_words_do_not_fire(speller: Speller, text: str) -> None:
    assert _alarm(speller, text) == "none"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("he had chemo three weeks ago and he can't breathe", "emergency"),
        ("had surgery last month and the wound won't stop bleeding", "emergency"),
        ("she has a history of clots and is short of breath", "emergency"),
        ("surgery was in 2019 and i'm coughing up blood", "emergency"),
        ("he fainted two weeks ago", "none"),
        ("i passed out three months ago at work", "none"),
        ("i had chest pain a month ago, could that be lms", "none"),
        ("she had a seizure in march, turned out to be low sodium, she's fine now", "none"),
    ],
)
def test_what_is_long_past_is_no_emergency_and_hides_none(speller: Speller, text: str, label: str) -> None:
    assert _alarm(speller, text) == label


@pytest.mark.parametrize(
    "text",
    [
        "the morphine isn't touching the pain and i have counted out enough for tonight",
        "let me enjoy the time i have, the rope is in the garage",
    ],
)
def test_calm_words_beside_it_do_not_hide_a_plain_hint(text: str) -> None:
    assert may_be("crisis", 0.97, text, text)
    assert not may_be("crisis", 0.5, text, text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # A calm wording takes nothing away from what is said beside it.
        ("the singer's suicide makes me want to do the same", "crisis"),
        ("suicide is all over the news, i am thinking about it too", "crisis"),
        ("years ago i was suicidal, i'm good at hiding it now, i have a plan", "crisis"),
        ("years ago i was suicidal and got help, i'm not ok", "crisis"),
        ("we were watching a show with a guy and now my husband collapsed", "emergency"),
        ("he had a heart attack in 2024 and it feels exactly like that now", "emergency"),
        ("he had a stroke in 2019 and he's acting the same now", "emergency"),
        ("i once had trouble breathing and it is happening again", "emergency"),
        ("he teaches suicide prevention and now he says he wants to kill himself", "crisis"),
        ("my uncle collapsed and died at 60 and now my husband collapsed and isn't moving", "emergency"),
        # Words of danger in what is none.
        ("i took the tablets out of the fridge and put them back in", "none"),
        ("can i take my pills with me and put them back in the bottle", "none"),
        ("i see myself dead tired after surgery", "none"),
        ("the only way out of town is the train", "none"),
        ("is pain in my chest and left arm a sign of a heart attack", "none"),
        ("how long will i have pain in my chest and arm after bypass surgery", "none"),
        ("falling behind on bills and your office isn't answering", "none"),
        ("could hardly breathe when i saw the bill", "none"),
        ("can barely breathe through my nose after septoplasty", "none"),
    ],
)
def test_a_rule_for_one_wording_neither_hides_nor_invents_danger(speller: Speller, text: str, label: str) -> None:
    assert _alarm(speller, text) == label
