"""The schema of conversations, which three stores share."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy.engine import Engine

from bot.conversations.errors import ConversationsUnavailable
from database import DatabaseUnavailable, Schema

SCHEMA = Schema(Path(__file__).parent / "migrations")


class SetUp:
    """Brings a database up to date when it is first asked for, once.

    Args:
        engine: the database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._done = False
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Make sure of the newest schema.

        Raises:
            ConversationsUnavailable: if the database cannot be reached or changed.
        """
        with self._lock:
            if self._done:
                return
            try:
                SCHEMA.upgrade(self._engine)
            except DatabaseUnavailable as error:
                raise ConversationsUnavailable(str(error)) from error
            self._done = True
