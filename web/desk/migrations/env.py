"""Alembic's environment: runs on the engine it is handed."""

from database.migrating import migrate
from web.desk.models import VERSIONS, Base

migrate(Base.metadata, VERSIONS)
