"""A part of a start in a process of its own, which ends: what it loads, the process that stays does not hold.

Here: running another `elec` command as a part of this one. Not here: what the parts do (`up`, `demo`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from elec_pipeline.commands.instance_lock import MEMBER, STOP_WAIT_S

_PART = "ELEC_PART"
"""Set for a part: it ends when its standard input closes, which the system does if its parent is killed."""


def run_part(home: Path, *arguments: str) -> None:
    """Run an `elec` command as a part of this one, and wait for it. It prints where this one prints.

    Args:
        home: ELEC_HOME, by which the next start finds it should it be left over.
        arguments: The command and its options.

    Raises:
        SystemExit: It failed, and has said why; with its code.
        KeyboardInterrupt: A signal came; it has ended.
    """
    part = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "elec_pipeline.cli", *arguments],
        stdin=subprocess.PIPE,
        env={**os.environ, MEMBER: str(home), _PART: "1"},
        start_new_session=True,  # Ctrl-C is for us, and we pass it on
    )
    assert part.stdin is not None  # noqa: S101 - for the type checker
    with part.stdin:
        try:
            code = part.wait()
        except BaseException:
            _stop(part)
            raise
    if code:
        sys.exit(code if code > 0 else 128 - code)


def end_with_parent() -> None:
    """End this process, as Ctrl-C does, when the parent of which it is a part is gone; otherwise do nothing."""
    if os.environ.pop(_PART, ""):
        threading.Thread(target=_watch, daemon=True, name="parent").start()


def _watch() -> None:
    os.read(0, 1)  # not through `sys.stdin`, whose lock the interpreter wants at its end
    os.kill(os.getpid(), signal.SIGINT)


def _stop(part: subprocess.Popen[bytes]) -> None:
    part.send_signal(signal.SIGINT)
    try:
        part.wait(STOP_WAIT_S)
    except subprocess.TimeoutExpired:
        part.kill()
        part.wait()
