"""The time, and secrets: what the tests put something else in place of."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Now, as UTC without a zone."""
    return dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)


def new_secret() -> str:
    """256 random bits, base64url."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
