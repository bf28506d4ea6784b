"""The intent model: one kernel machine over meaning and spelling, with a confidence that means something.

Kernel ridge regression on one-hot targets (Rifkin & Lippert 2007, "Notes on Regularized Least Squares"). The kernel adds

* meaning: a Gaussian over sentence vectors, and
* wording: cosines of tf-idf word and letter n-grams, which see what sentence vectors blur.

The matrix inverse that fits it also gives every example's exact leave-one-out score in closed form, so temperature and
confidence are fitted on predictions for wording the model had not seen, at no further cost. How far the nearest known
wording lies is part of the confidence: a linear model alone is sure of itself far from everything it saw.
Measured against logistic regression and others in benchmarks/.

One model may hold several lessons (which topic, how dangerous). What a message costs is going through the examples, and
examples that lessons share are gone through once.
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
_ROWS = 1024  # of a product at once
_WORD = re.compile(r"\b\w+\b")


def word_grams(text: str) -> tuple[str, ...]:
    """Words and pairs of words."""
    words = _WORD.findall(text.lower())
    return (*words, *(f"{first} {second}" for first, second in pairwise(words)))


def letter_grams(text: str) -> tuple[str, ...]:
    """Runs of 2 to 5 letters inside words, with the spaces at their ends."""
    return tuple(gram for word in text.lower().split() for gram in _grams_of(word))


def _grams_of(word: str) -> list[str]:
    grams: list[str] = []
    padded = f" {word} "
    for n in range(2, 6):
        grams += [padded[i : i + n] for i in range(max(1, len(padded) - n + 1))]
        if len(padded) <= n:
            break  # a short word counts once
    return grams


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
        self._letters_of = lru_cache(maxsize=8192)(self._look_up)  # the same words come again, and in every part of a message

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
        for found, idf, offset in zip((self._words(text), self._letters(text)), self.idfs, self._offsets, strict=False):
            if found.size:
                at, counts = np.unique(found, return_counts=True)
                value = (1 + np.log(counts.astype(np.float32))) * idf[at]
                columns.append(at + offset)
                values.append(value / np.sqrt(value @ value))
        if not columns:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        return np.concatenate(columns), np.concatenate(values).astype(np.float32)

    def _words(self, text: str) -> npt.NDArray[np.int64]:
        index = self._indices[0]
        return np.array([index[term] for term in word_grams(text) if term in index], np.int64)

    def _letters(self, text: str) -> npt.NDArray[np.int64]:
        found = [self._letters_of(word) for word in text.lower().split()]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _look_up(self, word: str) -> npt.NDArray[np.int64]:
        index = self._indices[1]
        return np.array([index[gram] for gram in _grams_of(word) if gram in index], np.int64)

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


@dataclass(frozen=True)
class Lesson:
    """What is learnt together: n unit vectors of shape (n, d), their texts and their labels.

    Attributes:
        vectors, texts, labels: the examples.
        least_examples: how many each label must have.
    """

    vectors: Vectors
    texts: Sequence[str]
    labels: Sequence[str]
    least_examples: int = MIN_EXAMPLES


@dataclass(frozen=True)
class _Reading:
    """What one lesson came to, beside the weights of its examples and n-grams."""

    names: tuple[str, ...]
    temperature: float
    judge: Array

    def of(self, scores: Array, nearest: Array) -> list[Prediction]:
        """Predictions from scores of shape (m, names) and cosines of shape (m,)."""
        probabilities = _softmax(self.temperature * scores)
        odds = _signals(probabilities, scores, nearest) @ self.judge[:-1] + self.judge[-1]
        out = []
        for row, p in enumerate(probabilities):
            ranking = tuple((self.names[k], float(p[k])) for k in np.argsort(-p)[:10])
            out.append(Prediction(ranking, float(1 / (1 + np.exp(-odds[row]))), float(nearest[row])))
        return out


def _learn(
    lesson: Lesson, examples: Vectors, wording: _Wording, width: float, wording_weight: float, ridge: float
) -> tuple[_Reading, Vectors, Array]:
    """A reading, the weights of its examples, and those of all n-grams.

    Args:
        examples: the lesson's vectors as they will be compared.

    Raises:
        TooFewExamples: where a label has fewer than it must.
    """
    from scipy.linalg import cho_factor, cho_solve, lapack
    from scipy.optimize import minimize_scalar

    names = sorted(set(lesson.labels))
    labels = np.searchsorted(np.array(names), np.array(lesson.labels))
    counts = np.bincount(labels, minlength=len(names))
    if counts.min() < lesson.least_examples:
        few = names[int(counts.argmin())]
        raise TooFewExamples(f"intent '{few}' has {counts.min()} examples; give it at least {lesson.least_examples}")
    n = len(labels)
    rows = wording.matrix(lesson.texts)

    # One matrix of n by n, worked on in place: at 20,000 examples it takes 1.6 GB, and each copy of it as much again.
    kernel = examples @ examples.T
    np.fill_diagonal(kernel, -1)
    nearest = kernel.max(axis=1).astype(np.float64)
    np.fill_diagonal(kernel, 1)
    np.minimum(kernel, 1, out=kernel)
    kernel -= 1
    kernel *= 2 * width
    np.exp(kernel, out=kernel)
    for start in range(0, n, _ROWS):
        kernel[start : start + _ROWS] += wording_weight * (rows[start : start + _ROWS] @ rows.T).toarray()
    kernel[np.diag_indices(n)] += ridge

    targets = np.eye(len(names), dtype=np.float32)[labels] - np.float32(1 / len(names))
    factor, _ = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    weights = cho_solve((factor, True), targets, check_finite=False)
    # The diagonal of the inverse is all that leaving one out needs: the factor's inverse gives it, for half the work.
    half, info = lapack.strtri(factor, lower=1, overwrite_c=1)
    if info != 0:
        raise ArithmeticError("the kernel matrix could not be inverted; raise `ridge` in config.yml")
    diagonal = np.array([column[k:] @ column[k:] for k, column in enumerate(half.T)])
    left_out = (targets - weights / diagonal[:, None]).astype(np.float64)
    del half, kernel, factor

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
    return _Reading(tuple(names), temperature, judge), weights.astype(np.float32), np.asarray(wording_weight * (rows.T @ weights))


def _pooled(lessons: Sequence[Lesson]) -> tuple[npt.NDArray[np.int8], Vectors, list[npt.NDArray[np.int64]]]:
    """The examples of all lessons, each once, as bytes and scales; and which of them each lesson has, in its order."""
    places: dict[bytes, int] = {}
    members = [np.array([places.setdefault(vector.tobytes(), len(places)) for vector in lesson.vectors]) for lesson in lessons]
    vectors = np.concatenate([lesson.vectors for lesson in lessons])
    _, first = np.unique(np.concatenate(members), return_index=True)
    return (*quantize(np.asarray(vectors[first], np.float32)), members)


class IntentModel:
    """Ranks the labels of each lesson for a message, given its sentence vector and its text. Make one with `fit` or `load`."""

    def __init__(
        self, readings: Sequence[_Reading], wording: _Wording, by_meaning: bytes | Path, by_wording: npt.NDArray[np.float16]
    ) -> None:
        self._readings = tuple(readings)
        self._wording = wording
        self._graph = by_meaning
        self._by_meaning = QuantizedKernel(by_meaning)
        self._by_wording = by_wording
        ends = np.cumsum([0, *(len(reading.names) for reading in readings)])
        self._columns = [slice(first, last) for first, last in pairwise(ends)]

    @classmethod
    def fit(cls, *lessons: Lesson, width: float = 1.0, wording_weight: float = 0.3, ridge: float = 0.2) -> IntentModel:
        """Fit on lessons; the same input gives the same model.

        Args:
            lessons: one or more; each is learnt for itself.
            width: of the Gaussian, exp(-width · distance²).
            wording_weight: of the n-gram cosines beside it.
            ridge: regularisation, on a kernel whose diagonal is 1 + 2 · wording_weight.

        Raises:
            TooFewExamples: where a label has fewer examples than it must.
        """
        kept, scales, members = _pooled(lessons)
        examples = kept * scales[:, None]  # as they will be compared
        wording = _Wording.fit(list(dict.fromkeys(text for lesson in lessons for text in lesson.texts)))
        readings, weights, by_wording = [], [], []
        for lesson, rows in zip(lessons, members, strict=True):
            reading, of_examples, of_wording = _learn(lesson, examples[rows], wording, width, wording_weight, ridge)
            spread = np.zeros((len(kept), len(reading.names)), np.float32)
            np.add.at(spread, rows, of_examples)
            readings.append(reading)
            weights.append(spread)
            by_wording.append(of_wording.astype(np.float16))
        graph = build(kept, scales, np.concatenate(weights, axis=1), width, members)
        return cls(readings, wording, graph, np.concatenate(by_wording, axis=1))

    def predict(self, vectors: Vectors, texts: Sequence[str]) -> list[tuple[Prediction, ...]]:
        """For each row of unit vectors of shape (n, d) and its text, a prediction by each lesson."""
        by_meaning, similarity = self._by_meaning(np.asarray(vectors, np.float32))
        scores, nearest = by_meaning.astype(np.float64), similarity.astype(np.float64)
        for row, text in enumerate(texts):
            columns, values = self._wording.features(text)
            weights = self._by_wording[columns].astype(np.float32)
            scores[row] += np.einsum("i,ij->j", values, weights)  # a product this small is slower with BLAS threads
        parts = enumerate(zip(self._readings, self._columns, strict=True))
        return list(zip(*(reading.of(scores[:, columns], nearest[:, k]) for k, (reading, columns) in parts), strict=True))

    def save(self, folder: Path) -> None:
        """Write the model as numbers and texts, nothing executable."""
        plain = {
            "readings": [{"names": r.names, "temperature": r.temperature, "judge": r.judge.tolist()} for r in self._readings],
            "vocabularies": self._wording.vocabularies,
        }
        (folder / "intents.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
        (folder / "kernel.onnx").write_bytes(self._graph if isinstance(self._graph, bytes) else self._graph.read_bytes())
        np.save(folder / "wording.npy", self._by_wording)
        np.savez(folder / "intents.npz", **{f"idf{k}": idf for k, idf in enumerate(self._wording.idfs)})

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what `save` wrote."""
        plain = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        readings = [_Reading(tuple(r["names"]), float(r["temperature"]), np.asarray(r["judge"])) for r in plain["readings"]]
        with np.load(folder / "intents.npz", allow_pickle=False) as stored:
            idfs = [stored[f"idf{k}"] for k in range(len(plain["vocabularies"]))]
        # Mapped, not read: most n-grams never come, and their weights are never loaded. The file may be deleted meanwhile.
        by_wording = np.load(folder / "wording.npy", mmap_mode="r", allow_pickle=False)
        return cls(readings, _Wording(plain["vocabularies"], idfs), folder / "kernel.onnx", np.asarray(by_wording))
