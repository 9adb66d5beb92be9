"""Embedded servers for the tests: in processes of their own, and their process ids."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import elec_pipeline
from elec_pipeline.store import postmaster
from elec_pipeline.store.embedded import EmbeddedServer

# Everything is imported before the account changes: an interpreter in root's home is out of reach after.
CHILD = """
import encodings.idna, os, sys
from pathlib import Path
import psycopg
from elec_pipeline.store.embedded import EmbeddedServer
if len(sys.argv) > 2:
    os.setgroups([]), os.setgid(int(sys.argv[3])), os.setuid(int(sys.argv[2]))
server = EmbeddedServer(Path(sys.argv[1]))
server.ensure_running()
server.ensure_database("elec")
with psycopg.connect(server.url()) as connection:
    print(*connection.execute("SELECT pg_postmaster_start_time()::text").fetchone())
"""


def start_child(home: Path, *arguments: object, code: str = CHILD) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-W", "error", "-c", code, str(home), *(str(argument) for argument in arguments)],
        cwd=Path(elec_pipeline.__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def pid_of(server: EmbeddedServer) -> int:
    pid = postmaster.recorded_pid(server._data())  # noqa: SLF001
    assert pid is not None
    return pid
