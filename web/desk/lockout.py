"""Guessing made slow: by name and address together, by name alone, and by address, each with a delay that doubles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from web.desk.clock import Clock, hashed, utc_now
from web.desk.database import transaction
from web.desk.models import AttemptRow

#: Tries that cost no waiting. Of a name alone there are many, or an outsider could lock others out cheaply.
FREE_TOGETHER, FREE_BY_NAME, FREE_BY_ADDRESS, FREE_FLOWS = 4, 50, 20, 60
LONGEST = dt.timedelta(minutes=15)
_FORGET = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Attempt:
    """What one try counts against: rows with the tries they have free, in the order in which they are locked; and whose it is alone."""

    rows: Mapping[str, int]
    own: str | None = None


def by_password(name: str, address: str) -> Attempt:
    """A try of a name's password. Unknown names are treated as known ones are."""
    who, together = _name(name), f"{_pairs(name)}{hashed(address)[:24]}"
    return Attempt({who: FREE_BY_NAME, together: FREE_TOGETHER, _address(address): FREE_BY_ADDRESS}, together)


def by_link(address: str) -> Attempt:
    """A try of a sign-in link; it has no name that others could use up."""
    return Attempt({_address(address): FREE_BY_ADDRESS})


def by_flow(address: str) -> Attempt:
    """A single sign-on that was begun and not finished."""
    return Attempt({f"flow:{address[:64]}": FREE_FLOWS})


def delay(failures: int, free: int) -> dt.timedelta:
    """How long nothing is looked at after so many failures in a row."""
    over = failures - free
    return dt.timedelta() if over <= 0 else min(dt.timedelta(seconds=2 ** min(over, 20)), LONGEST)


class _NotNow(Exception):
    """Nothing is looked at; what the transaction wrote is undone with it, so that it leaves no rows."""


class Lockout:
    """Counts attempts before they are looked at, so that many at once count as well.

    Args:
        engine: the desk's database.
        now: the time.
    """

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    def admit(self, attempt: Attempt) -> bool:
        """Whether an attempt may be looked at; it counts as failed until `succeeded` says otherwise. One that may not counts nowhere.

        Raises:
            DeskUnavailable: if it cannot be counted.
        """
        now = self._now()
        try:
            with transaction(self._engine) as connection:
                failures = self._locked(connection, attempt, now, make=True)
                if any(until > now for _, until in failures.values()):
                    raise _NotNow
                for who, free in attempt.rows.items():
                    many, since = failures[who][0] + 1, failures[who][1]
                    wait = delay(many, free)
                    # Free tries are counted from the first of them: who comes every day must not put off their forgetting.
                    self._write(connection, who, failures=many, until=now + wait if wait or many == 1 else since)
        except _NotNow:
            return False
        return True

    def succeeded(self, attempt: Attempt) -> None:
        """The attempt was right: what its own row counted is taken from the others, and that row is gone.

        Raises:
            DeskUnavailable: if it cannot be written.
        """
        now = self._now()
        with transaction(self._engine) as connection:
            failures = self._locked(connection, attempt, now, make=False)
            less = failures[attempt.own][0] if attempt.own in failures else 1
            for who in failures:
                left = sa.case((AttemptRow.failures > less, AttemptRow.failures - less), else_=0)
                self._write(connection, who, failures=left, until=min(failures[who][1], now))
            connection.execute(sa.delete(AttemptRow).where(AttemptRow.who == (attempt.own or "")))
        self._forget_old()

    def unlock(self, name: str) -> None:
        """Forget a name's failures, from wherever they came.

        Raises:
            DeskUnavailable: if it cannot be written.
        """
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(AttemptRow).where(AttemptRow.who == _name(name)))
            connection.execute(sa.delete(AttemptRow).where(AttemptRow.who.startswith(_pairs(name), autoescape=True)))

    @staticmethod
    def _locked(connection: Connection, attempt: Attempt, now: dt.datetime, make: bool) -> dict[str, tuple[int, dt.datetime]]:
        """An attempt's rows, locked one after the other: who comes at the same time waits, and none waits for another in a ring."""
        found = dict[str, tuple[int, dt.datetime]]()
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        for who in attempt.rows:
            if make:
                connection.execute(insert(AttemptRow).values(who=who, failures=0, until=now).on_conflict_do_nothing())
            query = sa.select(AttemptRow.failures, AttemptRow.until).where(AttemptRow.who == who).with_for_update()
            row = connection.execute(query).first()
            if row is not None:
                # Nobody waits longer than the longest: a time beyond it was written before the clock was put back.
                until = row.until if row.until <= now + LONGEST else now
                found[who] = (0, now) if until < now - _FORGET else (int(row.failures), until)
        return found

    @staticmethod
    def _write(connection: Connection, who: str, **values: object) -> None:
        connection.execute(sa.update(AttemptRow).where(AttemptRow.who == who).values(values))

    def _forget_old(self) -> None:
        """Old rows go, but for those that somebody works on."""
        old = sa.select(AttemptRow.who).where(AttemptRow.until < self._now() - _FORGET).with_for_update(skip_locked=True)
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(AttemptRow).where(AttemptRow.who.in_(old)).execution_options(synchronize_session=False))


def _name(name: str) -> str:
    return f"name:{hashed(name.strip().lower())}"


def _pairs(name: str) -> str:
    return f"pair:{hashed(name.strip().lower())[:24]}:"


def _address(address: str) -> str:
    return f"address:{address[:64]}"
