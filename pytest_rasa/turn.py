"""What came of one message of the user, whatever the channel it was sent over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: More names of an utterance, beside the response that Rasa names.
NamesOf = Callable[["Utterance"], Iterable[str]]
_QUIET = frozenset({"action_listen", "action_session_start"})


@dataclass(frozen=True)
class Button:
    """A button; `payload` is None where the channel does not tell it."""

    title: str
    payload: str | None


@dataclass(frozen=True)
class Utterance:
    """One message of the bot: everything that was uttered at once.

    Attributes:
        text: its text, None where it has none.
        buttons: its buttons, in order.
        custom: its custom object, None where it has none.
        image: the address of its picture, None where it has none.
        response: the response of the domain that it is, None where it is none or the channel does not tell.
        names: all names that it may be asked for by: the response and what the project adds.
    """

    text: str | None = None
    buttons: tuple[Button, ...] = ()
    custom: Mapping[str, Any] | None = None
    image: str | None = None
    response: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """A message of the user and what came of it.

    Attributes:
        user: what was sent.
        utterances: what the bot said, in order.
        events: Rasa's events of the turn; None where the channel does not tell them.
        slots: all slots after the turn; None where the channel does not tell them.
        before: all slots before it.
    """

    user: str
    utterances: tuple[Utterance, ...]
    events: Sequence[Mapping[str, Any]] | None = None
    slots: Mapping[str, Any] | None = None
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def understood(self) -> Mapping[str, Any]:
        """Rasa's parse of the message; empty where it is not known."""
        for event in self.events or ():
            if event["event"] == "user":
                parsed: Mapping[str, Any] = event.get("parse_data") or {}
                return parsed
        return {}

    @property
    def intent(self) -> str | None:
        """The intent, None where it is not known."""
        name = (self.understood.get("intent") or {}).get("name")
        return str(name) if name else None

    @property
    def ranking(self) -> list[tuple[str, float]]:
        """Intents with their confidences, the likeliest first."""
        listed = self.understood.get("intent_ranking") or [self.understood.get("intent") or {}]
        return [(str(one["name"]), float(one.get("confidence") or 0.0)) for one in listed if one.get("name")]

    @property
    def entities(self) -> list[tuple[str, Any]]:
        """Entities with their values, in order."""
        return [(str(one["entity"]), one.get("value")) for one in self.understood.get("entities") or ()]

    @property
    def actions(self) -> list[str]:
        """The actions that ran, in order, without those that every turn has; empty where they are not known."""
        named = [event.get("name") for event in self.events or () if event["event"] == "action"]
        return [str(name) for name in named if name and name not in _QUIET]

    @property
    def changed_slots(self) -> dict[str, Any]:
        """Slots that have another value than before the turn."""
        return {name: value for name, value in (self.slots or {}).items() if self.before.get(name) != value}


def _buttons(given: Any) -> tuple[Button, ...]:
    return tuple(Button(str(one.get("title", "")), one.get("payload")) for one in given or ())


def _named(utterance: Utterance, names_of: NamesOf) -> Utterance:
    names = [*([utterance.response] if utterance.response else []), *names_of(utterance)]
    return Utterance(
        utterance.text, utterance.buttons, utterance.custom, utterance.image, utterance.response, tuple(dict.fromkeys(map(str, names)))
    )


def from_events(events: Iterable[Mapping[str, Any]], names_of: NamesOf) -> tuple[Utterance, ...]:
    """The utterances that Rasa's events tell of: one for each `bot` event."""
    found = []
    for event in events:
        if event["event"] == "bot":
            data, metadata = event.get("data") or {}, event.get("metadata") or {}
            found.append(
                Utterance(
                    event.get("text"),
                    _buttons(data.get("buttons")),
                    data.get("custom"),
                    data.get("image"),
                    metadata.get("utter_action"),
                )
            )
    return tuple(_named(one, names_of) for one in found)


def from_messages(messages: Iterable[Mapping[str, Any]], names_of: NamesOf) -> tuple[Utterance, ...]:
    """The utterances that a channel's messages make up.

    Rasa's channels send the text (with buttons), the custom object and the picture of one utterance as messages of their own, in
    this order; so a message belongs to the one before it unless it tells what that one has already.
    """
    order = ("text", "custom", "image")
    found: list[dict[str, Any]] = []
    last = len(order)
    for message in messages:
        here = [place for place, key in enumerate(order) if message.get(key) is not None]
        if not here:
            continue
        if here[0] <= last:
            found.append({})
        found[-1].update({key: message[key] for key in (*order, "buttons") if message.get(key) is not None})
        last = here[-1]
    made = [Utterance(one.get("text"), _buttons(one.get("buttons")), one.get("custom"), one.get("image")) for one in found]
    return tuple(_named(one, names_of) for one in made)
