"""Reads requests strictly: what is not as the contract says is refused with the field and what to do."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from bot.channels.website.refusals import Refused, unknown_session

MAX_BODY = 16 * 1024
MAX_TEXT = 1000
MAX_REASON = 500
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_OPAQUE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]{43})", re.I)
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Said:
    """A message: typed text, or a button's id."""

    id: str
    text: str | None = None
    button: str | None = None


@dataclass(frozen=True)
class Rated:
    """Feedback on a reply."""

    reply: str
    helpful: bool
    reason: str | None


def token(authorization: Sequence[str]) -> str:
    """The session's token of the `Authorization` headers.

    Raises:
        Refused: 401, if there is not exactly one that could be ours.
    """
    match = _BEARER.fullmatch(authorization[0].strip()) if len(authorization) == 1 else None
    if match is None:
        raise unknown_session()
    return match.group(1)


def after(given: Sequence[str]) -> int:
    """The turn behind which to read; 0 where none is given.

    Raises:
        Refused: 400, if it is no number.
    """
    if not given:
        return 0
    if len(given) > 1 or not _NUMBER.fullmatch(given[0]):
        raise Refused(400, "bad_request", "'after' must be the number of a turn, such as ?after=3.", "after")
    return int(given[0])


def too_large() -> Refused:
    """413, for a body that is not read to its end."""
    return Refused(413, "too_large", f"The request is larger than {MAX_BODY} bytes; please send a shorter message.")


def body(content_type: str, raw: bytes) -> dict[str, Any]:
    """The JSON object of a body.

    Raises:
        Refused: 415 for another content type, 400 for what is no JSON object.
    """
    kind, _, parameters = content_type.partition(";")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    if kind.strip().lower() != "application/json" or charset not in {"", "charset=utf-8", "charset=utf8"}:
        raise Refused(415, "not_json", "Send JSON in UTF-8, with the header Content-Type: application/json.")
    try:
        read = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "bad_json", "The body is not JSON; send one JSON object in UTF-8.") from error
    if not isinstance(read, dict):
        raise Refused(400, "bad_request", "The body must be one JSON object.")
    return read


def nothing(read: dict[str, Any]) -> None:
    """An object without keys.

    Raises:
        Refused: 400, if it has any.
    """
    _only(read, ())


def said(read: dict[str, Any]) -> Said:
    """A message.

    Raises:
        Refused: 400, if it is none; `bad_text` where the text is at fault.
    """
    _only(read, ("id", "text", "button"))
    given = read.get("id")
    if not isinstance(given, str) or not _ID.fullmatch(given):
        raise Refused(400, "bad_request", "'id' must be 8 to 64 letters, digits, '-' or '_', new for each message.", "id")
    if ("text" in read) == ("button" in read):
        raise Refused(400, "bad_request", "Send either 'text' or 'button'.", "text")
    if "button" in read:
        return Said(given, button=_opaque(read["button"], "button"))
    return Said(given, text=_text(read["text"]))


def rated(read: dict[str, Any]) -> Rated:
    """Feedback.

    Raises:
        Refused: 400, if it is none.
    """
    _only(read, ("reply", "helpful", "reason"))
    reply = _opaque(read.get("reply"), "reply")
    helpful = read.get("helpful")
    if not isinstance(helpful, bool):
        raise Refused(400, "bad_request", "'helpful' must be true or false.", "helpful")
    reason = read.get("reason")
    if "reason" in read and (not isinstance(reason, str) or len(reason) > MAX_REASON or not _sound(reason)):
        raise Refused(400, "bad_request", f"'reason' must be a text of at most {MAX_REASON} characters.", "reason")
    return Rated(reply, helpful, reason.strip() or None if isinstance(reason, str) else None)


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise Refused(400, "bad_text", "'text' must be a text.", "text")
    if len(given) > MAX_TEXT:
        raise Refused(400, "bad_text", f"The message has {len(given)} characters; please send at most {MAX_TEXT}.", "text")
    if not _sound(given):
        raise Refused(400, "bad_text", "The message has characters that are no text; please type it again.", "text")
    if all(unicodedata.category(character)[0] in "ZC" for character in given):
        raise Refused(400, "bad_text", "The message is empty; please type a question.", "text")
    return given.strip()


def _opaque(given: Any, field: str) -> str:
    if not isinstance(given, str) or not _OPAQUE.fullmatch(given):
        raise Refused(400, "bad_request", f"'{field}' must be an id that was sent with a reply.", field)
    return given


def _only(read: dict[str, Any], known: Sequence[str]) -> None:
    unknown = sorted(set(read) - set(known))
    if unknown:
        allowed = ", ".join(f"'{name}'" for name in known) or "an empty object"
        raise Refused(400, "bad_request", f"There is a key in the body that is not known here; use {allowed}.", _shown(unknown[0]))


def _shown(name: str) -> str:
    """A key as it may stand in an answer."""
    return name if name.isascii() and name.isidentifier() and len(name) <= 40 else "body"


def _sound(text: str) -> bool:
    """Whether a text has no half characters and no control characters but line breaks and tabs."""
    return all(unicodedata.category(character) not in {"Cs", "Cc"} or character in "\n\r\t" for character in text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key stands twice")
    return read
