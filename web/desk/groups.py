"""Questions without an answer, grouped by meaning, and told only where enough people asked.

Where the assistant knew the topic (a gap, an answer that did not help), the topic is the meaning: it knows it better than
distances do. What it did not know is grouped by sentence vectors. Complete linkage at 0.55 was measured on the held-out
wordings of tests/nlu (675 questions on 48 topics): of questions in one group nine in ten are of one topic; average linkage
mixes topics as soon as it groups as many.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.components.disease import in_known_words
from bot.conversations import Wording

Vectors = npt.NDArray[np.float32]
#: Texts to vectors of length one.
Encode = Callable[[Sequence[str]], Vectors]

#: Fewer conversations than this show no wording: what one person said is theirs.
FEWEST = 3
#: Cosine distance that no two questions of a group exceed.
NEAR = 0.55
#: Kinds whose entry says nothing of what was asked.
_UNKNOWN = frozenset({"fallback", "out_of_scope", "clarify"})
_EXAMPLES = 3


@dataclass(frozen=True)
class Group:
    """Questions that mean the same: the one in the middle, some others, and how many conversations asked."""

    wording: str
    examples: Sequence[str]
    conversations: int
    questions: int
    badly_rated: int
    entry: str | None
    kinds: Sequence[str]


@dataclass(frozen=True)
class Grouped:
    """The groups, the largest first, and how many questions lie in groups too small to be shown."""

    groups: Sequence[Group]
    hidden: int
    questions: int


def group(wordings: Sequence[Wording], encode: Encode) -> Grouped:
    """Group wordings by meaning."""
    members: dict[object, list[Wording]] = {}
    texts = sorted({one.text for one in wordings})
    vectors = encode([in_known_words(text.lower()) for text in texts]) if texts else np.zeros((0, 0), np.float32)
    at = {text: place for place, text in enumerate(texts)}
    unknown = sorted({one.text for one in wordings if one.kind in _UNKNOWN or one.entry is None})
    labels = dict(zip(unknown, _clusters(vectors[[at[text] for text in unknown]]), strict=True)) if unknown else {}
    for one in wordings:
        key = ("cluster", int(labels[one.text])) if one.kind in _UNKNOWN or one.entry is None else ("entry", one.entry)
        members.setdefault(key, []).append(one)
    shown, hidden = [], 0
    for found in members.values():
        if len({one.conversation for one in found}) < FEWEST:
            hidden += len(found)
        else:
            shown.append(_told(found, vectors, at))
    return Grouped(sorted(shown, key=lambda one: (-one.conversations, one.wording)), hidden, len(wordings))


def _clusters(vectors: Vectors) -> npt.NDArray[np.int64]:
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    from sklearn.cluster import AgglomerativeClustering

    model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="complete", distance_threshold=NEAR)
    labels: npt.NDArray[np.int64] = model.fit_predict(vectors)
    return labels


def _told(found: Sequence[Wording], vectors: Vectors, at: dict[str, int]) -> Group:
    texts = sorted({one.text for one in found})
    inside = vectors[[at[text] for text in texts]]
    middle = np.argsort(-(inside @ inside.mean(axis=0)), kind="stable")
    ordered = [texts[int(place)] for place in middle]
    entries = Counter(one.entry for one in found if one.entry)
    return Group(
        wording=ordered[0],
        examples=ordered[1 : 1 + _EXAMPLES],
        conversations=len({one.conversation for one in found}),
        questions=len(found),
        badly_rated=sum(one.helpful is False for one in found),
        entry=entries.most_common(1)[0][0] if entries else None,
        kinds=[kind for kind, _ in Counter(one.kind for one in found).most_common()],
    )


class CachedGroups:
    """Groups wordings once for the same wordings, and remembers vectors, so that a page costs what is new.

    Args:
        encode: texts to vectors.
        most: how many vectors are remembered.
    """

    def __init__(self, encode: Encode, most: int = 5000) -> None:
        self._encode = encode
        self._most = most
        self._vectors: dict[str, Vectors] = {}
        self._last: tuple[tuple[Wording, ...], Grouped] | None = None
        self._one_at_a_time = threading.Lock()

    def group(self, wordings: tuple[Wording, ...]) -> Grouped:
        """The groups; call it in a thread."""
        with self._one_at_a_time:
            if self._last is not None and self._last[0] == wordings:
                return self._last[1]
            grouped = group(wordings, self._remembered)
            self._last = (wordings, grouped)
            return grouped

    def _remembered(self, texts: Sequence[str]) -> Vectors:
        if len(self._vectors) > self._most:
            self._vectors = {}
        new = [text for text in texts if text not in self._vectors]
        if new:
            self._vectors |= dict(zip(new, self._encode(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])
