"""Run Alembic on the connection that warehouse.migrate hands over."""

from alembic import context

config = context.config
parts = config.attributes.get("target_metadata")
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["merge"](parts) if parts else None,
    **config.attributes["options"],
)
with context.begin_transaction():
    context.run_migrations()
