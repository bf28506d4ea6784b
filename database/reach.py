"""PostgreSQL with an end to waiting on our side: its own limits (`statement_timeout`, `connect_timeout`) say nothing where it hangs.

A wait that ends without an answer closes its connection. For a moment nobody asks that server again; then one goes ahead and looks,
and the others follow once it has answered. So a server that hangs costs one person a second now and then, and not everybody.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from typing import Any
from weakref import WeakValueDictionary

import psycopg2
from psycopg2 import extensions
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from database.patience import is_endless, patience

logger = logging.getLogger(__name__)
#: Seconds for which a server that gave no answer is not asked again.
PAUSE = 2.0
#: Who had only so long to wait cannot say that a server hangs: the time went elsewhere.
_TOO_SHORT = 0.05


class Reach:
    """Whether a server answers; shared by all engines that lead to it.

    Args:
        name: of the server, for the log.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._again_at: float | None = None

    def ask(self) -> None:
        """Call before a connection is used.

        Raises:
            psycopg2.OperationalError: if the server gave no answer a moment ago, or another looks whether it does now.
        """
        with self._lock:
            if self._again_at is None:
                return
            now = time.monotonic()
            if now < self._again_at:
                raise psycopg2.OperationalError(f"PostgreSQL at {self._name} gave no answer a moment ago")
            self._again_at = now + PAUSE  # this one looks

    @property
    def in_doubt(self) -> bool:
        """Whether it gave no answer when it was asked last."""
        return self._again_at is not None

    def found(self) -> None:
        """It has answered."""
        if not self.in_doubt:
            return
        with self._lock:
            back, self._again_at = self._again_at is not None, None
        if back:
            logger.warning("PostgreSQL at %s answers again", self._name)

    def lost(self, seconds: float) -> psycopg2.OperationalError:
        """It gave no answer; what to raise."""
        with self._lock:
            first = self._again_at is None
            self._again_at = time.monotonic() + PAUSE
        if first:
            logger.error("PostgreSQL at %s gives no answer; it is asked again every few seconds", self._name)
        return psycopg2.OperationalError(f"PostgreSQL at {self._name} gave no answer within {seconds:.1f} s")


_reaches: WeakValueDictionary[tuple[str, int], Reach] = WeakValueDictionary()
_making = threading.Lock()


def bounded(url: URL, seconds: float | None, connect_seconds: float) -> dict[str, Any]:
    """What `sqlalchemy.create_engine` is to be told, so that no wait for this server is without end.

    Args:
        url: of the database.
        seconds: the longest wait for one answer where nobody waits for a reply (see `database.patience`); None: without end.
        connect_seconds: the longest wait for a connection; `connect_timeout` in the URL comes first. libpq's own is not heeded where
            somebody else does the waiting.

    Returns:
        `poolclass`, and `connection_factory` for psycopg2, which goes under `connect_args`.
    """
    extensions.set_wait_callback(_wait)  # of the process; it leaves connections alone that are not ours
    where = (url.host or "localhost", url.port or 5432)
    with _making:
        reach = _reaches.get(where)
        if reach is None:
            reach = _reaches[where] = Reach(f"{where[0]}:{where[1]}")
    connecting = float(str(url.query.get("connect_timeout", connect_seconds)))
    members = {"reach": reach, "seconds": seconds, "connect_seconds": connecting}
    return {
        "poolclass": type("ReachPool", (_Pool,), members),
        "connection_factory": type("BoundedConnection", (_Connection,), members),
    }


class _Connection(extensions.connection):
    reach: Reach
    seconds: float | None
    connect_seconds: float
    answered_at: float | None = None

    def in_doubt(self) -> bool:
        """Whether its server gave no answer when it was asked last."""
        return self.reach.in_doubt

    def longest(self) -> float | None:
        """Seconds that the next answer may take; None: without end."""
        ours = patience()
        if ours is not None and not is_endless():
            return ours.left
        if self.status == extensions.STATUS_SETUP:
            return self.connect_seconds
        return None if is_endless() else self.seconds


class _Pool(QueuePool):
    reach: Reach

    def connect(self) -> Any:
        """A connection that can be used, as far as can be told; one to a server in doubt has just answered."""
        self.reach.ask()
        connection = super().connect()
        self.reach.found()
        return connection


def _wait(connection: Any) -> None:
    """Wait until an operation of psycopg2 is done.

    Raises:
        psycopg2.OperationalError: if it is not in time; psycopg2 closes the connection then.
    """
    ours = patience()
    limit = connection.longest() if isinstance(connection, _Connection) else None
    poll, begun = select.poll(), time.monotonic()  # `select` cannot watch a file number beyond 1023
    while True:
        state = connection.poll()
        if state == extensions.POLL_OK:
            break
        if state not in (extensions.POLL_READ, extensions.POLL_WRITE):
            raise psycopg2.OperationalError("the connection to PostgreSQL is broken")
        number = connection.fileno()
        poll.register(number, select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        left = None if limit is None else max(0.0, begun + limit - time.monotonic()) * 1000
        if not poll.poll(left):
            if ours is not None:
                ours.ran_out()
            if limit is not None and limit < _TOO_SHORT:
                raise psycopg2.OperationalError("there is no time left to ask PostgreSQL")
            raise connection.reach.lost(limit or 0.0)
        poll.unregister(number)
    now = time.monotonic()
    if isinstance(connection, _Connection):
        connection.answered_at = now
    if ours is not None:
        ours.waited(now - begun)
