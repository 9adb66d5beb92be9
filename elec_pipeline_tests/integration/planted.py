"""Secrets that must be found nowhere, and the search for them in all that a run leaves."""

from __future__ import annotations

import base64
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from elec_pipeline.simulator.echo_replies import heard_of
from elec_pipeline.store import urls
from elec_pipeline_tests.raw_server import listening

CLIENT_ID = "planted-id-7f3e"
CLIENT_SECRET = 'Pl4nted/s3cr3t+="x y"'
PASSWORD = "p1anted@db/pass?w0rd"
API_KEY = "planted-api-key-11"
WEATHER_KEY = "planted-weather-key-5"
BASIC = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode("latin-1")).decode()


def forms() -> set[str]:
    """Return every form in which a planted secret may have got out, lower case."""
    written = [
        *heard_of(f"Basic {BASIC}"),
        *(
            form
            for secret in (CLIENT_SECRET, PASSWORD, API_KEY, WEATHER_KEY)
            for form in heard_of(f"Bearer {secret}")
        ),
        CLIENT_ID,
        CLIENT_SECRET[:12],  # where it was cut off
        PASSWORD[:9],
    ]
    return {form.lower().removeprefix("basic ").removeprefix("bearer ") for form in written}


def found_in(text: str, *more: str) -> set[str]:
    """Return the forms that a text holds."""
    lowered = text.lower()
    return {form for form in forms() | {each.lower() for each in more} if form in lowered}


def files_below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file but PostgreSQL's own, with its name and its text; file names may leak too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "postgres" not in path.relative_to(folder).parts:
            yield path, f"{path}\n{path.read_bytes().decode(errors='replace')}"


def open_to_others(folder: Path) -> list[Path]:
    """Return what in a folder, and the folder itself, others than its owner have any right on."""
    found = [folder, *folder.rglob("*")]
    return [path for path in found if not path.is_symlink() and path.stat().st_mode & 0o077]


def run_watched(
    command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, timeout_s: float
) -> tuple[subprocess.CompletedProcess[str], set[str]]:
    """Run a command; returns its end and every command line of it and its children that was seen."""
    shown: set[str] = set()
    ended = threading.Event()

    def watch(pid: int) -> None:
        while not ended.wait(0.05):
            with suppress(psutil.Error):
                here = psutil.Process(pid)
                for each in (here, *here.children(recursive=True)):
                    with suppress(psutil.Error):
                        shown.add("\0".join(each.cmdline()))

    with subprocess.Popen(  # noqa: S603 - our own commands
        command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        watcher = threading.Thread(target=watch, args=[process.pid])
        watcher.start()
        try:
            out, err = process.communicate(timeout=timeout_s)
        finally:
            ended.set()
            watcher.join()
            process.kill()
    return subprocess.CompletedProcess(command, process.returncode, out, err), shown - {""}


def rows_of(url: str) -> Iterator[tuple[str, str]]:
    """Yield every table of a database, with all its rows as text."""
    with psycopg.connect(urls.for_psycopg(url)) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, name in tables:
            rows = connection.execute(
                sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(schema, name))
            ).fetchall()
            yield f"{schema}.{name}", "\n".join(row for (row,) in rows)


def with_password(url: str) -> str:
    """Return a URL of the embedded server, which takes any password, with the planted one."""
    return url.replace("postgres@", f"postgres:{quote(PASSWORD, safe='')}@")


@contextmanager
def telltale_database() -> Iterator[str]:
    """A database server that asks for the password and refuses it, repeating it; yields its URL."""

    def refuse(caller: socket.socket) -> None:
        if caller.recv(4096)[4:8] == (80877103).to_bytes(4):  # may we speak TLS?
            caller.sendall(b"N")
            caller.recv(4096)
        caller.sendall(b"R" + (8).to_bytes(4) + (3).to_bytes(4))  # the password, in the clear
        told = caller.recv(4096)[5:-1]
        said = b'SFATAL\0C28P01\0Mpassword "' + told + b'" is wrong\0Dit was ' + quote(told).encode() + b"\0\0"
        caller.sendall(b"E" + (len(said) + 4).to_bytes(4) + said)

    with listening(refuse) as port:
        yield f"postgresql://ada:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/elec?sslmode=disable"
