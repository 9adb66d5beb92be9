"""What a command that runs for years keeps in order beside its child processes.

Here: the only platform of a state folder, its keeper, the embedded server. Not here: child processes
(`processes`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from elec_pipeline.commands import keeper
from elec_pipeline.commands.instance_lock import only_instance
from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.settings import Settings
from elec_pipeline.store.embedded import EmbeddedServer

Say = Callable[[str], None]
TEND_S = 3.0
"""How often a command looks whether its keeper and the embedded server are there, seconds."""


@contextmanager
def running_alone(settings: Settings, command: str, say: Say) -> Iterator[int]:
    """Run the only platform of a state folder; at the end the embedded server stops, unless others use it.

    Args:
        settings: Of the platform.
        command: Shown to whoever comes second.
        say: Prints a line for the user.

    Yields:
        The descriptor of the instance's lock.

    Raises:
        AlreadyRunningError: A platform runs here already.
    """
    with only_instance(settings.elec_home, command) as lock, leaving_embedded(settings, say):
        yield lock


@contextmanager
def leaving_embedded(settings: Settings, say: Say) -> Iterator[None]:
    """Stop the embedded server at the end of a block, unless others use it."""
    try:
        yield
    finally:
        if EmbeddedServer(settings.elec_home).leave():
            say("The embedded PostgreSQL server is stopped; its data stays.")


@contextmanager
def kept(home: Path, token: str, lock: int | None = None) -> Iterator[Callable[[], None]]:
    """Have a keeper clean up if this process is killed.

    Args:
        home: ELEC_HOME.
        token: Marks the processes to end.
        lock: Descriptor that the keeper inherits.

    Yields:
        What starts another keeper where this one was killed.
    """
    current = keeper.start(home, token, lock)

    def keep() -> None:
        nonlocal current
        if current.poll() is not None:
            current = keeper.start(home, token, lock)

    try:
        yield keep
    finally:
        keeper.dismiss(current)


def every(seconds: float, *tasks: Callable[[], None]) -> Callable[[], None]:
    """Return what carries out some tasks when it is called, but not more often than every so many seconds."""
    due = 0.0

    def tend() -> None:
        nonlocal due
        if time.monotonic() >= due:
            for task in tasks:
                task()
            due = time.monotonic() + seconds

    return tend


@contextmanager
def tended(
    task: Callable[[], object], *, every_s: float = TEND_S, longest_s: float | None = None
) -> Iterator[None]:
    """Carry out a task regularly, in a thread, for as long as a block lasts.

    Args:
        task: What to do; first after one pause.
        every_s: The pause, seconds.
        longest_s: How long to wait at the end for a task that goes on, seconds; None: until it is done.
    """
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(every_s):
            task()

    thread = threading.Thread(target=repeat, daemon=True, name="upkeep")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(longest_s)


def revive_embedded(settings: Settings, say: Say) -> Callable[[], None]:
    """Return what brings the embedded server back where it was killed; where there is none, it does nothing."""
    server = EmbeddedServer(settings.elec_home)
    told = ""

    def revive() -> None:
        nonlocal told
        if settings.database_url.get_secret_value():
            return
        try:
            if server.revive():
                say("The embedded PostgreSQL server was gone; it is started again.")
            told = ""
        except EmbeddedServerError as error:  # a full disk, most often: tried again until it is mended
            if str(error) != told:
                say(str(error))
            told = str(error)

    return revive
