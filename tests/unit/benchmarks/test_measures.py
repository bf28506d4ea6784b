from dataclasses import dataclass

import pytest

from benchmarks.data import Dataset
from benchmarks.measures import auroc, row
from benchmarks.systems import Guess, general


@dataclass
class Told:
    name: str = "told"
    train_seconds: float = 1.0
    model_mb: float = 2.0
    encoder_mb: float = 0.0

    def guess(self, text: str) -> Guess:
        raise AssertionError(text)


def test_auroc() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.3], [0.1, 0.5]) == 0.75  # three of four pairs


def test_row_by_hand() -> None:
    asked = [(f"q{n}", "ask_a") for n in range(20)]
    guesses = {text: Guess("ask_a", 0.8, False) for text, _ in asked}
    guesses["q0"] = Guess("ask_a", 0.4, True)
    guesses["q1"] = Guess("ask_b", 0.6, False)
    guesses |= {"o0": Guess("insult", 0.99, False), "o1": Guess("ask_a", 0.5, False), "o2": Guess("ask_a", 0.9, False)}
    found = row(
        Dataset("d", [], asked, {"far": ["o0", "o1", "o2"]}, "ask_"),
        [text for text, _ in asked],
        Told(),
        guesses,
        [1.0, 2.0, 3.0],
        [5.0],
        4.0,
    )
    assert (found.accuracy, found.kept, found.own_kept) == (95.0, 95.0, 95.0)
    assert found.recall["far"] == pytest.approx(200 / 3)  # threshold 0.6: the insult scores 0, o1 0.5
    assert found.own_refused["far"] == pytest.approx(100 / 3)  # the insult alone
    assert (found.ms, found.ratio) == (2.0, 0.5)


def test_a_set_that_loses_more_than_five_in_a_hundred_says_so() -> None:
    asked = [(f"q{n}", "ask_a") for n in range(10)]
    guesses = {text: Guess("ask_a", 0.8, False) for text, _ in asked} | {"q0": Guess("insult", 0.9, False), "o": Guess("ask_a", 0.1, True)}
    found = row(Dataset("d", [], asked, {"far": ["o"]}, "ask_"), [text for text, _ in asked], Told(), guesses, [1.0], [1.0], None)
    assert (found.kept, found.recall["far"], found.ratio) == (90.0, 0.0, None)


def test_general_keeps_the_assistants_settings_and_drops_its_content() -> None:
    pipeline = [
        {"name": "bot.x.SpellingCorrector", "content": "knowledge/content"},
        {"name": "bot.x.SafetyGate"},
        {"name": "bot.x.SentenceFeatures", "quantized": True},
        {"name": "bot.x.CalibratedIntentClassifier", "ridge": 0.2, "alarms": "bot/data/alarms.yml"},
        {"name": "bot.x.ScopeGuard", "sure": 0.4},
    ]
    kept, sure = general(pipeline)
    assert [component["name"].rsplit(".", 1)[1] for component in kept] == [
        "SpellingCorrector",
        "SentenceFeatures",
        "CalibratedIntentClassifier",
    ]
    assert kept[0]["content"] is None
    assert kept[2] == {"name": "bot.x.CalibratedIntentClassifier", "ridge": 0.2, "least_examples": 1, "alarms": None}
    assert sure == 0.4
