"""The intent model: one kernel machine over meaning and spelling, with a confidence that means something.

Kernel ridge regression on one-hot targets (Rifkin & Lippert 2007, "Notes on Regularized Least Squares"). The kernel adds

* meaning: a Gaussian over sentence vectors, and
* wording: cosines of tf-idf word and letter n-grams, which see what sentence vectors blur.

The matrix inverse that fits it also gives every example's exact leave-one-out score in closed form, so temperature and
confidence are fitted on predictions for wording the model had not seen, at no further cost. How far the nearest known
wording lies is part of the confidence: a linear model alone is sure of itself far from everything it saw.
Measured against logistic regression and others in benchmarks/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.components.quantized_kernel import QuantizedKernel, build, quantize

Array = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]

MIN_EXAMPLES = 5
_WORD = re.compile(r"\b\w+\b")


@lru_cache(maxsize=64)  # more than one model reads a message
def word_grams(text: str) -> tuple[str, ...]:
    """Words and pairs of words."""
    words = _WORD.findall(text.lower())
    return (*words, *(f"{first} {second}" for first, second in pairwise(words)))


@lru_cache(maxsize=64)
def letter_grams(text: str) -> tuple[str, ...]:
    """Runs of 2 to 5 letters inside words, with the spaces at their ends."""
    grams: list[str] = []
    for word in text.lower().split():
        padded = f" {word} "
        for n in range(2, 6):
            grams += [padded[i : i + n] for i in range(max(1, len(padded) - n + 1))]
            if len(padded) <= n:
                break  # a short word counts once
    return tuple(grams)


_ANALYSERS = (word_grams, letter_grams)


class TooFewExamples(ValueError):
    """An intent has too few examples."""


@dataclass(frozen=True)
class Prediction:
    """What the model makes of one message.

    Attributes:
        ranking: intents with their probabilities, likeliest first; over all intents the probabilities sum to one.
        confidence: how likely the first is right (0 to 1), calibrated on leave-one-out predictions.
        similarity: cosine to the nearest example of any intent.
    """

    ranking: tuple[tuple[str, float], ...]
    confidence: float
    similarity: float


class _Wording:
    """Tf-idf n-grams of a text; kept as plain lists and numbers."""

    def __init__(self, vocabularies: Sequence[Sequence[str]], idfs: Sequence[npt.NDArray[np.float32]]) -> None:
        self.vocabularies = [list(vocabulary) for vocabulary in vocabularies]
        self.idfs = [np.asarray(idf, np.float32) for idf in idfs]
        self._indices = [{term: k for k, term in enumerate(vocabulary)} for vocabulary in self.vocabularies]
        self._offsets = np.cumsum([0, *(len(v) for v in self.vocabularies)])

    @classmethod
    def fit(cls, texts: Sequence[str]) -> _Wording:
        from sklearn.feature_extraction.text import TfidfVectorizer

        fitted = [TfidfVectorizer(min_df=2, analyzer=analyse).fit(texts) for analyse in _ANALYSERS]
        return cls([list(v.get_feature_names_out()) for v in fitted], [v.idf_ for v in fitted])

    @property
    def size(self) -> int:
        return int(self._offsets[-1])

    def features(self, text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Columns and values; each kind of n-gram has unit length (sublinear tf × idf)."""
        columns, values = [], []
        for index, idf, analyse, offset in zip(self._indices, self.idfs, _ANALYSERS, self._offsets, strict=False):
            counts: dict[int, int] = {}
            for term in analyse(text):
                k = index.get(term)
                if k is not None:
                    counts[k] = counts.get(k, 0) + 1
            if counts:
                at = np.fromiter(counts, np.int64)
                value = (1 + np.log(np.fromiter(counts.values(), np.float32))) * idf[at]
                columns.append(at + offset)
                values.append(value / np.linalg.norm(value))
        if not columns:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        return np.concatenate(columns), np.concatenate(values).astype(np.float32)

    def matrix(self, texts: Iterable[str]) -> Any:
        """Sparse rows of shape (n, size)."""
        from scipy.sparse import csr_matrix

        rows = [self.features(text) for text in texts]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([c for c, _ in rows])
        values = np.concatenate([v for _, v in rows])
        return csr_matrix((values, columns, ends), shape=(len(rows), self.size))


def _softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def _signals(probabilities: Array, scores: Array, similarity: Array) -> Array:
    """What the confidence is read from: log-odds of the best, lead over the second, its raw score, the nearest wording."""
    rows = np.arange(len(probabilities))
    two = np.argpartition(-probabilities, 1, axis=1)[:, :2]
    first = probabilities[rows, two[:, 0]] >= probabilities[rows, two[:, 1]]
    best, second = np.where(first, two[:, 0], two[:, 1]), np.where(first, two[:, 1], two[:, 0])
    p = np.clip(probabilities[rows, best], 1e-6, 1 - 1e-6)
    q = np.clip(probabilities[rows, second], 1e-6, 1)
    return np.stack([np.log(p / (1 - p)), np.log(p / q), scores[rows, best], similarity], axis=1)


def _judge(signals: Array, right: npt.NDArray[np.bool_]) -> Array:
    """Weights of the signals, and a constant, in the log-odds that the first intent is right.

    Logistic regression whose weights are not negative: nothing that speaks for an intent may lower its confidence. Without
    that, a small set whose examples lie far apart can teach that far from every example is a good sign.
    """
    from scipy.optimize import minimize

    rows = np.column_stack([signals, np.ones(len(signals))])
    sign = np.where(right, 1.0, -1.0)

    def loss(weights: Array) -> tuple[float, Array]:
        margin = sign * (rows @ weights)
        pull = -sign / (1 + np.exp(np.clip(margin, -500, 500)))
        return float(np.logaddexp(0, -margin).sum() + 0.005 * weights @ weights), rows.T @ pull + 0.01 * weights

    bounds = [(0.0, None)] * signals.shape[1] + [(None, None)]
    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x)


class IntentModel:
    """Ranks intents for a message, given its sentence vector and its text. Make one with `fit` or `load`."""

    def __init__(
        self,
        intents: Sequence[str],
        wording: _Wording,
        by_meaning: bytes | Path,
        by_wording: npt.NDArray[np.float16],
        temperature: float,
        judge: Array,
    ) -> None:
        self.intents = tuple(intents)
        self._wording = wording
        self._graph = by_meaning
        self._by_meaning = QuantizedKernel(by_meaning)
        self._by_wording = by_wording.astype(np.float32)
        self._temperature = temperature
        self._judge = judge

    @classmethod
    def fit(
        cls,
        vectors: Vectors,
        texts: Sequence[str],
        intents: Sequence[str],
        width: float = 1.0,
        wording_weight: float = 0.3,
        ridge: float = 0.2,
        least_examples: int = MIN_EXAMPLES,
    ) -> IntentModel:
        """Fit on unit vectors of shape (n, d), their n texts and n intents; the same input gives the same model.

        Args:
            width: of the Gaussian, exp(-width · distance²).
            wording_weight: of the n-gram cosines beside it.
            ridge: regularisation, on a kernel whose diagonal is 1 + 2 · wording_weight.
            least_examples: how many an intent must have.

        Raises:
            TooFewExamples: where an intent has fewer.
        """
        from scipy.linalg import cho_factor, lapack
        from scipy.optimize import minimize_scalar

        names = sorted(set(intents))
        labels = np.searchsorted(np.array(names), np.array(intents))
        counts = np.bincount(labels, minlength=len(names))
        if counts.min() < least_examples:
            raise TooFewExamples(f"intent '{names[int(counts.argmin())]}' has {counts.min()} examples; give it at least {least_examples}")
        n = len(labels)
        kept, scales = quantize(np.asarray(vectors, np.float32))
        examples = kept * scales[:, None]  # as they will be compared
        wording = _Wording.fit(texts)
        rows = wording.matrix(texts)

        similarity = examples @ examples.T
        kernel = np.exp(2 * width * (np.minimum(similarity, 1) - 1))
        kernel += wording_weight * (rows @ rows.T).toarray()
        kernel[np.diag_indices(n)] += ridge
        np.fill_diagonal(similarity, -1)
        nearest = similarity.max(axis=1).astype(np.float64)
        del similarity

        targets = np.eye(len(names), dtype=np.float32)[labels] - np.float32(1 / len(names))
        factor, _ = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
        inverse, info = lapack.spotri(factor, lower=1, overwrite_c=1)
        if info != 0:
            raise ArithmeticError("the kernel matrix could not be inverted; raise `ridge` in config.yml")
        upper = np.triu_indices(n, 1)
        inverse[upper] = inverse.T[upper]
        weights = inverse @ targets
        left_out = (targets - weights / inverse.diagonal()[:, None]).astype(np.float64)
        del inverse, kernel, factor

        rows_index = np.arange(n)

        def loss(temperature: float) -> float:
            p = _softmax(temperature * left_out)
            return float(-np.log(np.clip(p[rows_index, labels], 1e-9, 1)).mean())

        temperature = float(minimize_scalar(loss, bounds=(0.5, 40), method="bounded").x)
        probabilities = _softmax(temperature * left_out)
        right = probabilities.argmax(axis=1) == labels
        signals = _signals(probabilities, left_out, nearest)
        # Nothing to learn from: the probability itself.
        judge = np.array([1.0, 0, 0, 0, 0]) if right.all() or not right.any() else _judge(signals, right)
        return cls(
            names,
            wording,
            build(kept, scales, weights.astype(np.float32), width),
            np.asarray(wording_weight * (rows.T @ weights), np.float16),
            temperature,
            judge,
        )

    def predict(self, vectors: Vectors, texts: Sequence[str]) -> list[Prediction]:
        """A prediction for each row of unit vectors of shape (n, d) and its text."""
        by_meaning, similarity = self._by_meaning(np.asarray(vectors, np.float32))
        scores, nearest = by_meaning.astype(np.float64), similarity.astype(np.float64)
        for row, text in enumerate(texts):
            columns, values = self._wording.features(text)
            scores[row] += np.einsum("i,ij->j", values, self._by_wording[columns])  # a product this small is slower with BLAS threads
        probabilities = _softmax(self._temperature * scores)
        odds = _signals(probabilities, scores, nearest) @ self._judge[:-1] + self._judge[-1]
        out = []
        for row, p in enumerate(probabilities):
            order = np.argsort(-p)[:10]
            ranking = tuple((self.intents[k], float(p[k])) for k in order)
            out.append(Prediction(ranking, float(1 / (1 + np.exp(-odds[row]))), float(nearest[row])))
        return out

    def save(self, folder: Path) -> None:
        """Write the model as numbers and texts, nothing executable."""
        plain = {
            "intents": self.intents,
            "vocabularies": self._wording.vocabularies,
            "temperature": self._temperature,
            "judge": self._judge.tolist(),
        }
        (folder / "intents.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
        (folder / "kernel.onnx").write_bytes(self._graph if isinstance(self._graph, bytes) else self._graph.read_bytes())
        np.savez(
            folder / "intents.npz",
            by_wording=self._by_wording.astype(np.float16),
            **{f"idf{k}": idf for k, idf in enumerate(self._wording.idfs)},
        )

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what `save` wrote."""
        plain = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as stored:
            idfs = [stored[f"idf{k}"] for k in range(len(plain["vocabularies"]))]
            return cls(
                plain["intents"],
                _Wording(plain["vocabularies"], idfs),
                folder / "kernel.onnx",
                stored["by_wording"],
                float(plain["temperature"]),
                np.asarray(plain["judge"]),
            )
