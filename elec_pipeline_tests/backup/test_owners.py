"""Roles and rights on a server where not everything belongs to whoever restores."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from elec_pipeline.backup import making
from elec_pipeline.backup.restoring import restore
from elec_pipeline.commands.backup import run_backup
from elec_pipeline.errors import StoreError
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.database import dagster_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.backup.conftest import contents, databases, settings_of

OWNER = "elec_keep_owner"
_OWNERS = """
SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()
UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'elec'
UNION SELECT tableowner FROM pg_tables WHERE schemaname = 'elec'
"""

_TABLES = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('elec', 'public')"


@pytest.fixture
def owned(platform: Settings, server: EmbeddedServer) -> Iterator[Settings]:
    """The same platform, whose databases and tables belong to a role that may not make databases."""
    ours = urls.database_name(platform.database_url.get_secret_value())
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {OWNER} LOGIN")
        for name in (ours, f"{ours}_dagster"):
            admin.execute(f"ALTER DATABASE {name} OWNER TO {OWNER}")
    for name in (ours, f"{ours}_dagster"):
        with psycopg.connect(urls.for_psycopg(server.url(name))) as connection:
            for schema in ("elec", "public"):
                if connection.execute("SELECT to_regnamespace(%s)", [schema]).fetchone() != (None,):
                    connection.execute(f"ALTER SCHEMA {schema} OWNER TO {OWNER}")
            tables = connection.execute(_TABLES).fetchall()
            for (table,) in tables:
                connection.execute(f"ALTER TABLE {table} OWNER TO {OWNER}")
    with psycopg.connect(urls.for_psycopg(server.url(ours))) as connection:
        connection.execute(f"REVOKE CONNECT ON DATABASE {ours} FROM PUBLIC")
    yield platform
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        for name in databases(server):
            if name.startswith(ours):
                with psycopg.connect(urls.for_psycopg(server.url(name)), autocommit=True) as connection:
                    connection.execute(f"REASSIGN OWNED BY {OWNER} TO postgres")
                    connection.execute(f"DROP OWNED BY {OWNER}")
        admin.execute(f"DROP ROLE {OWNER}")


def test_what_an_administrator_restores_belongs_to_whom_it_belonged(owned: Settings) -> None:
    url = owned.database_url.get_secret_value()
    made, before = making.make(owned, owned.backup_folder), contents(owned)
    restore(owned, made, replace=True, say=lambda _line: None)
    assert contents(owned) == before
    as_owner = url.replace("postgres@", f"{OWNER}@")
    with psycopg.connect(urls.for_psycopg(as_owner)) as connection:
        assert connection.execute(_OWNERS).fetchall() == [(OWNER,)]
        is_open = "SELECT has_database_privilege('public', current_database(), 'CONNECT')"
        assert connection.execute(is_open).fetchone() == (False,)
    with psycopg.connect(urls.for_psycopg(urls.with_database(as_owner, dagster_database(url)))) as connection:
        connection.execute("INSERT INTO runs (body) VALUES ('one more')")


def test_an_account_that_may_not_make_databases_is_told_who_can(owned: Settings, server: EmbeddedServer) -> None:
    as_owner = settings_of(
        owned.database_url.get_secret_value().replace("postgres@", f"{OWNER}@"), owned.elec_home
    )
    said: list[str] = []
    made = run_backup(as_owner, None, verify=False, say=said.append)
    assert "rows of elec and dagster" in said[0]
    there, before = databases(server), contents(owned)
    with pytest.raises(StoreError, match=r"CREATEDB.*administrator.*Nothing was changed"):
        restore(as_owner, made, replace=True, say=lambda _line: None)
    assert databases(server) == there
    assert contents(owned) == before
