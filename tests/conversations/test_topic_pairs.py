"""Follow-ups and changes of topic, across all topics there are: what is asked decides, what was asked before only helps out."""

from pathlib import Path
from typing import Any

import pytest

from knowledge.content import EntryContent, TopicContent, read_content
from knowledge.vocabulary import load_vocabulary
from tests.talk import Talk

FOLDER = Path("knowledge/content")
TOPICS = {topic.intent: topic for topic in read_content(FOLDER).topics if topic.intent.startswith("ask_")}
VOCABULARY = load_vocabulary(FOLDER)


def _narrow(topic: TopicContent) -> list[EntryContent]:
    """Entries of a topic that hold for one value of one facet, and are asked for by a question of their own."""
    return [entry for entry in topic.entries if len(entry.conditions) == 1 and entry.question]


NARROWED = [topic for topic in TOPICS.values() if _narrow(topic)]


def _entries(talk: Talk, sender: str, text: str) -> list[str]:
    customs: list[dict[str, Any]] = [reply["custom"] for reply in talk.send(sender, text) if "custom" in reply]
    return [custom["entry"] for custom in customs]


_first: dict[str, list[str]] = {}


def _alone(talk: Talk, text: str) -> list[str]:
    """What a question is answered with as the first of a conversation; asked once for all pairs."""
    if text not in _first:
        _first[text] = _entries(talk, f"alone {text}", text)
    return _first[text]


@pytest.mark.parametrize("before", NARROWED, ids=lambda topic: topic.topic)
def test_nothing_of_the_old_topic_leaks_into_a_new_one(talk: Talk, before: TopicContent) -> None:
    narrowed = _narrow(before)
    leaked = []
    for number, after in enumerate(topic for topic in TOPICS.values() if topic is not before):
        entry = narrowed[number % len(narrowed)]
        alone = _alone(talk, after.question)
        sender = f"pair {before.topic} {after.topic}"
        assert entry.question
        talk.send(sender, entry.question)
        told = _entries(talk, sender, after.question)
        if told != alone:
            leaked.append(f"{entry.question!r}, then {after.question!r}: {told}, alone {alone}")
    assert leaked == []


@pytest.mark.parametrize("topic", NARROWED, ids=lambda topic: topic.topic)
def test_a_facet_named_alone_narrows_the_topic(talk: Talk, topic: TopicContent) -> None:
    wrong = []
    for entry in _narrow(topic):
        [(facet, value)] = entry.conditions
        name = VOCABULARY.facets[facet][value].synonyms[0]
        sender = f"narrow {entry.id}"
        talk.send(sender, topic.question)
        told = _entries(talk, sender, f"and {name}?")
        if told != [entry.id]:
            wrong.append(f"{topic.question!r}, then 'and {name}?': {told}, not {entry.id}")
    assert wrong == []
