"""Alembic's entry: runs the migrations on the connection that server/upgrading.py hands over, in one transaction each."""

from alembic import context
from geoalchemy2 import alembic_helpers

from server.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transactional_ddl=True,
    include_object=alembic_helpers.include_object,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
)
context.run_migrations()
