"""A conversation in the terminal."""

from __future__ import annotations

import asyncio
import textwrap
import uuid
from collections.abc import Sequence
from typing import Any

from bot.assistant import Assistant, make_actions
from bot.training import MODEL


def shown(replies: Sequence[dict[str, Any]]) -> tuple[str, list[str]]:
    """Replies as lines for a terminal, and the payloads of the numbered buttons."""
    lines: list[str] = []
    payloads: list[str] = []
    for reply in replies:
        for paragraph in str(reply.get("text", "")).splitlines():
            lines += textwrap.wrap(paragraph, 88) or [""]
        for button in reply.get("buttons") or ():
            payloads.append(button["payload"])
            lines.append(f"  {len(payloads)}. {button['title']}")
        custom = reply.get("custom")
        if custom and custom.get("facts"):
            lines.append(f"  [{custom['entry']} · revision {custom['revision']} · {custom['source']['section']}]")
    return "\n".join(lines), payloads


async def converse() -> None:
    """Ask and answer until the input ends; a number chooses a button.

    Raises:
        bot.assistant.ModelMissing: if there is no trained model.
    """
    assistant = await Assistant.load(MODEL, make_actions())
    sender, payloads = uuid.uuid4().hex, list[str]()
    print("Type a question (a number chooses a suggestion; Ctrl-D or an empty line ends).")
    while True:
        try:
            text = (await asyncio.to_thread(input, "\n> ")).strip()
        except EOFError:
            break
        if not text:
            break
        if text.isdecimal() and 1 <= int(text) <= len(payloads):
            text = payloads[int(text) - 1]
        lines, payloads = shown(await assistant.send(sender, text))
        print(lines)
