"""What the project's stores share: engines, schemas and how they are brought up to date. Knows none of them."""

from __future__ import annotations

from database.engines import BadDatabaseUrl, BadPoolSize, DatabaseUnavailable, engines, make_engine, read_pool_size
from database.patience import answering
from database.schemas import Schema
from database.tables import NAMES, table_base

__all__ = [
    "NAMES",
    "BadDatabaseUrl",
    "BadPoolSize",
    "DatabaseUnavailable",
    "Schema",
    "answering",
    "engines",
    "make_engine",
    "read_pool_size",
    "table_base",
]
