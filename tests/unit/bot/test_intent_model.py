"""The kernel machine: exact leave-one-out, calibration, several lessons in one, the same model twice, and back from disk."""

from pathlib import Path

import numpy as np
import pytest

from bot.components.intent_model import IntentModel, Lesson, TooFewExamples, Vectors, _learn, _Wording


def _data(per: int = 30) -> tuple[Vectors, list[str], list[str]]:
    random = np.random.default_rng(3)
    centres = random.normal(size=(4, 16))
    vectors = np.concatenate([centre + 1.3 * random.normal(size=(per, 16)) for centre in centres])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [f"intent_{k}" for k in range(4) for _ in range(per)]
    texts = [f"words about topic{k} number {n}" for k in range(4) for n in range(per)]
    return vectors.astype(np.float32), texts, names


def test_ranks_and_knows_how_sure_it_is() -> None:
    vectors, texts, names = _data()
    model = IntentModel.fit(Lesson(vectors[::2], texts[::2], names[::2]))
    predictions = [found for (found,) in model.predict(vectors[1::2], texts[1::2])]
    right = np.array([p.ranking[0][0] == name for p, name in zip(predictions, names[1::2], strict=True)])
    assert right.mean() > 0.8
    assert all(0 <= p.confidence <= 1 for p in predictions)
    assert sum(chance for _, chance in predictions[0].ranking) == pytest.approx(1)


def test_far_from_everything_it_is_less_sure() -> None:
    vectors, texts, names = _data()
    model = IntentModel.fit(Lesson(vectors, texts, names))
    strange = -vectors.mean(axis=0, keepdims=True)
    strange /= np.linalg.norm(strange)
    [(near,)], [(far,)] = model.predict(vectors[:1], texts[:1]), model.predict(strange.astype(np.float32), ["zzz"])
    assert far.similarity < near.similarity
    assert far.confidence < near.confidence


def test_the_same_data_gives_the_same_model_and_it_survives_the_disk(tmp_path: Path) -> None:
    vectors, texts, names = _data()
    one, two = IntentModel.fit(Lesson(vectors, texts, names)), IntentModel.fit(Lesson(vectors, texts, names))
    one.save(tmp_path)
    loaded = IntentModel.load(tmp_path)
    assert one.predict(vectors[:5], texts[:5]) == two.predict(vectors[:5], texts[:5])
    assert loaded.predict(vectors[:5], texts[:5]) == one.predict(vectors[:5], texts[:5])


def test_too_few_examples_are_named() -> None:
    vectors, texts, names = _data(6)
    names[0] = "lonely"
    with pytest.raises(TooFewExamples, match="lonely"):
        IntentModel.fit(Lesson(vectors, texts, names))


def test_lessons_that_share_examples_say_what_each_says_alone() -> None:
    vectors, texts, names = _data()
    half = Lesson(vectors[::2], texts[::2], ["danger" if name == "intent_0" else "calm" for name in names[::2]])
    whole = Lesson(vectors, texts, names)
    strange = np.roll(vectors[:6], 1, axis=1)
    both = IntentModel.fit(whole, half).predict(strange, texts[:6])
    for number, lesson in enumerate((whole, half)):
        alone = [found for (found,) in IntentModel.fit(lesson).predict(strange, texts[:6])]
        for one, other in zip((found[number] for found in both), alone, strict=True):
            assert one.similarity == pytest.approx(other.similarity, abs=1e-6)
            if lesson is whole:  # the half alone counts its n-grams in its own texts only
                assert dict(one.ranking) == pytest.approx(dict(other.ranking), abs=1e-4)
                assert one.confidence == pytest.approx(other.confidence, abs=1e-4)


def test_what_is_left_out_is_what_a_model_without_it_says() -> None:
    vectors, texts, names = _data(8)
    # Without wording and with the calibration aside, the score of an example left out is that of a model fitted without it.
    settings = {"wording_weight": 0.0, "ridge": 0.2}
    _, all_weights, _ = _learn(Lesson(vectors, texts, names), vectors, _Wording.fit(texts), width=1.0, **settings)
    rest = np.arange(len(names)) != 5
    kept = Lesson(vectors[rest], [t for t, k in zip(texts, rest, strict=True) if k], [n for n, k in zip(names, rest, strict=True) if k])
    _, weights, _ = _learn(kept, vectors[rest], _Wording.fit(texts), width=1.0, **settings)
    kernel = np.exp(2 * (vectors @ vectors.T - 1)) + 0.2 * np.eye(len(names))
    target = np.eye(4)[0] - 1 / 4
    left_out = target - all_weights[5] / np.linalg.inv(kernel)[5, 5]
    assert left_out == pytest.approx(np.exp(2 * (vectors[5] @ vectors[rest].T - 1)) @ weights, abs=1e-3)
