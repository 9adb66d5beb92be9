"""Child processes that run until we stop: started, kept alive, stopped together.

Here: supervision. Not here: which processes a command needs, and what becomes of them where we are killed
(`keeper`).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil

from elec_pipeline.commands.child_log import ChildLog
from elec_pipeline.commands.instance_lock import STOP_WAIT_S, end
from elec_pipeline.errors import PortInUseError

FIRST_RESTART_WAIT_S = 2.0
LONGEST_RESTART_WAIT_S = 60.0
"""Whatever kept a process from starting, it is tried again so soon that no issue is missed for it."""
HEALTHY_AFTER_S = 120.0
"""A process that lived this long starts with the first wait again."""
READY_WAIT_S = 60.0
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a service manager, a terminal that is closed."""


@dataclass
class Child:
    """A supervised process.

    Attributes:
        name: Shown to the user.
        command: Program and arguments.
        log: File for its output.
        is_ready: Says whether the processes that are started after it may count on it.
    """

    name: str
    command: Sequence[str]
    log: Path
    is_ready: Callable[[], bool] = field(default=lambda: True, repr=False)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait_s: float = FIRST_RESTART_WAIT_S
    restart_at: float = field(default=0.0)
    _output: ChildLog | None = field(default=None, repr=False)
    _reader: threading.Thread | None = field(default=None, repr=False)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process in a session of its own: Ctrl-C is for us, and we pass it on in order."""
        self._output = self._output or ChildLog(self.log)
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
        )
        assert self.process.stdout is not None  # noqa: S101 - for the type checker
        self._reader = self._output.follow(self.process.stdout)
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def note(self, line: str) -> None:
        """Write a line of ours into its log."""
        if self._output is not None:
            self._output.write(line)

    def finish_log(self) -> None:
        """Wait a moment for the last lines of a process that has ended."""
        if self._reader is not None and self._output is not None:
            self._reader.join(1.0)
            self._output.close()


def supervise(
    children: Sequence[Child],
    environment: Mapping[str, str],
    say: Callable[[str], None],
    on_ready: Callable[[], None],
    tend: Callable[[], None] = lambda: None,
) -> None:
    """Run children until a stopping signal, starting again those that end; then stop them all.

    Args:
        children: Started in this order, each once the one before is ready.
        environment: Of the children.
        say: Prints a line for the user.
        on_ready: Called once all are started.
        tend: Called a few times a second, for whatever else must be kept alive.
    """
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    # A signal that we handle has its default effect again in a child; one that we ignore would be ignored there
    # too.
    with _handled(stop):
        try:
            for child in children:
                child.start(environment)
                _await(child, stopping)
            on_ready()
            while not stopping.wait(0.2):
                tend()
                for child in children:
                    _revive(child, environment, say)
        finally:
            with suppress(OSError):  # the terminal may be gone
                say("Stopping.")
            _stop(children)


@contextmanager
def interrupted_by_any_signal() -> Iterator[None]:
    """Let every stopping signal end a block as Ctrl-C does, so that what it opened is closed."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled(interrupt):
        yield


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the stopping signals for as long as a block lasts; `nohup` still keeps us from SIGHUP."""
    former = {
        number: signal.signal(number, handler)
        for number in STOPPING_SIGNALS
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)


def _await(child: Child, stopping: threading.Event) -> None:
    """Wait until a child is ready; not for ever, and not for one that has ended: it is started again later."""
    until = time.monotonic() + READY_WAIT_S
    while child.is_running and not child.is_ready() and time.monotonic() < until:
        if stopping.wait(0.1):
            return


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and kill it with all that it started where it does not in time."""
    process.terminate()
    _wait_or_kill(process, STOP_WAIT_S)


def _wait_or_kill(process: subprocess.Popen[bytes], patience_s: float) -> None:
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _revive(child: Child, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Start a child again that ended, with growing waits."""
    now = time.monotonic()
    if child.is_running:
        return
    if not child.restart_at:
        if now - child.started_at > HEALTHY_AFTER_S:
            child.wait_s = FIRST_RESTART_WAIT_S
        code = None if child.process is None else child.process.returncode
        say(
            f"{child.name} ended with code {code}; starting it again in {child.wait_s:.0f} s. Its log: {child.log}"
        )
        child.restart_at = now + child.wait_s
        child.wait_s = min(LONGEST_RESTART_WAIT_S, child.wait_s * 2)
    elif now >= child.restart_at:
        child.restart_at = 0.0
        try:
            child.start(environment)
        except OSError as error:  # too many processes, or the program is being replaced
            say(f"{child.name} does not start: {error}")
            child.restart_at = now + child.wait_s
            child.wait_s = min(LONGEST_RESTART_WAIT_S, child.wait_s * 2)


def _stop(children: Sequence[Child]) -> None:
    """Ask all children at once to end, then end whatever they started and left."""
    running = [child.process for child in children if child.process is not None and child.is_running]
    families = [member for process in running for member in _descendants(process.pid)]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_WAIT_S
    for process in running:
        _wait_or_kill(process, max(0.0, deadline - time.monotonic()))
    end([each for each in families if each.is_running()])
    for child in children:
        child.finish_log()


def _descendants(pid: int) -> list[psutil.Process]:
    """Return the children of a process, and theirs: code servers, runs."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def ensure_free(port: int, option: str) -> None:
    """Raise where something listens on a port of this machine.

    Args:
        port: The port.
        option: How the user chooses another one.

    Raises:
        PortInUseError: Names the port and the option.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise PortInUseError(
                f"Port {port} is in use: stop what listens there, or choose another with {option}."
            )
