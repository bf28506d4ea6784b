"""The sentence encoder against the figures its authors publish."""

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


def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(minilm.EncoderError, match="not the pinned"):
        minilm._checked_weights()
