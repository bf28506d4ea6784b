"""One event of the stream: its fields, and how it is written and read. It has no room for words.

Every text of it is a name out of the content or the code: letters, digits, `_`, `.` and `-`, without a space. It knows the hour and
not the minute, and no conversation: it cannot be laid beside a transcript.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from typing import Any, Optional

from pydantic import BaseModel, ConstrainedInt, ConstrainedStr, Field, StrictBool, StrictInt, ValidationError, validator

VERSION = 1
MOST_BYTES = 16_384
_HOUR = "%Y-%m-%dT%H:00Z"


class BadEvent(ValueError):
    """A message of the stream is no event that this version can read; says why, and repeats nothing of it."""


class Name(ConstrainedStr):
    """A name, never a sentence."""

    strict = True
    regex = re.compile(r"[A-Za-z0-9_.\-]{1,80}\Z")


class Word(Name):
    """A short name."""

    regex = re.compile(r"[a-z_]{1,20}\Z")


class Key(Name):
    """32 hexadecimal digits."""

    regex = re.compile(r"[0-9a-f]{32}\Z")


class Number(ConstrainedInt):
    """A whole number that every database has room for."""

    strict = True
    ge = 0
    le = 2**31 - 1


def name(value: object) -> str | None:
    """The value where it is a name; None for anything else, so that nothing else can get into an event."""
    return value if isinstance(value, str) and Name.regex.match(value) else None


class Event(BaseModel):
    """Something that happened in a conversation.

    Attributes:
        id: random; the same event delivered twice has the same.
        type: `begun`, `reply`, `handoff` or `feedback`.
        at: the hour, as UTC without a zone.
        channel: where.
        kind: of a reply (`answer`, `gap`, ...).
        entry: that was told or rated.
        revision: of the entry.
        topic: of the entry.
        facts: that a reply told.
        part: a reply's place in its turn, from 1: as many turns as there are first parts.
        pressed: whether a button asked, not typed text.
        milliseconds: from the message to its replies.
        missed: whether the question stays without an answer.
        reason: why a person is needed.
        helpful: whether a reply helped.
        changed: whether feedback takes the place of the opposite.
    """

    v: StrictInt = Field(VERSION)
    id: Key = Field(default_factory=lambda: Key(uuid.uuid4().hex))
    type: Word
    at: dt.datetime
    channel: Word
    kind: Optional[Word] = None
    entry: Optional[Name] = None
    revision: Optional[Number] = None
    topic: Optional[Name] = None
    facts: tuple[Name, ...] = ()
    part: Optional[Number] = None
    pressed: Optional[StrictBool] = None
    milliseconds: Optional[Number] = None
    missed: Optional[StrictBool] = None
    reason: Optional[Word] = None
    helpful: Optional[StrictBool] = None
    changed: Optional[StrictBool] = None

    @validator("v")
    def _known(cls, value: int) -> int:
        if value != VERSION:
            raise ValueError("of another version")
        return value

    @validator("at", pre=True)
    def _hour(cls, value: Any) -> dt.datetime:
        """Told as text in one form alone, as a number never."""
        moment = value if isinstance(value, dt.datetime) else dt.datetime.strptime(str(value), _HOUR)
        return moment.replace(minute=0, second=0, microsecond=0, tzinfo=None)

    @validator("facts")
    def _once(cls, value: tuple[Name, ...]) -> tuple[Name, ...]:
        return tuple(dict.fromkeys(value))

    def body(self) -> bytes:
        """The event as a message carries it: JSON, without what it does not have."""
        told = {key: value for key, value in self.dict(exclude={"at"}).items() if value is not None and value != ()}
        return json.dumps({**told, "at": self.at.strftime(_HOUR)}, separators=(",", ":"), sort_keys=True).encode()


def read(body: bytes) -> Event:
    """The event of a message. Fields that this version does not know are left out.

    Raises:
        BadEvent: if it is none.
    """
    if len(body) > MOST_BYTES:
        raise BadEvent(f"{len(body)} bytes")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadEvent("not JSON") from error
    if not isinstance(told, dict):
        raise BadEvent("not an object")
    if not {"v", "id"} <= set(told):
        raise BadEvent("without version or id")
    try:
        return Event(**{key: value for key, value in told.items() if key in Event.__fields__})
    except (ValidationError, OverflowError) as error:
        wrong = sorted({str(one["loc"][0]) for one in error.errors()}) if isinstance(error, ValidationError) else ["at"]
        raise BadEvent(f"wrong: {', '.join(wrong)}") from error
