"""The kernel machine: exact leave-one-out, calibration, the same model twice, and back from disk."""

from pathlib import Path

import numpy as np
import pytest

from bot.components.intent_model import IntentModel, TooFewExamples, Vectors


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
    model = IntentModel.fit(vectors[::2], texts[::2], names[::2])
    predictions = model.predict(vectors[1::2], texts[1::2])
    right = np.array([p.ranking[0][0] == name for p, name in zip(predictions, names[1::2], strict=True)])
    assert right.mean() > 0.8
    assert all(0 <= p.confidence <= 1 for p in predictions)
    assert sum(chance for _, chance in predictions[0].ranking) == pytest.approx(1)


def test_far_from_everything_it_is_less_sure() -> None:
    vectors, texts, names = _data()
    model = IntentModel.fit(vectors, texts, names)
    strange = -vectors.mean(axis=0, keepdims=True)
    strange /= np.linalg.norm(strange)
    near, far = model.predict(vectors[:1], texts[:1])[0], model.predict(strange.astype(np.float32), ["zzz"])[0]
    assert far.similarity < near.similarity
    assert far.confidence < near.confidence


def test_the_same_data_gives_the_same_model_and_it_survives_the_disk(tmp_path: Path) -> None:
    vectors, texts, names = _data()
    one, two = IntentModel.fit(vectors, texts, names), IntentModel.fit(vectors, texts, names)
    one.save(tmp_path)
    loaded = IntentModel.load(tmp_path)
    assert one.predict(vectors[:5], texts[:5]) == two.predict(vectors[:5], texts[:5])
    assert loaded.predict(vectors[:5], texts[:5]) == one.predict(vectors[:5], texts[:5])


def test_too_few_examples_are_named() -> None:
    vectors, texts, names = _data(6)
    names[0] = "lonely"
    with pytest.raises(TooFewExamples, match="lonely"):
        IntentModel.fit(vectors, texts, names)
