"""Files that cannot be imported, told by their first bytes: what each is, and how to make it readable.

Here: the messages. Not here: what can be read (`containers`, `opening`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from elec_pipeline.errors import ImportFormatError

_EXCEL = (
    "an Excel workbook of the older kind. RTE's own downloads are text in spite of their name: import the file as "
    "downloaded, or save this one as .xlsx or as tab-separated text"
)
_UNPACK = "an archive that cannot be unpacked here: unpack it first, then import what is inside"
_FIRST_BYTES = (
    (b"\xd0\xcf\x11\xe0", _EXCEL),
    (b"7z\xbc\xaf\x27\x1c", _UNPACK),
    (b"Rar!", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it first (zstd -d FILE), then import what is inside"),
    (b"\x04\x22\x4d\x18", "packed with lz4: unpack it first (lz4 -d FILE), then import what is inside"),
    (b"\x1f\x9d", "packed with compress: unpack it first (uncompress FILE), then import what is inside"),
    (b"SQLite format 3", "a SQLite database: write its tables into PostgreSQL, and import that"),
    (b"PAR1", "a Parquet file: download the same data set as CSV, and import that"),
)
_PAGE = "a web page, not the file: the download asked for something first. Download it with a browser"
_JSON = "JSON: download the same data set as CSV, and import that"
_PDF = "a PDF document, and holds no rows"


def refuse_magic(name: str, magic: bytes, *, member: str = "") -> None:
    """Refuse a file that is known and cannot be read, whatever it stands beside.

    Args:
        name: Of the file.
        magic: Its first bytes.
        member: Name of a member of a tar archive.

    Raises:
        ImportFormatError: It is such a file.
    """
    if magic.startswith(b"PGDMP") or member == "toc.dat":
        form = "tar" if member else "custom"
        raise ImportFormatError(
            f"{name} is a dump of PostgreSQL in its {form} format. Turn it into plain SQL first: "
            f"pg_restore --data-only -f dump.sql {name}; then elec import dump.sql."
        )
    for start, what in _FIRST_BYTES:
        if magic.startswith(start):
            raise ImportFormatError(f"{name} is {what}.")


def refuse_folder(path: Path) -> NoReturn:
    """Refuse a folder.

    Raises:
        ImportFormatError: Always.
    """
    if (path / "toc.dat").exists():
        raise ImportFormatError(
            f"{path} is a dump of PostgreSQL in its directory format. Turn it into plain SQL first: "
            f"pg_restore --data-only -f dump.sql {path}; then elec import dump.sql."
        )
    raise ImportFormatError(f"{path} is a folder: import its files one after the other.")


def describe(first_lines: str) -> str:
    """Return what a text that is no history seems to be, as the end of a sentence; empty where nothing is known.

    Example:
        >>> describe('[{"date": "2024-06-03"}]')
        'JSON: download the same data set as CSV, and import that'
    """
    start = first_lines.lstrip()[:200].lower()
    if start.startswith(("<!doctype html", "<html")):
        return _PAGE
    if start.startswith(("{", "[")):
        return _JSON
    return _PDF if start.startswith("%pdf") else ""
