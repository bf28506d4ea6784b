"""Alembic's environment: runs on the engine it is handed."""

from database.migrating import migrate
from knowledge.models import Base

migrate(Base.metadata, "alembic_version")
