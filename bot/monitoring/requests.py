"""Which request a line of the log belongs to, and what must not stand in it."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
_SAID: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("said", default=())
_SOUND = re.compile(r"[A-Za-z0-9-]{8,64}")
_SENDER = re.compile(r"\bweb-[0-9a-f]{32}\b")
_SHORTEST = 3


def request_id(sent: str | None) -> str:
    """The id that a proxy of ours gave, or a new one."""
    return sent if sent is not None and _SOUND.fullmatch(sent) else secrets.token_hex(8)


def keep_out(sender: str, text: str | None) -> None:
    """Have the log of this task show neither who asks nor what."""
    words = [(text, "[text]")] if text and len(text) >= _SHORTEST else []
    names = [(sender, "[conversation]")] if len(sender) >= _SHORTEST else []
    _SAID.set((*words, *names))


def scrubbed(line: str) -> str:
    """A line of the log without what was said in this task, and without conversation ids."""
    for said, instead in _SAID.get():
        for form in (said, said.encode("unicode_escape").decode("ascii")):
            line = line.replace(form, instead)
    return _SENDER.sub("[conversation]", line)
