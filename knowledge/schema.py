"""The schema, brought up to date by Alembic."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from knowledge.errors import StoreUnavailable

_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps its context in the module; other processes wait in migrations/env.py


def config(engine: Engine) -> Config:
    """Alembic's configuration for an engine; no alembic.ini is needed."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["engine"] = engine
    return settings


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema.

    Raises:
        StoreUnavailable: if the database cannot be reached or changed.
    """
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(config(engine), "head")
    except (SQLAlchemyError, CommandError) as error:
        raise StoreUnavailable(f"cannot set up {engine.url!r}: {error.__class__.__name__}: {str(error).splitlines()[0]}") from error
