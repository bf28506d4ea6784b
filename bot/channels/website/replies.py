"""From the messages that Rasa sends to the replies that the widget is told."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot import last_resort

MORE = "More detail"
#: The further detail of an entry, None where it has none.
DetailOf = Callable[[str], str | None]


def replies_of(messages: Iterable[Mapping[str, Any]], detail_of: DetailOf) -> list[dict[str, Any]]:
    """The replies of a turn, as they are kept: buttons have an id for the widget and a payload that it never sees.

    Args:
        messages: as `bot.channels.rest.converse` returns them; each `custom` object ends a reply.
        detail_of: the store's word on whether there is more to tell.
    """
    replies: list[dict[str, Any]] = []
    texts: list[str] = []
    buttons: list[dict[str, str]] = []
    for message in messages:
        if message.get("text"):
            texts.append(str(message["text"]))
        buttons += [{"id": _new("b"), "title": str(b["title"]), "payload": str(b["payload"])} for b in message.get("buttons") or ()]
        if "custom" in message:
            replies.append(_reply("\n\n".join(texts), buttons, message["custom"], detail_of))
            texts, buttons = [], []
    if texts:
        replies.append(_reply("\n\n".join(texts), buttons, last_resort.custom("error"), detail_of))
    return replies


def _reply(text: str, buttons: list[dict[str, str]], custom: Mapping[str, Any], detail_of: DetailOf) -> dict[str, Any]:
    entry = custom.get("entry")
    detail = detail_of(str(entry)) if entry and custom.get("kind") == "answer" else None
    more = None
    if detail and detail not in text:
        more = {"id": _new("b"), "title": MORE, "payload": "/tell_more", "about": str(entry)}
    return {"id": _new("r"), "text": text, "buttons": buttons, "custom": dict(custom), "detail": more}


def public(replies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The replies as the widget sees them."""
    return [
        {
            "id": reply["id"],
            "text": reply["text"],
            "buttons": [{"id": button["id"], "title": button["title"]} for button in reply["buttons"]],
            "custom": reply["custom"],
            "detail": reply["detail"]["id"] if reply["detail"] else None,
        }
        for reply in replies
    ]


def _new(kind: str) -> str:
    return f"{kind}-{secrets.token_urlsafe(12)}"
