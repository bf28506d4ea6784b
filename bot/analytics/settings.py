"""Settings of analytics, read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.settings import SettingsError

DEFAULT_DATABASE = "sqlite:///.data/analytics.db"
_MOST_DAYS = 3650.0


@dataclass(frozen=True)
class AnalyticsSettings:
    """Where events are counted, and for how long.

    Attributes:
        database_url: SQLAlchemy URL; SQLite or PostgreSQL.
        keep_days: after so many days an event is deleted.
    """

    database_url: str = field(default=DEFAULT_DATABASE, repr=False)
    keep_days: float = 400.0

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> AnalyticsSettings:
        """Read `ANALYTICS_DATABASE_URL` and `ANALYTICS_KEEP_DAYS`.

        Raises:
            SettingsError: for a number of days that is none, or outside 1 to 3650.
        """
        given = environ.get("ANALYTICS_KEEP_DAYS", "400").strip()
        try:
            days = float(given)
        except ValueError:
            days = 0.0
        if not 1 <= days <= _MOST_DAYS:
            raise SettingsError(f"ANALYTICS_KEEP_DAYS is '{given}'; give a number of days from 1 to 3650")
        return cls(environ.get("ANALYTICS_DATABASE_URL", "").strip() or DEFAULT_DATABASE, days)
