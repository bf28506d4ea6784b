"""The desk's audit trail: who did what and when. The database refuses to change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from web.desk.clock import Clock, utc_now
from web.desk.database import transaction
from web.desk.models import AuditRow

_OF_ACCOUNTS = ("account made", "account changed", "account unlocked", "sign-in link made", "password set")
_COLUMNS = (AuditRow.at, AuditRow.who, AuditRow.what, AuditRow.subject)


@dataclass(frozen=True)
class Noted:
    """One line of the trail."""

    at: dt.datetime
    who: str
    what: str
    subject: str | None


def note(connection: Connection, at: dt.datetime, who: str, what: str, subject: str | None = None) -> None:
    """Add a line, in the transaction of what it tells of."""
    connection.execute(sa.insert(AuditRow).values(at=at, who=who, what=what, subject=subject))


class Audit:
    """Adds to the trail and tells it.

    Args:
        engine: the desk's database.
        now: the time.
    """

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    def note(self, who: str, what: str, subject: str | None = None) -> None:
        """Add a line of its own.

        Raises:
            DeskUnavailable: if it cannot be written.
        """
        with self.noting(who, what, subject):
            pass

    @contextmanager
    def noting(self, who: str, what: str, subject: str | None = None) -> Iterator[None]:
        """Add a line of what is done within: if it fails, there is no line, and if the line cannot be kept, it fails.

        Raises:
            DeskUnavailable: if it cannot be written.
        """
        with transaction(self._engine) as connection:
            note(connection, self._now(), who, what, subject)
            yield

    def about(self, name: str, most: int = 20) -> tuple[Noted, ...]:
        """The newest sign-ins, links, passwords and changes of one account.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        theirs = sa.or_(AuditRow.subject == name, AuditRow.subject.startswith(f"{name} (", autoescape=True))
        mine = sa.and_(AuditRow.who == name, AuditRow.what.in_(("signed in", "signed out", "single sign-on bound")))
        about = sa.and_(AuditRow.what.in_(_OF_ACCOUNTS), theirs)
        query = sa.select(*_COLUMNS).where(sa.or_(mine, about)).order_by(AuditRow.id.desc()).limit(most)
        with transaction(self._engine) as connection:
            return tuple(Noted(*row) for row in connection.execute(query))

    def newest(self, most: int = 200) -> tuple[Noted, ...]:
        """The newest lines.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        query = sa.select(*_COLUMNS).order_by(AuditRow.id.desc()).limit(most)
        with transaction(self._engine) as connection:
            return tuple(Noted(*row) for row in connection.execute(query))
