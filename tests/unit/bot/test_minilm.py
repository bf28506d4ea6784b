"""The sentence encoder against the figures its authors publish."""

import threading

import numpy as np
import pytest

from bot.components import minilm
from bot.components.minilm import SentenceEncoder, shared_encoder

SENTENCES = ["That is a happy person", "That is a very happy person", "That is a happy dog", "Today is a sunny day"]


def test_similarities_are_those_of_the_model_card() -> None:
    vectors = SentenceEncoder(quantized=False).encode(SENTENCES)
    assert vectors[0] @ vectors[1:].T == pytest.approx([0.943, 0.695, 0.257], abs=0.002)


def test_int8_says_nearly_the_same() -> None:
    exact, fast = SentenceEncoder(quantized=False).encode(SENTENCES), shared_encoder().encode(SENTENCES)
    assert np.linalg.norm(fast, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert ((exact * fast).sum(axis=1) > 0.985).all()


def test_a_text_does_not_depend_on_its_neighbours() -> None:
    encoder = shared_encoder()
    assert (encoder.encode(SENTENCES)[2] == encoder.encode(SENTENCES[2:3])[0]).all()


def test_what_was_begun_elsewhere_is_the_same_and_what_was_not_is_done_here() -> None:
    encoder = shared_encoder()
    begun = encoder.begin(SENTENCES[:2])
    assert (begun.of(SENTENCES, encoder) == encoder.encode(SENTENCES)).all()


def test_nothing_that_was_dropped_is_begun_on() -> None:
    encoder = SentenceEncoder(threads=1)
    asked: list[str] = []
    real = encoder._vector
    busy = threading.Event()

    def slow(text: str) -> minilm.Vectors:
        asked.append(text)
        busy.wait(5)
        return real(text)

    encoder._vector = slow  # type: ignore[method-assign]
    begun = encoder.begin([f"sentence {number}" for number in range(20)])
    begun.drop()
    busy.set()
    encoder._helpers.shutdown(wait=True)
    assert len(asked) < 20


def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(minilm.EncoderError, match="not the pinned"):
        minilm._checked_weights()
