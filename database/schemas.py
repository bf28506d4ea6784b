"""Schemas, brought up to date by Alembic."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from database.engines import DatabaseUnavailable
from database.patience import endless

_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps its context in the module; other processes wait in `migrating`


class Schema:
    """The schema of one store.

    Args:
        migrations: Alembic's folder; its env.py calls `database.migrating.migrate`.
    """

    def __init__(self, migrations: Path) -> None:
        self._migrations = migrations

    def revisions(self) -> tuple[str, ...]:
        """All revisions that there are, the newest first."""
        settings = Config()
        settings.set_main_option("script_location", str(self._migrations))
        return tuple(script.revision for script in ScriptDirectory.from_config(settings).walk_revisions())

    def config(self, engine: Engine) -> Config:
        """Alembic's configuration for an engine; no alembic.ini is needed."""
        settings = Config()
        settings.set_main_option("script_location", str(self._migrations))
        settings.attributes["engine"] = engine
        return settings

    def upgrade(self, engine: Engine, revision: str = "head") -> None:
        """Bring a database to a revision of the schema, the newest where none is named.

        Raises:
            DatabaseUnavailable: if it cannot be reached or changed.
        """
        try:
            with _ONE_AT_A_TIME, endless():
                command.upgrade(self.config(engine), revision)
        except (SQLAlchemyError, CommandError, OSError) as error:
            raise DatabaseUnavailable(f"cannot set up {engine.url!r}: {type(error).__name__}: {str(error).splitlines()[0]}") from error
