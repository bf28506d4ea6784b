"""Guessing made slow: by account name and by address, each with a delay that doubles."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from web.desk.clock import Clock, hashed, utc_now
from web.desk.database import transaction
from web.desk.errors import DeskUnavailable
from web.desk.models import AttemptRow

FREE_BY_NAME, FREE_BY_ADDRESS = 4, 20
LONGEST = dt.timedelta(minutes=15)
_FORGET = dt.timedelta(hours=24)


def delay(failures: int, free: int) -> dt.timedelta:
    """How long nothing is looked at after so many failures in a row."""
    over = failures - free
    return dt.timedelta() if over <= 0 else min(dt.timedelta(seconds=2 ** min(over, 20)), LONGEST)


class Lockout:
    """Counts attempts before they are looked at, so that many at once count as well.

    Args:
        engine: the desk's database.
        now: the time.
    """

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    def admit(self, name: str, address: str) -> bool:
        """Whether an attempt may be looked at; it counts as failed until `succeeded` says otherwise.

        Unknown names are treated as known ones are.

        Raises:
            DeskUnavailable: if it cannot be counted.
        """
        for _ in range(3):
            try:
                with transaction(self._engine) as connection:
                    by_address = self._count(connection, _address(address), FREE_BY_ADDRESS)
                    return by_address and self._count(connection, _name(name), FREE_BY_NAME)
            except DeskUnavailable as error:
                if not isinstance(error.__cause__, IntegrityError):  # first attempts at once: the other has made the row
                    raise
        return False

    def succeeded(self, name: str, address: str) -> None:
        """The attempt was right: forget the name's failures, and take this one from the address's.

        Raises:
            DeskUnavailable: if it cannot be written.
        """
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(AttemptRow).where(AttemptRow.who == _name(name)))
            mine = sa.and_(AttemptRow.who == _address(address), AttemptRow.failures > 0)
            connection.execute(sa.update(AttemptRow).where(mine).values(failures=AttemptRow.failures - 1))
            connection.execute(sa.delete(AttemptRow).where(AttemptRow.until < self._now() - _FORGET))

    def unlock(self, name: str) -> None:
        """Forget a name's failures.

        Raises:
            DeskUnavailable: if it cannot be written.
        """
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(AttemptRow).where(AttemptRow.who == _name(name)))

    def _count(self, connection: Connection, who: str, free: int) -> bool:
        now = self._now()
        stale = sa.and_(AttemptRow.who == who, AttemptRow.until < now - _FORGET)
        connection.execute(sa.delete(AttemptRow).where(stale))
        open_ = sa.and_(AttemptRow.who == who, AttemptRow.until <= now)
        # The update takes the row's lock: the next attempt at once sees what this one leaves.
        if connection.execute(sa.update(AttemptRow).where(open_).values(failures=AttemptRow.failures + 1)).rowcount == 0:
            if connection.execute(sa.select(AttemptRow.who).where(AttemptRow.who == who)).first() is not None:
                return False
            connection.execute(sa.insert(AttemptRow).values(who=who, failures=1, until=now))
            return True
        failures = int(connection.execute(sa.select(AttemptRow.failures).where(AttemptRow.who == who)).scalar_one())
        connection.execute(sa.update(AttemptRow).where(AttemptRow.who == who).values(until=now + delay(failures, free)))
        return True


def _name(name: str) -> str:
    return f"name:{hashed(name.strip().lower())[:64]}"


def _address(address: str) -> str:
    return f"address:{address[:64]}"
