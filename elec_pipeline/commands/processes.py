"""Child processes that run until we stop: started, kept alive, stopped together.

Here: supervision. Not here: which processes a command needs.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from elec_pipeline.errors import PortInUseError

STOP_WAIT_S = 20.0
FIRST_RESTART_WAIT_S = 2.0
LONGEST_RESTART_WAIT_S = 300.0
HEALTHY_AFTER_S = 120.0
"""A process that lived this long starts with the first wait again."""


@dataclass
class Child:
    """A supervised process.

    Attributes:
        name: Shown to the user.
        command: Program and arguments.
        log: File for its output.
    """

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait_s: float = FIRST_RESTART_WAIT_S
    restart_at: float = field(default=0.0)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process in a session of its own: Ctrl-C is for us, and we pass it on in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None


def supervise(
    children: Sequence[Child],
    environment: Mapping[str, str],
    say: Callable[[str], None],
    on_ready: Callable[[], None],
) -> None:
    """Run children until SIGINT or SIGTERM, starting again those that end; then stop them all.

    Args:
        children: Started in this order, stopped in the reverse one.
        environment: Of the children.
        say: Prints a line for the user.
        on_ready: Called once all are started.
    """
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for child in children:
            child.start(environment)
        on_ready()
        while not stopping:
            for child in children:
                _revive(child, environment, say)
            time.sleep(0.2)
    finally:
        say("Stopping.")
        for child in reversed(children):
            _stop(child)
        for number, handler in handlers.items():
            signal.signal(number, handler)


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
        child.start(environment)


def _stop(child: Child) -> None:
    if child.process is None or not child.is_running:
        return
    child.process.send_signal(signal.SIGINT)
    try:
        child.process.wait(STOP_WAIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.process.pid, signal.SIGKILL)  # the group: code servers are children of children
        child.process.wait()


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
