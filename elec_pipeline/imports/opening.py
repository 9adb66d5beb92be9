"""Files as numbered lines, whatever they are packed in, and what they hold.

Here: zip and gzip, and the recognition of a format from its content; a file's name says nothing, RTE's own `.xls`
are text. Not here: the reading of any format.
"""

from __future__ import annotations

import enum
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.eco2mix_rows import is_header

_LOOK_AHEAD = 200
_LONGEST_LINE = 1_000_000
_DUMP = re.compile(rb"PostgreSQL database dump|^(COPY|CREATE TABLE|INSERT INTO) ", re.MULTILINE)


class Format(enum.Enum):
    """What a file holds."""

    ECO2MIX = "RTE's eCO2mix"
    DUMP = "a dump of PostgreSQL in plain SQL"


@dataclass
class Lines:
    """The lines of one file, numbered from 1.

    Attributes:
        name: Of the file, and of the member where it is an archive.
        done: Share of the file that was read, between 0 and 1.
    """

    name: str
    stream: IO[bytes]
    raw: IO[bytes]
    size: int
    done: float = 0.0
    _ahead: list[bytes] = field(default_factory=list)

    def peek(self) -> list[bytes]:
        """Return the first lines without taking them.

        Raises:
            ImportFormatError: It cannot be unpacked.
        """
        while len(self._ahead) < _LOOK_AHEAD and (line := self._next()):
            self._ahead.append(line)
        return self._ahead

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        number = 0
        while line := self._ahead.pop(0) if self._ahead else self._next():
            number += 1
            yield number, line

    def _next(self) -> bytes:
        try:
            line = self.stream.readline(_LONGEST_LINE)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise ImportFormatError(f"{self.name} cannot be unpacked: {error}.") from None
        self.done = self.raw.tell() / self.size if self.size else 1.0
        return line


def opened(path: Path) -> Iterator[Lines]:
    """Open a file, or each member of a zip archive, one after the other.

    Raises:
        ImportFormatError: It is not there, or of a kind that cannot be read; the message says what to do.
    """
    try:
        size = path.stat().st_size
        raw = path.open("rb")
    except OSError as error:
        raise ImportFormatError(f"{path} cannot be read: {error.strerror}.") from None
    with raw:
        magic = raw.read(8)
        raw.seek(0)
        _refuse(path, magic)
        if magic.startswith(b"\x1f\x8b"):
            with gzip.open(raw) as stream:
                yield Lines(path.name, stream, raw, size)  # type: ignore[arg-type]
        elif magic.startswith(b"PK\x03\x04"):
            yield from _members(path, raw, size)
        else:
            yield Lines(path.name, raw, raw, size)


def recognise(lines: Lines) -> Format:
    """Tell a file's format from its first lines.

    Raises:
        ImportFormatError: It is none that can be imported.
    """
    first = lines.peek()
    if first and is_header(first[0]):
        return Format.ECO2MIX
    if _DUMP.search(b"".join(first)):
        return Format.DUMP
    raise ImportFormatError(
        f"{lines.name} is neither RTE's eCO2mix (tab-separated, first line «Périmètre, Nature, Date, Heures, "
        "Consommation, …») nor a dump of PostgreSQL in plain SQL."
    )


def _members(path: Path, raw: IO[bytes], size: int) -> Iterator[Lines]:
    try:
        with zipfile.ZipFile(raw) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    with archive.open(member) as stream:
                        yield Lines(f"{path.name}/{member.filename}", stream, raw, size)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ImportFormatError(f"{path} cannot be unpacked: {error}.") from None


def _refuse(path: Path, magic: bytes) -> None:
    if magic.startswith(b"PGDMP"):
        raise ImportFormatError(
            f"{path} is a dump of PostgreSQL in its custom format. Turn it into plain SQL first: "
            f"pg_restore --data-only -f dump.sql {path}; then elec import dump.sql."
        )
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportFormatError(
            f"{path} is an Excel workbook. RTE's own downloads are text in spite of their name; import the file "
            "as downloaded, or save this one as tab-separated text."
        )
