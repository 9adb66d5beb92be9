"""A database at an older migration, for the tests of the newer ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from elec_pipeline.store import database, urls
from elec_pipeline.store.database import connect
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.conftest import settings_for


def to_migration(engine: Engine, revision: str, *, down: bool = False) -> None:
    """Bring the tables of a database to a migration, from below or, where `down`, from above."""
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS elec"))
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)


@contextmanager
def older_database(server: EmbeddedServer, name: str, revision: str, reader: str) -> Iterator[Engine]:
    """Make a database with the tables of a migration, and a role that may read them all; both go afterwards."""
    server.ensure_database(name)
    engine = connect(settings_for(server.url(name)))
    to_migration(engine, revision)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {reader}"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA elec TO {reader}"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA elec TO {reader}"))
    yield engine
    engine.dispose()
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"DROP ROLE {reader}")
