"""What every store's Alembic environment does: one process at a time, all of it or nothing."""

from __future__ import annotations

import zlib
from typing import Any

from alembic import context
from alembic.util.exc import CommandError
from sqlalchemy.engine import Engine


def migrate(metadata: Any, version_table: str) -> None:
    """Run the migrations on the engine that Alembic's configuration was handed.

    Args:
        metadata: of the store's tables.
        version_table: where Alembic keeps its place; a name for each store, so that one database can hold several.

    Raises:
        CommandError: if references would lead to nothing afterwards; nothing is changed then.
    """
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # tables are made anew there, which their references must outlive; this cannot be set within a transaction
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({zlib.crc32(version_table.encode())})")
        try:
            context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, version_table=version_table)
            with context.begin_transaction():
                context.run_migrations()
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise CommandError("the migration would leave references to nothing")
            connection.commit()
        finally:
            if sqlite:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")
