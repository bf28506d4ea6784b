"""Wording written apart from the training examples, asked of the real assistant; no figure may fall below what was recorded."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.components.alarm_examples import read_sentences
from bot.components.text import plain
from knowledge.content import read_content
from tests.bench.plugin import wordings
from tests.nlu.evaluation.ask import Asker
from tests.nlu.evaluation.cases import load
from tests.nlu.evaluation.evaluation import Evaluation, evaluate
from tests.nlu.evaluation.figures import FIGURES, SEED, Figure, read_floors
from tests.talk import Talk

HERE = Path("tests/nlu")
NLU, ALARMS = Path("bot/data/nlu"), Path("bot/data/alarms.yml")
CONTENT = Path("knowledge/content")


@pytest.fixture(scope="session")
def evaluation(talk: Talk) -> Evaluation:
    """Everything asked once, as `make evaluate` does."""
    content = read_content(CONTENT)
    return evaluate(load(HERE, content), content, Asker(talk.assistant, talk.loop), SEED)


@pytest.mark.timeout(1800)  # the first test waits for the whole evaluation
@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_no_figure_falls(figure: Figure, evaluation: Evaluation) -> None:
    floor, value = read_floors(HERE / "floors.yml")[figure.name], evaluation.values[figure.name]
    wrong = evaluation.groups[figure.name].wrong
    told = [f"  {result.text!r}\n    wants {result.expected}; got {result.got}" for result in wrong]
    if figure.broken(value, floor):
        heading = f"{figure.name} is {figure.told(value)}, recorded is {figure.told(floor)}; wrong are {len(wrong)}:"
        pytest.fail("\n".join([heading, *told]), pytrace=False)


def test_no_test_wording_is_a_training_example() -> None:
    examples = set()
    for path in NLU.glob("*.yml"):
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            examples |= {plain(line.strip()[2:]) for line in block["examples"].splitlines() if line.strip().startswith("- ")}
    examples |= {plain(sentence) for sentence, _ in read_sentences(ALARMS)}
    asked = [*wordings(), *load(HERE, read_content(CONTENT)).texts()]
    # Moves of a word or two ("say that again") cannot be said in many ways.
    double = sorted({text for text in asked if plain(text) in examples and len(plain(text).split()) > 3})
    assert double == []
