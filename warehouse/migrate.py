"""Bring the warehouse's own tables to the state the code expects, and say where they differ."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, text

from warehouse import tables

MIGRATIONS = Path(__file__).parent / "migrations"
OURS = {"raw", "restricted", "audit", "quarantine"}


def upgrade(engine: Engine) -> None:
    """Run every revision that the database has not seen, as the role of `engine` (the owner of the schemas)."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), "head")
        # Alembic's own table is the one that no revision describes.
        connection.execute(text("comment on table audit.alembic_version is 'Which revision the tables stand at.'"))
        connection.execute(text("comment on column audit.alembic_version.version_num is 'Name of the revision.'"))


def revise(engine: Engine, message: str, *metadata: MetaData) -> None:
    """Write a revision that brings the database to `metadata` (raw tables from contracts) and the ledger's tables."""
    with engine.begin() as connection:
        config = _config(connection)
        config.attributes["target_metadata"] = [tables.metadata, *metadata]
        command.revision(config, message=message, autogenerate=True)


def drift(engine: Engine, *metadata: MetaData) -> list:
    """Return the differences between the migrated database and the metadata; empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=_options())
        return compare_metadata(context, _merged([tables.metadata, *metadata]))


def _options() -> dict:
    return {
        "include_schemas": True,
        "include_name": lambda name, kind, parents: kind != "schema" or name in OURS,
        "compare_type": True,
        "version_table_schema": "audit",
    }


def _merged(parts: list[MetaData]) -> MetaData:
    merged = MetaData()
    for part in parts:
        for table in part.tables.values():
            table.to_metadata(merged)
    return merged


def _config(connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["options"] = _options()
    config.attributes["merge"] = _merged
    return config
