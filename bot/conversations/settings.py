"""Settings of stored conversations, read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.settings import SettingsError
from database import BadPoolSize, read_pool_size

DEFAULT_DATABASE = "sqlite:///.data/conversations.db"
DEFAULT_POOL = 3
_MOST_DAYS = 365.0
_DAY = 86_400


@dataclass(frozen=True)
class ConversationSettings:
    """Where conversations lie and for how long.

    Attributes:
        database_url: SQLAlchemy URL; SQLite or PostgreSQL.
        keep_seconds: a conversation is deleted when nobody has used it for so long.
        handoffs_keep_days: so long after a handoff was done, its transcript is deleted.
        handoffs_open_keep_days: so long after it was asked for, a handoff that nobody finished is closed, and its transcript deleted.
        asked_keep_days: so long the wording of a question without an answer is kept.
        pool_size: connections to PostgreSQL at most.
        events: whether events are written down for the stream.
        events_keep_days: so long an event waits to be passed on to RabbitMQ; then it is given up.
    """

    database_url: str = field(default=DEFAULT_DATABASE, repr=False)
    keep_seconds: int = _DAY
    handoffs_keep_days: float = 30.0
    handoffs_open_keep_days: float = 90.0
    asked_keep_days: float = 90.0
    pool_size: int = DEFAULT_POOL
    events: bool = False
    events_keep_days: float = 30.0

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> ConversationSettings:
        """Read `CONVERSATIONS_DATABASE_URL` and `CONVERSATIONS_KEEP_DAYS`, `HANDOFFS_KEEP_DAYS`,
        `HANDOFFS_OPEN_KEEP_DAYS`, `ASKED_KEEP_DAYS`, `EVENTS_KEEP_DAYS` (a fraction is fine), `CONVERSATIONS_POOL_SIZE`, `EVENTS_STREAM`.

        Raises:
            SettingsError: for a number of days that is none, or outside 0.01 to 365; for one of connections outside 1 to 100; for
                another word than yes and no.
        """
        try:
            pool_size = read_pool_size(environ, "CONVERSATIONS_POOL_SIZE", DEFAULT_POOL)
        except BadPoolSize as error:
            raise SettingsError(str(error)) from error
        events = environ.get("EVENTS_STREAM", "").strip() or "no"
        if events not in {"yes", "no"}:
            raise SettingsError(f"EVENTS_STREAM is '{events}'; use 'yes' or 'no'")
        return cls(
            environ.get("CONVERSATIONS_DATABASE_URL", "").strip() or DEFAULT_DATABASE,
            round(_days(environ, "CONVERSATIONS_KEEP_DAYS", "1") * _DAY),
            _days(environ, "HANDOFFS_KEEP_DAYS", "30"),
            _days(environ, "HANDOFFS_OPEN_KEEP_DAYS", "90"),
            _days(environ, "ASKED_KEEP_DAYS", "90"),
            pool_size,
            events == "yes",
            _days(environ, "EVENTS_KEEP_DAYS", "30"),
        )


def _days(environ: Mapping[str, str], name: str, default: str) -> float:
    given = environ.get(name, default).strip()
    try:
        days = float(given)
    except ValueError:
        days = 0.0
    if not 0.01 <= days <= _MOST_DAYS:
        raise SettingsError(f"{name} is '{given}'; give a number of days from 0.01 to 365")
    return days
