"""What the phone page shows: the assistant's replies as cards, the other readings, and what search finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from bot.last_resort import SAFETY
from knowledge import Answer, KnowledgeStore
from knowledge.search import Hit, Part
from web.desk.assistant import Heard, Question
from web.desk.script import script

#: Below this confidence, what search finds is shown beside the answer.
UNSURE = 0.5
_UNSURE_KINDS = frozenset({"clarify", "fallback", "out_of_scope", "error"})
KINDS = {
    "answer": "Reviewed answer",
    "gap": "No reviewed answer yet",
    "consent": "Ask before figures",
    "clarify": "Not sure what is asked",
    "fallback": "Not understood",
    "out_of_scope": "Not about LMS",
    "escalation": "A person is needed",
    "safety": "Safety first",
    "smalltalk": "Small talk",
    "greeting": "Greeting",
    "error": "Something went wrong",
}


@dataclass(frozen=True)
class Link:
    """A way to another answer; `score` from 0 to 1 where there is one."""

    title: str
    path: str
    score: float | None = None
    snippet: Sequence[Part] = ()


@dataclass(frozen=True)
class Card:
    """One reply as staff see it."""

    kind: str
    label: str
    title: str
    text: str
    detail: str | None
    entry: str | None
    revision: int | None
    source: str
    reviewed_on: str
    confidence: float | None
    related: Sequence[Link]
    script: Sequence[str]
    not_to_say: Sequence[str]


@dataclass(frozen=True)
class Shown:
    """What stands under the caller's words."""

    cards: Sequence[Card] = ()
    readings: Sequence[tuple[str, Sequence[Link]]] = ()
    found: Sequence[Link] | None = None
    safety: Card | None = None
    trouble: str | None = None


def snippet(parts: Sequence[Part], most: int = 160) -> list[Part]:
    """The stretch of a text around the first word that was found."""
    first = next((at for at, part in enumerate(parts) if part.hit), 0)
    before = parts[first - 1].text if first else ""
    shown = [Part(f"… {before[-60:].partition(' ')[2]}" if len(before) > 60 else before, False)]
    left = most
    for part in parts[first:]:
        if left <= 0:
            shown.append(Part("…", False))
            break
        shown.append(part if len(part.text) <= left else Part(part.text[:left].rpartition(" ")[0] + " ", part.hit))
        left -= len(part.text)
    return shown


class Phone:
    """Makes cards from the store's entries.

    Args:
        store: published entries.
        not_to_say: lines by what they are about.
        base: what addresses begin with.
    """

    def __init__(self, store: KnowledgeStore, not_to_say: Mapping[str, Sequence[str]], base: str) -> None:
        self._store = store
        self._not_to_say = not_to_say
        self._base = base

    def heard(self, heard: Heard) -> Shown:
        """The assistant's replies; what calls for safety words first.

        Raises:
            KnowledgeError: if the store cannot be read.
        """
        asked = {question.intent: question for question in heard.questions}
        cards = [self._reply(heard, at, asked) for at in range(len(heard.replies))]
        safety = [card for card in cards if card.kind == "safety"]
        return Shown(
            cards=[card for card in cards if card.kind != "safety"],
            readings=[(question.text, self._readings(question)) for question in heard.questions if question.readings],
            safety=safety[0] if safety else self.safety(heard.safety),
        )

    def is_unsure(self, heard: Heard) -> bool:
        """Whether search should help."""
        kinds = {reply.custom.kind for reply in heard.replies}
        return bool(kinds & _UNSURE_KINDS) or any(question.confidence < UNSURE for question in heard.questions) or not kinds

    def safety(self, alarm: str | None) -> Card | None:
        """The fixed safety words, where nothing else can be asked."""
        if alarm not in SAFETY:
            return None
        return self._card("safety", KINDS["safety"], SAFETY[str(alarm)], None, None)

    def entry(self, answer: Answer) -> Card:
        """A published entry, without a confidence: nobody guessed it."""
        return self._card(answer.kind, answer.title, answer.text, answer, None)

    def links(self, found: Iterable[Hit]) -> list[Link]:
        """What search found, with the words that were found."""
        return [Link(hit.title, self._path(hit.entry), hit.score, snippet(hit.fields.get("answer", ()))) for hit in found]

    def _path(self, entry: str) -> str:
        return f"{self._base}/answer/{quote(entry, safe='')}"

    def _reply(self, heard: Heard, at: int, asked: Mapping[str, Question]) -> Card:
        reply = heard.replies[at]
        answer = self._store.entry(reply.custom.entry) if reply.custom.entry else None
        question = asked.get(answer.intent) if answer is not None else None
        if question is None and len(heard.questions) == 1:
            question = heard.questions[0]
        title = answer.title if answer is not None else KINDS.get(reply.custom.kind, reply.custom.kind)
        return self._card(reply.custom.kind, title, reply.text, answer, question.confidence if question else None)

    def _card(self, kind: str, title: str, text: str, answer: Answer | None, confidence: float | None) -> Card:
        about = [kind, *([answer.sensitivity] if answer is not None else [])]
        lines = [line for name in ("always", *about) for line in self._not_to_say.get(name, ())]
        return Card(
            kind=kind,
            label=KINDS.get(kind, kind),
            title=title,
            text=text,
            detail=answer.detail if answer is not None and answer.detail and answer.detail not in text else None,
            entry=answer.entry if answer is not None else None,
            revision=answer.revision if answer is not None else None,
            source=f"{answer.source.title}, {answer.source.section}" if answer is not None else "",
            reviewed_on=answer.source.reviewed_on if answer is not None else "",
            confidence=confidence,
            related=[Link(one.title, self._path(one.entry)) for one in answer.suggestions] if answer is not None else (),
            script=script(text),
            not_to_say=lines,
        )

    def _readings(self, question: Question) -> list[Link]:
        titles = self._store.questions([one.intent for one in question.readings])
        query = urlencode([(name, value) for name, values in question.facets.items() for value in values])
        return [
            Link(titles[one.intent], f"{self._base}/topic/{quote(one.intent, safe='')}{f'?{query}' if query else ''}", one.confidence)
            for one in question.readings
            if one.intent in titles
        ]
