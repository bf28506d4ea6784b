"""What a turn told, from the messages that Rasa sends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Told:
    """One reply: its paragraphs as one text, its buttons by `title` and `payload`, and its `custom` object.

    Attributes:
        custom: None where Rasa sent texts without one at the end of a turn.
    """

    text: str
    buttons: tuple[Mapping[str, str], ...]
    custom: Mapping[str, Any] | None


def told(messages: Iterable[Mapping[str, Any]]) -> list[Told]:
    """The replies of a turn.

    Args:
        messages: as `bot.channels.rest.converse` returns them; each `custom` object ends a reply.
    """
    replies: list[Told] = []
    texts: list[str] = []
    buttons: list[Mapping[str, str]] = []
    for message in messages:
        if message.get("text"):
            texts.append(str(message["text"]))
        buttons += [{"title": str(one["title"]), "payload": str(one["payload"])} for one in message.get("buttons") or ()]
        if "custom" in message:
            replies.append(Told("\n\n".join(texts), tuple(buttons), message["custom"]))
            texts, buttons = [], []
    if texts:
        replies.append(Told("\n\n".join(texts), tuple(buttons), None))
    return replies
