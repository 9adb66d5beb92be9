"""One platform for each ELEC_HOME: the lock of `elec up` and `elec demo`, and the processes that belong to it.

Here: who holds the lock, ending them, and what they left. Not here: which processes there are (`up`), and keeping
them alive (`processes`).

The lock is a held file, so it is free as soon as its holder is gone, however it ended. Every process of the
platform carries its ELEC_HOME in an environment variable of its own, by which it is found even where its parent
was killed and nobody knows its number.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.errors import AlreadyRunningError
from elec_pipeline.home import prepare
from elec_pipeline.locks import is_locked, try_lock

LOCK = "instance.lock"
MEMBER = "ELEC_INSTANCE"
"""Environment variable of every process of a platform; its value is ELEC_HOME. What runs alone, such as the
dashboard, has another value."""
STOP_WAIT_S = 20.0
"""Seconds that processes may take to end by themselves."""
CLEAN_UP_WAIT_S = 45.0
"""Seconds that a start waits for what a killed one left to be cleaned up."""
DOWN_WAIT_S = 90.0


@dataclass(frozen=True)
class Holder:
    """Who runs the platform.

    Attributes:
        pid: Its process.
        command: Such as `elec up`.
        since: When it started, ISO 8601, UTC.
    """

    pid: int
    command: str
    since: str

    def __str__(self) -> str:
        started = datetime.fromisoformat(self.since).astimezone(PARIS)
        return f"`{self.command}` (process {self.pid}, since {started:%Y-%m-%d %H:%M %Z})"


@contextmanager
def only_instance(home: Path, command: str) -> Iterator[int]:
    """Hold the lock of a state folder for as long as a block lasts; what a killed platform left is ended first.

    Args:
        home: ELEC_HOME.
        command: Shown to whoever comes second.

    Yields:
        The descriptor of the lock, for a process that must outlive this one.

    Raises:
        AlreadyRunningError: A platform runs here already; the message says which, and how to stop it.
    """
    path = prepare(home) / LOCK
    deadline = time.monotonic() + CLEAN_UP_WAIT_S
    while (descriptor := try_lock(path)) is None:
        running = holder(home)
        if time.monotonic() > deadline or (running is not None and psutil.pid_exists(running.pid)):
            raise AlreadyRunningError(
                f"{running or 'Another platform'} runs already with its state in {home}: stop it with "
                "`elec down`, or set ELEC_HOME to another folder."
            )
        time.sleep(0.1)
    try:
        end(members(str(home)))
        note = Holder(os.getpid(), command, datetime.now(UTC).isoformat(timespec="seconds"))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(note)).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def holder(home: Path) -> Holder | None:
    """Return who runs the platform of a state folder; None where nobody does."""
    path = home / LOCK
    if not is_locked(path):
        return None
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # it has just begun, and has not noted itself yet


def stop(home: Path) -> Holder | None:
    """Stop the platform of a state folder from outside, and wait until it has stopped.

    Returns:
        Who ran it; None where nobody did.

    Raises:
        AlreadyRunningError: It does not stop.
    """
    running = holder(home)
    if running is None:
        return None
    with suppress(psutil.NoSuchProcess):
        psutil.Process(running.pid).terminate()
    deadline = time.monotonic() + DOWN_WAIT_S
    while is_locked(home / LOCK):
        if time.monotonic() > deadline:
            raise AlreadyRunningError(
                f"{running} did not stop within {DOWN_WAIT_S:.0f} s: end it with `kill -9 {running.pid}`; what it "
                "leaves is ended by the next start."
            )
        time.sleep(0.1)
    return running


def members(token: str) -> list[psutil.Process]:
    """Return the living processes that carry a value of `MEMBER`, but for this one."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_member = process.environ().get(MEMBER) == token
            if is_member and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def end(processes: list[psutil.Process], *, patience_s: float = STOP_WAIT_S) -> None:
    """End processes: they are asked first, and killed where they do not end in time."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, deaf = psutil.wait_procs(processes, timeout=patience_s)
    for process in deaf:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(deaf, timeout=patience_s)
