"""What is learnt about danger to life, where no rule of the safety gate names it.

People rarely say it plainly. The gate's rules know the plain words; beside them the intent model has a lesson with three
answers only (crisis, emergency, neither), so that a hint is weighed against everything calm at once and not against the
nearest of a hundred topics. It is learnt from the examples of all intents and from a file of its own (`bot/data/alarms.yml`)
with more wordings of danger, and with sentences that share its words and none of its meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.components.intent_model import MIN_EXAMPLES, Lesson, Vectors

CALM = "calm"
ALARMS = ("crisis", "emergency")


class SentencesError(ValueError):
    """The file of sentences cannot be used; one line that names it and what is wrong."""


def read_sentences(path: Path) -> list[tuple[str, str]]:
    """Sentences and what each is: a file with lists of sentences under `crisis`, `emergency` and `calm`, each as long as it may.

    Raises:
        SentencesError: if the file is missing, not YAML, or has anything else.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise SentencesError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
    if not isinstance(found, dict) or not found or not set(found) <= {*ALARMS, CALM}:
        raise SentencesError(f"{path}: needs lists of sentences under `crisis:`, `emergency:` and `calm:`, and nothing else")
    sentences: list[tuple[str, str]] = []
    for label, texts in found.items():
        if not isinstance(texts, list):
            raise SentencesError(f"{path}: `{label}:` needs a list of sentences")
        for number, text in enumerate(texts, start=1):
            if not isinstance(text, str) or not text.strip():
                raise SentencesError(f"{path}: sentence {number} under `{label}:` is {text!r}; write text, in quotes where YAML needs them")
            sentences.append((text, str(label)))
    return sentences


def alarm_lesson(intents: Lesson, sentences: Lesson, others: int, seed: int) -> Lesson | None:
    """The lesson of danger; None where the intents have too few examples of it.

    Args:
        intents: the examples of all intents.
        sentences: those of the file.
        others: how many examples of other intents are learnt from as calm: half of them those nearest to danger, half drawn
            by `seed`.
    """
    labels = np.array(intents.labels)
    if any((labels == name).sum() < MIN_EXAMPLES for name in ALARMS):
        return None
    danger = np.flatnonzero(np.isin(labels, ALARMS))
    rest = np.flatnonzero(~np.isin(labels, ALARMS))
    alarming = np.array([label != CALM for label in sentences.labels], bool)
    alarms = np.concatenate([intents.vectors[danger], sentences.vectors[alarming]])
    calm = rest[_chosen(intents.vectors[rest], alarms, others, seed)]
    picked = [*danger, *calm]
    return Lesson(
        np.concatenate([intents.vectors[picked], sentences.vectors]),
        [*(intents.texts[k] for k in picked), *sentences.texts],
        [*labels[danger], *[CALM] * len(calm), *sentences.labels],
    )


def _chosen(others: Vectors, alarms: Vectors, most: int, seed: int) -> Sequence[int] | npt.NDArray[np.int64]:
    if len(others) <= most:
        return np.arange(len(others))
    order = np.argsort(-(others @ alarms.T).max(axis=1), kind="stable")
    near, rest = order[: most // 2], order[most // 2 :]
    drawn = np.random.default_rng(seed).choice(rest, most - len(near), replace=False)
    return np.sort(np.concatenate([near, drawn]))
