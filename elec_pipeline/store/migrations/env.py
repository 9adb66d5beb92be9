"""Alembic's entry point: runs the versions on the connection it is given."""

from alembic import context

from elec_pipeline.store import roles
from elec_pipeline.store.tables import SCHEMA, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
    # Once a version has handed the tables to their owner, what later ones make is the owner's as well.
    on_version_apply=lambda ctx, **_: roles.become_owner(ctx.connection),
)
with context.begin_transaction():
    context.run_migrations()
