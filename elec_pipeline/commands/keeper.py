"""The process that cleans up after a platform whose parent was killed: `python -m elec_pipeline.commands.keeper`.

Here: waiting for the parent's end, and ending what it left. A parent that was killed can do neither, and its
children would run on with nobody to watch them. The keeper is told of the end by the system: its standard input
closes. It inherits the lock of the instance, so that nobody starts a second platform before it is done.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

DONE = b"done\n"
"""What a parent says that has stopped everything itself."""


def start(home: Path, token: str, lock: int | None) -> subprocess.Popen[bytes]:
    """Start a keeper that watches this process.

    Args:
        home: ELEC_HOME.
        token: Marks the processes to end, see `instance_lock.MEMBER`.
        lock: Descriptor of the instance's lock, where this process holds it.
    """
    from elec_pipeline.commands.instance_lock import MEMBER

    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-m", __name__, str(home), token],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != MEMBER},
        start_new_session=True,  # signals of the terminal are for the parent
        pass_fds=[] if lock is None else [lock],
    )


def dismiss(keeper: subprocess.Popen[bytes]) -> None:
    """Tell a keeper that there is nothing left to do, and wait until it has ended."""
    try:
        keeper.communicate(DONE, timeout=10)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        keeper.kill()
        keeper.wait()


def watch(home: Path, token: str) -> None:
    """Wait for the end of the parent, and end what it left; the embedded server too, unless others use it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # whoever ends all processes at once must end the parent first
    if sys.stdin.buffer.read() == DONE:
        return
    from elec_pipeline.commands.instance_lock import end, members
    from elec_pipeline.store.embedded import EmbeddedServer

    end(members(token))
    EmbeddedServer(home).leave()


if __name__ == "__main__":
    watch(Path(sys.argv[1]), sys.argv[2])
