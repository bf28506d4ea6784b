"""How tables are declared: constraints have names, so that migrations can change them on every database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def table_base() -> Any:
    """The class that the tables of one store are made from, with a `metadata` of its own."""
    return declarative_base(metadata=sa.MetaData(naming_convention=NAMES))
