"""A database at an older migration, for the tests of the newer ones."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from elec_pipeline.store import database


def to_migration(engine: Engine, revision: str, *, down: bool = False) -> None:
    """Bring the tables of a database to a migration, from below or, where `down`, from above."""
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS elec"))
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
