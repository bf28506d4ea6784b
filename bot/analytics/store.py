"""Writes events and reads them. Every call blocks on the database: call it in a thread."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.analytics.models import EventRow, FactRow
from bot.analytics.settings import AnalyticsSettings
from bot.events.event import Event
from bot.settings import SettingsError
from database import BadDatabaseUrl, DatabaseUnavailable, Schema, make_engine

SCHEMA = Schema(Path(__file__).parent / "migrations")
_COLUMNS = tuple(column.name for column in EventRow.__table__.columns)
_DELETED_AT_ONCE = 5000


class AnalyticsUnavailable(RuntimeError):
    """The database of analytics is out of reach, or cannot be changed."""


class EventRefused(RuntimeError):
    """The database will not have one of the events, now or ever."""


class AnalyticsStore:
    """Events in a database.

    Args:
        engine: the database.
        keep: an event that is older is deleted, and not written any more.
        now: the time, as UTC without a zone.
    """

    def __init__(self, engine: Engine, keep: dt.timedelta, now: Callable[[], dt.datetime] | None = None) -> None:
        self._engine = engine
        self._keep = keep
        self._now = now or (lambda: dt.datetime.now(dt.timezone.utc).replace(tzinfo=None))
        self._lock = threading.Lock()
        self._ready = False

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._lock:
            if not self._ready:
                try:
                    SCHEMA.upgrade(self._engine)
                except DatabaseUnavailable as error:
                    raise AnalyticsUnavailable(str(error)) from error
                self._ready = True
        try:
            with self._engine.begin() as connection:
                yield connection
        except (DataError, IntegrityError) as error:
            raise EventRefused(type(error).__name__) from error
        except SQLAlchemyError as error:
            raise AnalyticsUnavailable(f"{type(error).__name__}: {str(error).splitlines()[0]}") from error

    def ready(self) -> bool:
        """Whether the database answers; its schema is brought up to date first.

        Raises:
            AnalyticsUnavailable: if it does not.
        """
        with self._connected() as connection:
            connection.execute(sa.select(EventRow.id).limit(1)).first()
        return True

    def is_old(self, event: Event) -> bool:
        """Whether an event is older than any that is kept."""
        return event.at < self._oldest()

    def _oldest(self) -> dt.datetime:
        return self._now() - self._keep

    def add(self, events: Sequence[Event]) -> int:
        """Write events with their facts, all or none; those that are there already stay as they are. How many were new.

        Raises:
            AnalyticsUnavailable: if they cannot be written now.
            EventRefused: if one of them never can.
        """
        rows = [{name: getattr(event, name) for name in _COLUMNS} for event in events]
        facts = [{"event_id": event.id, "fact": fact} for event in events for fact in event.facts]
        if not rows:
            return 0
        with self._connected() as connection:
            new = int(connection.execute(self._insert(EventRow).values(rows).on_conflict_do_nothing()).rowcount)
            if facts:
                connection.execute(self._insert(FactRow).on_conflict_do_nothing(), facts)
        return new

    def _insert(self, table: Any) -> Any:
        return (postgresql if self._engine.dialect.name == "postgresql" else sqlite).insert(table)

    def forget_old(self) -> int:
        """Delete what is older than is kept, a bounded number at a time; how many there were.

        Raises:
            AnalyticsUnavailable: if they cannot be deleted.
        """
        deleted, oldest = 0, self._oldest()
        some = sa.select(EventRow.id).where(EventRow.at < oldest).limit(_DELETED_AT_ONCE).scalar_subquery()
        while True:
            with self._connected() as connection:
                gone = int(connection.execute(sa.delete(EventRow).where(EventRow.id.in_(some))).rowcount)
            deleted += gone
            if gone < _DELETED_AT_ONCE:
                return deleted

    def rows(self, query: Any) -> list[Any]:
        """What a query over the tables finds.

        Raises:
            AnalyticsUnavailable: if the database cannot be read.
        """
        with self._connected() as connection:
            return list(connection.execute(query).all())


def open_analytics(settings: AnalyticsSettings) -> AnalyticsStore:
    """A store over the database that the settings name; it is first reached when something is asked of it.

    Raises:
        SettingsError: for a database URL that cannot be used.
        AnalyticsUnavailable: if the folder of an SQLite file cannot be made.
    """
    try:
        engine = make_engine(settings.database_url, "ANALYTICS_DATABASE_URL", statement_seconds=30, pool_size=3)
    except BadDatabaseUrl as error:
        raise SettingsError(str(error)) from error
    except DatabaseUnavailable as error:
        raise AnalyticsUnavailable(str(error)) from error
    return AnalyticsStore(engine, dt.timedelta(days=settings.keep_days))
