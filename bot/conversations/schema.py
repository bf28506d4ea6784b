"""The schema, brought up to date by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations.errors import ConversationsUnavailable


def config(engine: Engine) -> Config:
    """Alembic's configuration for an engine; no alembic.ini is needed."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["engine"] = engine
    return settings


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema.

    Raises:
        ConversationsUnavailable: if the database cannot be reached or changed.
    """
    try:
        command.upgrade(config(engine), "head")
    except (SQLAlchemyError, CommandError, OSError) as error:
        raise ConversationsUnavailable(f"cannot set up {engine.url!r}: {type(error).__name__}: {str(error).splitlines()[0]}") from error
