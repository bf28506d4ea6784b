"""The store's schema."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Engine

from database import DatabaseUnavailable, Schema
from knowledge.errors import StoreUnavailable

SCHEMA = Schema(Path(__file__).parent / "migrations")


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema.

    Raises:
        StoreUnavailable: if the database cannot be reached or changed.
    """
    try:
        SCHEMA.upgrade(engine)
    except DatabaseUnavailable as error:
        raise StoreUnavailable(str(error)) from error
