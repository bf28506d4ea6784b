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


def _raise(row: Any) -> Any:
    """Writes a conversation's fence, unless a higher one stands there."""
    row = row.values(sender_id=sa.bindparam("sender_id"), fence=sa.bindparam("fence"))
    return row.on_conflict_do_update(
        index_elements=[_TABLE.c.sender_id], set_={"fence": row.excluded.fence}, where=_TABLE.c.fence <= row.excluded.fence
    )


class Fences:
    """The highest fence with which each conversation was written, beside Rasa's events. Other databases than PostgreSQL and SQLite
    have none.

    Args:
        engine: of the tracker store.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        insert = _INSERTS.get(engine.dialect.name)
        self._raise = None if insert is None else _raise(insert(_TABLE))
        if self._raise is not None:
            try:
                _TABLE.create(engine, checkfirst=True)
            except (IntegrityError, OperationalError, ProgrammingError):  # another worker makes it at the same moment
                if not sa.inspect(engine).has_table(_TABLE.name):
                    raise

    def raise_to(self, connection: Any, sender_id: str, fence: int) -> None:
        """Write a fence, within the transaction that writes the events.

        Raises:
            Fenced: if a higher one stands there.
        """
        if self._raise is not None and connection.execute(self._raise, {"sender_id": sender_id, "fence": fence}).rowcount == 0:
            raise Fenced("another worker has taken this conversation over; what this one would write is refused")

    def forget(self, sender_id: str) -> None:
        """Forget a conversation."""
        if self._raise is not None:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(_TABLE).where(_TABLE.c.sender_id == sender_id))
