"""What our components write on a Rasa message, and how they reach the questions inside one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.text import Words, read

WORDS = "words"  # Words: the message as read and spelled
PARTS = "parts"  # list[Message]: halves that may be questions of their own
CLAUSES = "clauses"  # list[Words]: on a part, the pieces between cuts that it is made of
SECOND_READING = "second_reading"  # Message: words foreign to our subject read as their neighbours
ALARMING_READING = "alarming_reading"  # Words: slips read as the alarming words beside them; or None
ALARM = "alarm"  # crisis or emergency, set by the safety gate
ALARM_CHANCES = "alarm_chances"  # dict: how likely a crisis, how likely an emergency
ALARM_HINT = "alarm_hint"  # float: the likelier of the two, however unlike all examples the message is
QUESTIONS = "questions"  # output: what the actions answer, in order
SPELLED = "spelled"  # output: the text as understood
BEGUN = "begun"  # minilm.Begun: vectors of what is inside a message that was read ahead
_LATER = "later"  # list[Step]: on what is inside a message, the work that nobody has asked for yet

Step = Callable[[list[Message]], None]


def words_of(message: Message) -> Words:
    """The words of a message; read plainly where no speller ran before."""
    words = message.get(WORDS)
    return cast(Words, words) if words is not None else read(str(message.get(TEXT) or ""))


def part_of(words: Words, clauses: Sequence[Words] = ()) -> Message:
    """A message of its own for a run of words, made of these clauses."""
    return Message(data={TEXT: words.text, WORDS: words, CLAUSES: list(clauses) or [words]})


def with_parts(messages: Iterable[Message]) -> Iterator[Message]:
    """Each message, then each question inside it, then its second reading."""
    for message in messages:
        yield message
        yield from inside(message)


def whole_first(messages: list[Message], step: Step) -> list[Message]:
    """Do a step on messages now, and keep it for what is inside them until `catch_up` asks: most of that is never looked at."""
    step(messages)
    for message in messages:
        for inner in inside(message):
            inner.set(_LATER, [*(inner.get(_LATER) or []), step])
    return messages


def catch_up(parts: Sequence[Message]) -> None:
    """Do what was kept for these messages, all of them together, in the order of the steps."""
    waiting = [message for message in parts if message.get(_LATER)]
    steps: list[Step] = waiting[0].get(_LATER) if waiting else []
    for message in waiting:
        message.set(_LATER, None)
    for step in steps:
        step(waiting)


def inside(message: Message) -> Iterator[Message]:
    """Each question inside a message, then its second reading."""
    parts: list[Message] = message.get(PARTS) or []
    yield from parts
    second: Message | None = message.get(SECOND_READING)
    if second is not None:
        yield second
