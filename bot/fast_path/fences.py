"""Keeps who was stopped for so long that another took over from writing behind that other's back (see `bot.locks.holding`)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

_TABLE = sa.Table(
    "conversation_fences",
    sa.MetaData(),
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("fence", sa.BigInteger, nullable=False),
)
_INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class Fenced(RuntimeError):
    """Another has taken the conversation over; nothing was written."""


class Fences:
    """The highest fence with which each conversation was written, beside Rasa's events. Other databases than PostgreSQL and SQLite
    have none.

    Args:
        engine: of the tracker store.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = _INSERTS.get(engine.dialect.name)
        if self._insert is not None:
            try:
                _TABLE.create(engine, checkfirst=True)
            except (IntegrityError, OperationalError, ProgrammingError):  # another worker makes it at the same moment
                if not sa.inspect(engine).has_table(_TABLE.name):
                    raise

    def raise_to(self, session: Any, sender_id: str, fence: int) -> None:
        """Write a fence, within the transaction that writes the events.

        Raises:
            Fenced: if a higher one stands there.
        """
        if self._insert is None:
            return
        row = self._insert(_TABLE).values(sender_id=sender_id, fence=fence)
        higher = row.on_conflict_do_update(
            index_elements=[_TABLE.c.sender_id], set_={"fence": row.excluded.fence}, where=_TABLE.c.fence <= row.excluded.fence
        )
        if session.execute(higher).rowcount == 0:
            raise Fenced("another worker has taken this conversation over; what this one would write is refused")

    def forget(self, sender_id: str) -> None:
        """Forget a conversation."""
        if self._insert is not None:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(_TABLE).where(_TABLE.c.sender_id == sender_id))
