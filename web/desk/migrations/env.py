"""Alembic's environment: runs on the engine it is handed."""

from alembic import context

from web.desk.models import VERSIONS, Base

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, version_table=VERSIONS)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
