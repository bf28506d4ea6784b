"""From the messages that Rasa sends to the replies that the widget is told."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot import last_resort
from bot.channels.turns import Told, told

MORE = "More detail"
#: The further detail of an entry, None where it has none.
DetailOf = Callable[[str], str | None]


def replies_of(messages: Iterable[Mapping[str, Any]], detail_of: DetailOf) -> list[dict[str, Any]]:
    """The replies of a turn, as they are kept: buttons have an id for the widget and a payload that it never sees.

    Args:
        messages: as `bot.channels.rest.converse` returns them; each `custom` object ends a reply.
        detail_of: the store's word on whether there is more to tell.
    """
    return [_reply(one, detail_of) for one in told(messages)]


def _reply(one: Told, detail_of: DetailOf) -> dict[str, Any]:
    custom = dict(one.custom if one.custom is not None else last_resort.custom("error"))
    buttons = [{"id": _new("b"), **button} for button in one.buttons]
    entry = custom.get("entry")
    detail = detail_of(str(entry)) if entry and custom.get("kind") == "answer" else None
    more = None
    if detail and detail not in one.text:
        more = {"id": _new("b"), "title": MORE, "payload": "/tell_more", "about": str(entry)}
    return {"id": _new("r"), "text": one.text, "buttons": buttons, "custom": custom, "detail": more}


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
