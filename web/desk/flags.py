"""Answers that somebody at the desk says are wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from web.desk import audit
from web.desk.clock import Clock, utc_now
from web.desk.database import transaction
from web.desk.errors import Refused
from web.desk.models import WrongRow

LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Wrong:
    """One flag."""

    id: int
    entry: str
    revision: int | None
    note: str
    by: str
    at: dt.datetime


class Flags:
    """Flags in the desk's database.

    Args:
        engine: the desk's database.
        now: the time.
    """

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    def add(self, entry: str, revision: int | None, note: str, by: str) -> None:
        """Flag an answer as wrong; the note must be redacted by the caller.

        Raises:
            Refused: for a note that is empty or too long.
            DeskUnavailable: if it cannot be kept.
        """
        if not note.strip() or len(note) > LONGEST_NOTE:
            raise Refused(f"Say in a note of at most {LONGEST_NOTE} characters what is wrong.")
        with transaction(self._engine) as connection:
            values = {"entry": entry, "revision": revision, "note": note.strip(), "by": by, "at": self._now()}
            connection.execute(sa.insert(WrongRow).values(values))
            audit.note(connection, self._now(), by, "answer flagged", entry)

    def open(self) -> tuple[Wrong, ...]:
        """The flags that nobody has settled, the oldest first.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        columns = (WrongRow.id, WrongRow.entry, WrongRow.revision, WrongRow.note, WrongRow.by, WrongRow.at)
        with transaction(self._engine) as connection:
            rows = connection.execute(sa.select(*columns).where(WrongRow.settled_at.is_(None)).order_by(WrongRow.id)).all()
        return tuple(Wrong(*row) for row in rows)

    def settle(self, number: int, by: str) -> bool:
        """Settle a flag; False where there is none open of that number.

        Raises:
            DeskUnavailable: if it cannot be kept.
        """
        mine = sa.and_(WrongRow.id == number, WrongRow.settled_at.is_(None))
        with transaction(self._engine) as connection:
            done = connection.execute(sa.update(WrongRow).where(mine).values(settled_by=by, settled_at=self._now())).rowcount == 1
            if done:
                audit.note(connection, self._now(), by, "flag settled", str(number))
        return bool(done)
