"""The text of a file: its encoding, its lines, and which format it has.

Here: bytes to lines of text. Not here: unpacking (`containers`), and the reading of any format.
"""

from __future__ import annotations

import enum
import io
import re
from collections.abc import Iterator
from typing import IO

from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.containers import Bytes
from elec_pipeline.imports.eco2mix_lines import find_header
from elec_pipeline.imports.refusals import describe

LONGEST_LINE = 1_000_000
_LOOK_AHEAD = 200
_ENCODING_BYTES = 4096
_BUFFER_BYTES = 1 << 16
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_MANY_ZEROS = 0.3
_DUMP = re.compile(r"PostgreSQL database dump|^(COPY|CREATE TABLE|INSERT INTO) ", re.MULTILINE | re.IGNORECASE)


class Format(enum.Enum):
    """What a file holds."""

    ECO2MIX = "RTE's eCO2mix"
    DUMP = "a dump of PostgreSQL in plain SQL"


class Lines:
    """The lines of one file, numbered from 1, without their ends.

    Args:
        stream: Its bytes.
        raw: The file on disk that the bytes come from, for the share that is done.
        size: Of the file on disk, in bytes.
    """

    def __init__(self, stream: Bytes, raw: IO[bytes], size: int) -> None:
        self.name = stream.name
        self.done = 0.0
        self._raw = raw
        self._size = size
        encoding = encoding_of(stream.head(_ENCODING_BYTES))
        # What is not UTF-8 in a line survives as surrogates, and tells that the line is Latin-1.
        errors = "surrogateescape" if encoding == "utf-8-sig" else "strict"
        buffered = io.BufferedReader(stream, _BUFFER_BYTES)
        self._text = io.TextIOWrapper(buffered, encoding=encoding, errors=errors)
        self._ahead: list[str] = []

    def peek(self) -> list[str]:
        """Return the first lines without taking them.

        Raises:
            ImportFormatError: It cannot be unpacked, or is no text.
        """
        while len(self._ahead) < _LOOK_AHEAD and (line := self._next()):
            self._ahead.append(line)
        return [line.rstrip("\n") for line in self._ahead]

    def __iter__(self) -> Iterator[tuple[int, str]]:
        number = 0
        while line := self._ahead.pop(0) if self._ahead else self._next():
            number += 1
            yield number, line.rstrip("\n")

    def _next(self) -> str:
        try:
            line = self._text.readline(LONGEST_LINE)
        except UnicodeError:
            raise ImportFormatError(
                f"{self.name} begins as {self._text.encoding} and goes on otherwise: it is cut off or damaged. "
                "Get it again, or save it as UTF-8."
            ) from None
        if len(line) == LONGEST_LINE:
            raise ImportFormatError(
                f"{self.name} has a line of {LONGEST_LINE:,} characters or more: it is no table of rows in text."
            )
        self.done = self._raw.tell() / self._size if self._size else 1.0
        if line.isascii():
            return line
        try:
            line.encode()
        except UnicodeEncodeError:
            return line.encode("utf-8", "surrogateescape").decode("latin-1")
        return line


def encoding_of(start: bytes) -> str:
    """Return the encoding of a text by its first bytes: UTF-8 where nothing says another.

    Example:
        >>> [encoding_of(text.encode("utf-16-le")) for text in ("Date;Heures", "")]
        ['utf-16-le', 'utf-8-sig']
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    half = len(start) // 2
    if half and start[1::2].count(0) > _MANY_ZEROS * half and not start[::2].count(0):
        return "utf-16-le"
    if half and start[::2].count(0) > _MANY_ZEROS * half and not start[1::2].count(0):
        return "utf-16-be"
    return "utf-8-sig"


def recognise(lines: Lines) -> Format | None:
    """Tell a file's format from its first lines; None where it is none that can be imported."""
    first = lines.peek()
    if find_header(first):
        return Format.ECO2MIX
    return Format.DUMP if _DUMP.search("\n".join(first)) else None


def unrecognised(lines: Lines) -> ImportFormatError:
    """Return the error for a file of no known format."""
    what = describe("\n".join(lines.peek()[:5]))
    if what:
        return ImportFormatError(f"{lines.name} is {what}.")
    return ImportFormatError(
        f"{lines.name} is neither RTE's eCO2mix (text with columns «Date, Heures, Consommation, …» as RTE and its "
        "open data hand it out, or an .xlsx made of it) nor a dump of PostgreSQL in plain SQL."
    )
