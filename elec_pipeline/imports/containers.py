"""What a file is packed in: zip, tar, gzip, bzip2 and xz, one inside another, to plain streams of bytes.

Here: unpacking, and the bound on how much. Not here: the text in the streams (`opening`), workbooks
(`workbook`), and what cannot be read (`refusals`).
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.refusals import refuse_folder, refuse_magic
from elec_pipeline.imports.workbook import is_workbook, workbook_lines

MOST_UNPACKED_BYTES = 16 * 1024**3
"""Of all that is unpacked from one file: more is a mistake, or an archive that was made to fill the disk."""
MOST_MEMBERS = 10_000
DEEPEST = 4
"""Archives inside archives."""
_SPOOL_IN_MEMORY = 8 * 1024**2
_MAGIC_BYTES = 512
_TAR_MAGIC = slice(257, 262)
_OPENERS: dict[bytes, Callable[[IO[bytes], str], object]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_NOT_DATA = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_BROKEN = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, RuntimeError)
"""What unpacking raises; an encrypted or unknown zip is a RuntimeError."""


class Budget:
    """How much more may be unpacked of one file, and how many more members opened."""

    def __init__(self) -> None:
        self._bytes = MOST_UNPACKED_BYTES
        self._members = MOST_MEMBERS

    def spend(self, name: str, n_bytes: int) -> None:
        """Take bytes off.

        Raises:
            ImportFormatError: There are none left.
        """
        self._bytes -= n_bytes
        if self._bytes < 0:
            raise ImportFormatError(
                f"{name} unpacks to more than {MOST_UNPACKED_BYTES:,} bytes, which no history of consumption "
                "needs. Unpack it yourself, and import the file that you want."
            )

    def open_member(self, name: str) -> None:
        """Take a member off.

        Raises:
            ImportFormatError: There are none left.
        """
        self._members -= 1
        if self._members < 0:
            raise ImportFormatError(
                f"{name} holds more than {MOST_MEMBERS:,} files. Unpack it yourself, and import the file that you "
                "want."
            )


class Bytes(io.RawIOBase):
    """A stream whose first bytes can be looked at, whose reads are counted, and whose faults are typed.

    Args:
        name: Of the file, and of the member where it is an archive.
        inner: Where the bytes come from.
        budget: Charged with what is read; None where nothing is unpacked.
    """

    def __init__(self, name: str, inner: IO[bytes], budget: Budget | None) -> None:
        self.name = name
        self._inner = inner
        self._budget = budget
        self._head = b""

    def head(self, n_bytes: int) -> bytes:
        """Return the first bytes that were not read yet, without taking them."""
        while len(self._head) < n_bytes and (more := self._take(n_bytes - len(self._head))):
            self._head += more
        return self._head[:n_bytes]

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer, as `io.RawIOBase` has it."""
        view = memoryview(cast("bytearray", buffer)).cast("B")
        data, self._head = self._head[: len(view)], self._head[len(view) :]
        data = data or self._take(len(view))
        view[: len(data)] = data
        return len(data)

    def _take(self, n_bytes: int) -> bytes:
        try:
            data = self._inner.read(n_bytes)
        except _BROKEN as error:
            raise broken(self.name, error) from None
        if self._budget is not None:
            self._budget.spend(self.name, len(data))
        return data


@dataclass(frozen=True)
class Member:
    """One file, unpacked.

    Attributes:
        name: Of the file, and of the members on the way where it is packed.
        stream: Its bytes.
        is_packed_with_others: Whether it is a member of an archive, where files that are no data may stand.
    """

    name: str
    stream: Bytes
    is_packed_with_others: bool


def broken(name: str, error: Exception) -> ImportFormatError:
    """Return the error for a file that does not unpack."""
    return ImportFormatError(f"{name} cannot be unpacked: {error}. Get it again; a password must be taken off.")


@contextmanager
def opened_path(path: Path) -> Iterator[IO[bytes]]:
    """Open a file.

    Raises:
        ImportFormatError: It is not there, or no regular file.
    """
    if path.is_dir():
        refuse_folder(path)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise ImportFormatError(f"{path} cannot be read: {error.strerror}.") from None
    with raw:
        if not raw.seekable():
            raise ImportFormatError(f"{path} is a pipe, which can be read once only: save it to a file first.")
        yield raw


def members(path: Path, raw: IO[bytes]) -> Iterator[Member]:
    """Yield what a file holds, one after the other: each must be read before the next.

    Raises:
        ImportFormatError: It is broken, too large, or of a kind that cannot be read; the message says what to do.
    """
    raw.seek(0)
    yield from _unpacked(Bytes(path.name, raw, None), Budget(), raw, depth=0, is_member=False)


def _unpacked(
    stream: Bytes, budget: Budget, seekable: IO[bytes] | None, *, depth: int, is_member: bool
) -> Iterator[Member]:
    magic = stream.head(_MAGIC_BYTES)
    name = stream.name
    refuse_magic(name, magic)
    opener = _opener(magic)
    if opener is None and not _is_archive(magic):
        yield Member(name, stream, is_member)
        return
    if depth == DEEPEST:
        raise ImportFormatError(f"{name}: archives inside archives, more than {DEEPEST} deep. Unpack it first.")
    if opener is not None:
        inner = cast("IO[bytes]", opener(io.BufferedReader(stream), "rb"))
        yield from _unpacked(Bytes(name, inner, budget), budget, None, depth=depth + 1, is_member=is_member)
    elif magic[_TAR_MAGIC] == b"ustar":
        yield from _of_tar(stream, budget, depth)
    else:
        with _seekable(stream, seekable) as whole:
            yield from _of_zip(name, whole, budget, depth, is_member=is_member)


def _opener(magic: bytes) -> Callable[[IO[bytes], str], object] | None:
    return next((opener for start, opener in _OPENERS.items() if magic.startswith(start)), None)


def _is_archive(magic: bytes) -> bool:
    return magic.startswith((b"PK\x03\x04", b"PK\x05\x06")) or magic[_TAR_MAGIC] == b"ustar"


def _of_zip(name: str, whole: IO[bytes], budget: Budget, depth: int, *, is_member: bool) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(whole)
    except _BROKEN as error:
        raise broken(name, error) from None
    with archive:
        listed = archive.infolist()
        if is_workbook([each.filename for each in listed]):
            with workbook_lines(name, archive, whole, budget.spend) as lines:
                yield Member(name, Bytes(name, lines, budget), is_member)
            return
        for each in listed:
            if each.is_dir() or _is_no_data(each.filename):
                continue
            budget.open_member(name)
            try:
                opened = archive.open(each)
            except (*_BROKEN, NotImplementedError) as error:
                raise broken(f"{name}/{each.filename}", error) from None
            with opened:
                stream = Bytes(f"{name}/{each.filename}", opened, budget)
                yield from _unpacked(stream, budget, None, depth=depth + 1, is_member=True)


def _of_tar(stream: Bytes, budget: Budget, depth: int) -> Iterator[Member]:
    name = stream.name
    try:
        with tarfile.open(fileobj=io.BufferedReader(stream), mode="r|") as archive:
            for each in archive:
                refuse_magic(name, b"", member=each.name)
                opened = archive.extractfile(each) if each.isfile() else None
                if opened is None or _is_no_data(each.name):
                    continue
                budget.open_member(name)
                member = Bytes(f"{name}/{each.name}", opened, budget)
                yield from _unpacked(member, budget, None, depth=depth + 1, is_member=True)
    except tarfile.TarError as error:
        raise broken(name, error) from None


def _is_no_data(member: str) -> bool:
    path = PurePosixPath(member)
    return path.name.startswith("._") or any(part in _NOT_DATA for part in path.parts)


@contextmanager
def _seekable(stream: Bytes, seekable: IO[bytes] | None) -> Iterator[IO[bytes]]:
    """Give a file that can be read from its end, as a zip must be: itself, or a copy that is gone afterwards."""
    if seekable is not None:
        yield seekable
        return
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY) as copy:
        while chunk := stream.read(1 << 20):
            copy.write(chunk)
        copy.seek(0)
        yield cast("IO[bytes]", copy)
