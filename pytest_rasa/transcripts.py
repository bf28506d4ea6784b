"""Reads what the user said out of a transcript: text as it is copied from a page, a list in JSON, or Rasa's tracker."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_TIME = r"(?:,? ?\(?\d{1,2}:\d{2}(?::\d{2})?(?: ?(?:UTC|[ap]m))?\)?)?"
_USER = re.compile(rf"^\W*(?:\d+[.)]? +)?(?:person|user|patient|caller|visitor|customer|human|you|me){_TIME} ?: *(.*)$", re.IGNORECASE)
_BOT = re.compile(rf"^\W*(?:\d+[.)]? +)?(?:assistant|bot|agent|chatbot){_TIME} ?: *(.*)$", re.IGNORECASE)


class TranscriptError(ValueError):
    """A transcript that nothing can be read from; says what is expected."""


def read_transcript(text: str, source: str) -> list[str]:
    """The user's messages, in order.

    Args:
        text: lines that begin with who speaks ("Person, 10:12 UTC: …", "Assistant: …"; a line without belongs to the one before);
            JSON, a list (or a list of lines under `turns`, `lines` or `transcript`) whose items have `text`; or Rasa's tracker
            with its `events`.
        source: what it is called in errors.

    Raises:
        TranscriptError: if nothing was said by a user in it.
    """
    stripped = text.strip()
    said = list(_from_json(stripped, source) if stripped[:1] in {"{", "["} else _from_lines(stripped))
    said = [line.strip() for line in said if line.strip()]
    if not said:
        raise TranscriptError(f"{source}: nobody says anything; begin lines with who speaks, as in `Person: …` and `Assistant: …`")
    return said


def _from_lines(text: str) -> Iterator[str]:
    current: list[str] | None = None
    for line in text.splitlines():
        user, bot = _USER.match(line), _BOT.match(line)
        if user or bot:
            if current is not None:
                yield " ".join(current)
            current = [user.group(1).strip()] if user else None
        elif current is not None and line.strip():
            current.append(line.strip())
    if current is not None:
        yield " ".join(current)


def _from_json(text: str, source: str) -> Iterator[str]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise TranscriptError(f"{source}: begins like JSON and is none: {error}") from error
    if isinstance(data, dict) and isinstance(data.get("events"), list):
        yield from (str(one.get("text") or "") for one in data["events"] if isinstance(one, dict) and one.get("event") == "user")
        return
    listed: Any = data
    if isinstance(data, dict):
        listed = next((data[key] for key in ("turns", "lines", "transcript") if isinstance(data.get(key), list)), None)
    if not isinstance(listed, list) or not all(isinstance(one, dict) and isinstance(one.get("text"), str) for one in listed):
        raise TranscriptError(f"{source}: expected a list of turns that have `text`, or Rasa's tracker with `events`")
    yield from (one["text"] for one in listed)
