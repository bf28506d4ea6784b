"""Alembic's environment: runs on the engine it is handed."""

from bot.analytics.models import VERSIONS, Base
from database.migrating import migrate

migrate(Base.metadata, VERSIONS)
