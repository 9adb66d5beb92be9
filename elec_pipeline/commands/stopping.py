"""Ctrl-C and SIGTERM during a command that takes long: one sentence, and the exit code that shells expect.

Here: turning a signal into `StoppedError`. Not here: what is closed when it comes.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from elec_pipeline.errors import ElecError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StoppedError(ElecError):
    """The user, or the system, stopped a command.

    Attributes:
        exit_code: 128 and the number of the signal.
    """

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + number


class StopRequest:
    """Knows whether a signal came, also while something else, such as Dagster, handles or holds back signals."""

    def __init__(self, pipe: socket.socket | None = None) -> None:
        self._pipe = pipe
        self._number: int | None = None

    @property
    def number(self) -> int | None:
        """The number of the first signal; None while there was none."""
        while self._pipe is not None and self._number is None:
            try:
                received = self._pipe.recv(64)
            except BlockingIOError:
                break
            if not received:
                break
            self._number = next((each for each in received if each in _SIGNALS), None)
        return self._number

    def check(self) -> None:
        """Raise where a signal came.

        Raises:
            KeyboardInterrupt: A signal came.
        """
        if self.number is not None:
            raise KeyboardInterrupt


@contextmanager
def stoppable(what: str) -> Iterator[StopRequest]:
    """End a block with one sentence when Ctrl-C or SIGTERM comes.

    Args:
        what: The sentence about what stays and how to go on, after the name of the signal.

    Raises:
        StoppedError: A signal came.
    """
    if threading.current_thread() is not threading.main_thread():
        yield StopRequest()  # only the main thread has signals
        return
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0)
        theirs.settimeout(0)
        request = StopRequest(ours)
        # Every signal is noted there, whoever handles it.
        former_pipe = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        former = {each: signal.signal(each, _interrupt) for each in _SIGNALS}
        try:
            yield request
        except KeyboardInterrupt:
            number = request.number or signal.SIGINT
            raise StoppedError(f"stopped by {signal.Signals(number).name}. {what}", number) from None
        finally:
            for each, handler in former.items():
                signal.signal(each, handler)
            signal.set_wakeup_fd(former_pipe)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
