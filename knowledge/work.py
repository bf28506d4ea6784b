"""Units of work: one transaction a step, and one writer at a time, so that what was checked still holds when it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge.errors import Conflict, StoreUnavailable

_WRITERS = 820_411_001  # PostgreSQL's advisory lock of all who write content


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that writes: committed whole at the end, or not at all.

    Writers wait for one another: SQLite by taking the write lock first, PostgreSQL by an advisory lock. Curation is rare and
    its steps short; the audit trail needs an order in any case.

    Raises:
        Conflict: if a rule of the database refuses what is written.
        StoreUnavailable: if the database fails.
    """
    try:
        with Session(engine, future=True) as session, session.begin():
            if engine.dialect.name == "sqlite":
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            else:
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
            yield session
            session.flush()
    except IntegrityError as error:
        raise Conflict(f"the store refused the step: {str(error.orig).splitlines()[0]}") from error
    except SQLAlchemyError as error:
        raise unavailable(engine, error, "write to") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that reads.

    Raises:
        StoreUnavailable: if the database fails.
    """
    try:
        with Session(engine, future=True) as session:
            yield session
    except SQLAlchemyError as error:
        raise unavailable(engine, error, "read") from error


def unavailable(engine: Engine, error: SQLAlchemyError, doing: str) -> StoreUnavailable:
    """What is told of a database that fails, with the way out where the schema is missing or old."""
    said = str(error).splitlines()[0]
    unready = ("no such table", "no such column", "has no column", "UndefinedTable", "UndefinedColumn")
    hint = "; `python -m knowledge load` sets it up" if any(part in said for part in unready) else ""
    return StoreUnavailable(f"cannot {doing} {engine.url!r}: {said}{hint}")
