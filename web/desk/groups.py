"""Questions without an answer, grouped by meaning, and told only where enough people asked.

A wording is what one person typed. So at most one is told of a group, and only one that three conversations share in meaning,
that is short, and that holds nothing of a person; else the group has none.

Where the assistant knew the topic (a gap, an answer that did not help), the topic is the meaning: it knows it better than
distances do. What it did not know is grouped by sentence vectors. Complete linkage at 0.55 was measured on the held-out
wordings of tests/nlu (675 questions on 48 topics): of questions in one group nine in ten are of one topic; average linkage
mixes topics as soon as it groups as many.
"""

from __future__ import annotations

import re
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
#: Takes what names a person out of a text.
Redact = Callable[[str], str]

#: Fewer conversations than this show no wording: what one person said is theirs.
FEWEST = 3
#: Cosine distance that no two questions of a group exceed.
NEAR = 0.55
#: Kinds whose entry says nothing of what was asked.
_UNKNOWN = frozenset({"fallback", "out_of_scope", "clarify"})
#: A wording that is longer tells more of a person than of a question.
LONGEST = 100
_TELLING = re.compile(r"[\d\[\]@]")  # ages, dates and numbers; and a placeholder stands where something was taken out


@dataclass(frozen=True)
class Group:
    """Questions that mean the same: a wording where one can be told, and how many conversations asked.

    `entry` is what most of them were told; None where nothing was understood.
    """

    wording: str | None
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


def group(wordings: Sequence[Wording], encode: Encode, redact: Redact) -> Grouped:
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
            shown.append(_told(found, vectors, at, redact))
    return Grouped(sorted(shown, key=lambda one: (-one.conversations, one.entry or "", one.wording or "")), hidden, len(wordings))


def _clusters(vectors: Vectors) -> npt.NDArray[np.int64]:
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    from sklearn.cluster import AgglomerativeClustering

    model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="complete", distance_threshold=NEAR)
    labels: npt.NDArray[np.int64] = model.fit_predict(vectors)
    return labels


def _told(found: Sequence[Wording], vectors: Vectors, at: dict[str, int], redact: Redact) -> Group:
    entries = Counter(one.entry for one in found if one.entry and one.kind not in _UNKNOWN)
    return Group(
        wording=_wording(found, vectors, at, redact),
        conversations=len({one.conversation for one in found}),
        questions=len(found),
        badly_rated=sum(one.helpful is False for one in found),
        entry=entries.most_common(1)[0][0] if entries else None,
        kinds=[kind for kind, _ in Counter(one.kind for one in found).most_common()],
    )


def _wording(found: Sequence[Wording], vectors: Vectors, at: dict[str, int], redact: Redact) -> str | None:
    """The wording in the middle of those that mean the same in three conversations or more; None where none can be told."""
    texts = sorted({one.text for one in found})
    inside = vectors[[at[text] for text in texts]]
    asked: dict[int, set[str]] = {}
    cluster = dict(zip(texts, _clusters(inside), strict=True))
    for one in found:
        asked.setdefault(int(cluster[one.text]), set()).add(one.conversation)
    for label in sorted(asked, key=lambda one: (-len(asked[one]), one)):
        if len(asked[label]) < FEWEST:
            break
        members = [place for place, text in enumerate(texts) if cluster[text] == label]
        middle = inside[members].mean(axis=0)
        for place in sorted(members, key=lambda one: -float(inside[one] @ middle)):
            text = texts[place]
            if len(text) <= LONGEST and not _TELLING.search(text) and redact(text) == text:
                return text
    return None


class CachedGroups:
    """Groups wordings once for the same wordings, and remembers vectors, so that a page costs what is new.

    Args:
        encode: texts to vectors.
        redact: takes what names a person out of a text.
        most: how many vectors are remembered.
    """

    def __init__(self, encode: Encode, redact: Redact, most: int = 5000) -> None:
        self._encode = encode
        self._redact = redact
        self._most = most
        self._vectors: dict[str, Vectors] = {}
        self._last: tuple[tuple[Wording, ...], Grouped] | None = None
        self._one_at_a_time = threading.Lock()

    def group(self, wordings: tuple[Wording, ...]) -> Grouped:
        """The groups; call it in a thread."""
        with self._one_at_a_time:
            if self._last is not None and self._last[0] == wordings:
                return self._last[1]
            grouped = group(wordings, self._remembered, self._redact)
            self._last = (wordings, grouped)
            return grouped

    def _remembered(self, texts: Sequence[str]) -> Vectors:
        if len(self._vectors) > self._most:
            self._vectors = {}
        new = [text for text in texts if text not in self._vectors]
        if new:
            self._vectors |= dict(zip(new, self._encode(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])
