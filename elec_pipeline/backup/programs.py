"""`pg_dump` and `pg_restore`: which of those at hand fit a server, and running them without showing a secret.

Here: finding them (the embedded server's wheel, PATH, the system's packages) and their environment. Not here: what
is dumped (`snapshot`).

The wheel's programs come first. They cannot encrypt connections: where ours is encrypted, the system's are taken,
never a connection in the clear. `pg_restore` only turns a dump into SQL here, and needs no server.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from elec_pipeline.errors import BackupError, EmbeddedServerError
from elec_pipeline.store import postmaster_binaries, urls

_SYSTEM = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/*postgresql@*/bin",
    "/usr/local/opt/*postgresql@*/bin",
)
"""Where the packages of Debian, Red Hat and Homebrew put the programs of each major version."""
_INHERITED = ("HOME", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Program:
    """A program of PostgreSQL.

    Attributes:
        path: Where.
        major: Its major version.
        can_encrypt: Whether it may be trusted to encrypt a connection.
    """

    path: Path
    major: int
    can_encrypt: bool


def pg_dump(server_major: int, *, encrypted: bool) -> Program:
    """Return a `pg_dump` for a server.

    Args:
        server_major: Its major version: an older pg_dump refuses it.
        encrypted: Whether the connection must be encrypted.

    Raises:
        BackupError: None is at hand; the message says what to install.
    """
    for each in _found("pg_dump"):
        if each.major >= server_major and (each.can_encrypt or not encrypted):
            return each
    at_hand = ", ".join(f"{each.path} ({each.major})" for each in _found("pg_dump")) or "none"
    over = " over an encrypted connection" if encrypted else ""
    raise BackupError(
        f"PostgreSQL {server_major}{over} needs pg_dump of version {server_major} or newer; at hand: {at_hand}. "
        f"Install PostgreSQL's client programs, on Debian `apt install postgresql-client-{server_major}`, and see "
        "that pg_dump is on PATH."
    )


def pg_restore(dump_major: int) -> Program:
    """Return a `pg_restore` that reads dumps of a version of `pg_dump`.

    Raises:
        BackupError: None is at hand; the message says what to install.
    """
    for each in _found("pg_restore"):
        if each.major >= dump_major:
            return each
    raise BackupError(
        f"The backup was made by pg_dump {dump_major}, and no pg_restore of that version or newer is at hand: "
        f"install PostgreSQL's client programs, on Debian `apt install postgresql-client-{dump_major}`."
    )


@contextmanager
def connecting(url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield how a program of PostgreSQL connects: what its command line may show, and its environment.

    The password is in the environment, which only this account can read; other secrets in a file of mode 0600 that
    is gone afterwards.
    """
    environment = environment_of_programs()
    if password := urls.password(url):
        environment["PGPASSWORD"] = password
    secrets = {name: urls.parameter(url, name) for name in urls.SECRET_PARAMETERS if name != "password"}
    lines = [f"{name}={value}" for name, value in secrets.items() if value]
    shown = urls.without_secrets(url)
    if not lines:
        yield shown, environment
        return
    if urls.parameter(url, "service"):
        raise BackupError(
            f"DATABASE_URL names a service and a secret of its own ({', '.join(lines).split('=')[0]}): put it "
            "into the service's file."
        )
    with tempfile.NamedTemporaryFile("w", prefix="elec-", suffix=".conf") as file:  # of mode 0600
        file.write("\n".join(["[elec]", *lines, ""]))
        file.flush()
        environment["PGSERVICEFILE"] = file.name
        yield urls.with_defaults(shown, service="elec"), environment


def environment_of_programs() -> dict[str, str]:
    """Return what a program of PostgreSQL sees of our environment: libpq's variables, and no secret of others."""
    kept = {name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith("PG")}
    for name in ("PGTZ", "PGDATESTYLE", "PGOPTIONS", "PGCLIENTENCODING"):
        kept.pop(name, None)
    return {**kept, "PATH": os.defpath, "LC_ALL": "C"}


def _found(name: str) -> list[Program]:
    """Return all of a name, in the order in which they are to be taken."""
    places: list[tuple[Path, bool]] = []
    with suppress(EmbeddedServerError):  # the system's may do
        places.append((postmaster_binaries.installed().program(name), False))
    if on_path := shutil.which(name):
        places.append((Path(on_path), True))
    places += [(folder / name, True) for folder in system_folders()]
    return [
        Program(path, major, can_encrypt) for path, can_encrypt in places if (major := major_of(path)) is not None
    ]


def system_folders() -> list[Path]:
    """Return the folders in which the system's packages put PostgreSQL's programs, newest names first."""
    return [folder for each in _SYSTEM for folder in sorted(Path("/").glob(each[1:]), reverse=True)]


@cache
def major_of(path: Path) -> int | None:
    """Return the major version of a program; None where it does not run."""
    try:
        said = subprocess.run(  # noqa: S603 - PostgreSQL's own
            [path, "--version"],
            capture_output=True,
            text=True,
            check=False,
            env=environment_of_programs(),
            timeout=30,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else None
