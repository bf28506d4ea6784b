"""What people ask, grouped: what is shown of it, and what never is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.conversations import Wording
from web.desk.groups import Vectors, group


def _vectors(texts: Sequence[str]) -> Vectors:
    """What is asked for, as a direction of its own."""
    kinds = ("cost", "parrot", "wig")
    return np.array(
        [[float(kind in text) for kind in kinds] + [float(not any(kind in text for kind in kinds))] for text in texts], np.float32
    )


def _redact(text: str) -> str:
    return text.replace("Kowalski", "[name]")


def _asked(*texts: str, kind: str = "gap", entry: str = "cost") -> list[Wording]:
    return [Wording(text, kind, entry, f"{entry}-{n}", None) for n, text in enumerate(texts)]


def test_groups_are_shown_from_three_conversations_on_and_one_person_counts_once() -> None:
    asked = _asked("cost a", "cost b", "cost c", kind="fallback", entry="fallback")
    asked += [Wording(f"parrot {n}", "fallback", "fallback", "same", None) for n in range(5)]
    asked += [Wording("is it bad", "answer", "survival", f"c{n}", False) for n in range(4)]
    found = group(asked, _vectors, _redact)
    assert [(one.conversations, one.entry, one.badly_rated) for one in found.groups] == [(4, "survival", 4), (3, None, 0)]
    assert (found.hidden, found.questions) == (5, 12)
    assert "parrot" not in str(found)
    assert list(group([], _vectors, _redact).groups) == []


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("the cost", "cost please", "my cost"), "cost please"),  # one of them, and never the others
        (("the cost", "a wig", "my parrot"), None),  # one topic, and no two mean the same
        (("cost at 47", "cost of it", "cost for Ms Kowalski"), "cost of it"),  # no figure, no name
        (("cost for [name]", "cost at 47", "cost for Ms Kowalski"), None),
        (("cost " + "and more " * 12, "cost 1", "cost 2"), None),  # a long one tells of a person
        (("the cost", "the cost", "a wig"), None),  # two are too few
    ],
)
def test_a_group_tells_one_wording_at_most_that_three_share_and_that_names_nobody(texts: tuple[str, ...], told: str | None) -> None:
    (found,) = group(_asked(*texts), _vectors, _redact).groups
    assert (found.wording, found.entry, found.conversations) == (told, "cost", 3)
    shown = str(found)
    assert [text for text in set(texts) - {told} if text in shown] == []
