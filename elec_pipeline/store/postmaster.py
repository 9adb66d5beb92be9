"""Processes, locks and logs of a PostgreSQL server, one function each.

Here: running PostgreSQL's programs, locks between processes, whether a recorded postmaster lives, what
a killed one left behind, and its logs. Not here: which of these steps a start or a stop consists of.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.locks import try_lock
from elec_pipeline.store.postmaster_account import ServerAccount

PORT = 5432
"""Only part of the socket's name: the server listens on no network."""
PATIENCE = 120.0
"""Seconds that a start, a stop or a recovery may take."""
TAIL_LINES = 15
LOG_CYCLE = 6.5 * 24 * 3600
"""Seconds after which the log of a weekday is about to be written anew."""


def run(
    program: Path, *arguments: str | Path, account: ServerAccount | None = None, pass_fds: Sequence[int] = ()
) -> tuple[int, str]:
    """Run one of PostgreSQL's programs and return its exit code and output.

    Its output goes to a file: the server inherits it, and would keep a pipe open for ever. It sees none
    of our environment, where a `PGDATA` or `PGHOST` could lead it astray and secrets could be read.

    Args:
        program: What to run.
        *arguments: Its arguments.
        account: Under which account; ours where none is given.
        pass_fds: Open files that it and the server it starts keep.

    Raises:
        EmbeddedServerError: It does not end.
        OSError: It cannot be started.
    """
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    with tempfile.TemporaryFile() as output:
        try:
            finished = subprocess.run(  # noqa: S603 - the wheel's programs, paths and settings of ours
                [str(program), *(str(argument) for argument in arguments)],
                check=False,
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=pass_fds,
                timeout=PATIENCE + 10,
                **(account.identity if account else {}),
            )
        except subprocess.TimeoutExpired:
            raise EmbeddedServerError(
                f"{program} did not end within {PATIENCE + 10:.0f} s: look whether the disk or the machine "
                "is overloaded, then try again."
            ) from None
        output.seek(0)
        return finished.returncode, output.read().decode(errors="replace").strip()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes, and other threads of this one, out of the block.

    Raises:
        EmbeddedServerError: Somebody else holds the lock for too long.
    """
    deadline = time.monotonic() + 2 * PATIENCE
    while (descriptor := try_lock(path)) is None:
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"Another process has been starting or stopping the database for {2 * PATIENCE:.0f} s and "
                f"holds {path}: see which one with `fuser {path}`, end it and try again."
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        os.close(descriptor)


def recorded_pid(data: Path) -> int | None:
    """Return the process id in `postmaster.pid`, if there is one."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def lives(data: Path) -> bool:
    """Say whether the recorded process is a living postmaster of this data folder.

    A number alone proves nothing: after a restart of the machine or container another program may bear
    it. Neither does a zombie, which nobody reaps where a container's first process is no init.
    """
    pid = recorded_pid(data)
    if pid is None:
        return False
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False


def clear_leftovers(data: Path, socket_folder: Path) -> None:
    """Remove what a killed postmaster left, where it would keep PostgreSQL from starting.

    PostgreSQL itself sees through a recorded id that no process bears, and looks for surviving backends
    then; it gives up where a zombie or another program bears it. Only that case is ours. Call it when
    nothing of the server lives.
    """
    pid = recorded_pid(data)
    if pid is not None and psutil.pid_exists(pid):
        socket = socket_folder / f".s.PGSQL.{PORT}"
        for leftover in (data / "postmaster.pid", socket.with_name(f"{socket.name}.lock"), socket):
            leftover.unlink(missing_ok=True)


def drop_old_logs(logs: Path) -> None:
    """Remove logs of last week; the server empties the ones whose turn comes only while it runs."""
    for log in logs.glob("*.log"):
        if time.time() - log.stat().st_mtime > LOG_CYCLE:
            log.unlink(missing_ok=True)


def log_tail(logs: Path) -> str:
    """Return the newest log's path and last lines, for an error message."""
    with suppress(OSError):
        written = [log for log in logs.glob("*.log") if log.stat().st_size]
        newest = max(written, key=lambda log: log.stat().st_mtime, default=None)
        if newest is not None:
            lines = newest.read_text(errors="replace").splitlines()[-TAIL_LINES:]
            return f"The log {newest} ends:\n" + "\n".join(f"  {line}" for line in lines)
    return f"There is no log in {logs}."
