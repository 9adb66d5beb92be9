"""What a process of ours does first, so that nothing it says or writes is for others' eyes.

Here: `guard_process`, called where our processes begin (the command line, Dagster's instance and definitions,
the dashboard); log records and output without secrets; the umask. Not here: what a secret is (`redaction`), and
the folders (`home`). Logs and output are the last safety net: an exception of a library keeps its own words, and
ends up in a log, on the terminal, or in Dagster's files and database.
"""

from __future__ import annotations

import logging
import os
import sys
from types import TracebackType
from typing import Any, TextIO

from elec_pipeline.errors import ElecError
from elec_pipeline.redaction import scrub

PRIVATE_UMASK = 0o077
"""Files and folders are their owner's alone, those of Dagster and of every other library too."""


def guard_process() -> None:
    """Keep secrets out of logs and output of this process, and others out of its files; again is no harm."""
    os.umask(PRIVATE_UMASK)
    guard_messages()


def guard_messages() -> None:
    """Keep secrets out of the log records of this process, and out of its output and error output.

    An error of ours that nobody catches, as Dagster's own commands do not, ends the process with its sentence.
    """
    logging.setLogRecordFactory(ScrubbedRecord)
    sys.excepthook = _end_with_a_sentence
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, ScrubbedStream):
            setattr(sys, name, ScrubbedStream(stream))


class ScrubbedRecord(logging.LogRecord):
    """A log record whose message, arguments and stack trace hold no secret, for whichever handler formats it.

    A class, not a function: libraries copy records by their class.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.msg = _scrubbed(self.msg)
        if isinstance(self.args, tuple):
            self.args = tuple(_scrubbed(arg) for arg in self.args)
        elif self.args:
            self.args = {name: _scrubbed(arg) for name, arg in self.args.items()}

    def __setattr__(self, name: str, value: Any) -> None:
        # A formatter keeps the stack trace here before it adds it to the message.
        super().__setattr__(name, _scrubbed(value) if name in ("exc_text", "stack_info") else value)

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """Return the message with its arguments put in."""
        return scrub(super().getMessage())


class ScrubbedStream:
    """A text stream that writes no secret; everything else is the stream's own.

    Each call is looked at for itself: `print`, logging and tracebacks write a line or more at once.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; returns how much of it, as streams do."""
        self._stream.write(_scrubbed(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Any:
        return iter(self._stream)


def print_secret(line: str) -> None:
    """Print a line with the secret in it that the user asked for by an option of its own."""
    stream = sys.stdout
    print(line, file=stream._stream if isinstance(stream, ScrubbedStream) else stream)  # noqa: SLF001


def _end_with_a_sentence(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the sentence of our own error, or of the one that caused this; every other error's traceback."""
    here: BaseException | None = error
    while here is not None and not isinstance(here, ElecError):
        here = here.__cause__
    if here is None:
        sys.__excepthook__(kind, error, trace)
    else:
        print(f"elec: {here}", file=sys.stderr)  # noqa: T201 - where the traceback would be


def _scrubbed(value: Any) -> Any:
    return scrub(value) if isinstance(value, str) else value
