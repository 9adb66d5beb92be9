"""The output of a child process, into files that are rotated by size and kept in number.

Here: from a pipe to files. Not here: what runs. The output passes through the parent instead of going straight
to a file: the parent can change the file at any line, a full disk costs lines and not the child, and each line
is scrubbed of secrets on its way.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from elec_pipeline.redaction import scrub

LARGEST_BYTES = 5 * 2**20
FORMER_FILES = 4
"""Of each child: at most 25 MB."""
LONGEST_LINE_BYTES = 64 * 2**10


class ChildLog:
    """The log of one child, over all the processes it has been.

    Args:
        path: The newest file; older ones are `<path>.1` and so on.
        largest_bytes: Of a file.
        former_files: How many older ones are kept.
    """

    def __init__(
        self, path: Path, *, largest_bytes: int = LARGEST_BYTES, former_files: int = FORMER_FILES
    ) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handler = _QuietHandler(
            path, maxBytes=largest_bytes, backupCount=former_files, encoding="utf-8", delay=True
        )

    def follow(self, output: IO[bytes]) -> threading.Thread:
        """Write what a process prints, in a thread of its own, until the last that holds the pipe has ended."""
        thread = threading.Thread(target=self._copy, args=(output,), daemon=True, name="child log")
        thread.start()
        return thread

    def _copy(self, output: IO[bytes]) -> None:
        with output:
            while line := output.readline(LONGEST_LINE_BYTES):
                self.write(line.decode(errors="replace").rstrip("\r\n"))

    def write(self, line: str) -> None:
        """Write one line."""
        self._handler.handle(logging.makeLogRecord({"msg": scrub(line)}))

    def close(self) -> None:
        """Close the file; a line that comes later opens it again."""
        self._handler.close()


class _QuietHandler(RotatingFileHandler):
    """A full disk must not stop the reading: the child would wait for ever."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the library's
        """Lose the line, and begin the file anew with the next."""
        with suppress(OSError):
            self.close()
