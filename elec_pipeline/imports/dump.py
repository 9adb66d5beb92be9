"""Plain SQL dumps of PostgreSQL, read without a server: the COPY blocks of the tables of the older layout.

Here: the dump's text. Not here: what a row means (`older_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.older_rows import TABLES, OlderTable, find_table
from elec_pipeline.imports.older_zones import Zones
from elec_pipeline.imports.opening import Lines

Block = tuple[OlderTable, Iterator[tuple[str, dict[str, object]]]]
"""A table, and its rows: where each stands, and its columns."""

_NAME = r'(?:"(?:[^"]|"")*"|[\w$]+)'
_NAMES = "|".join(table.name for table in TABLES)
_COPY = re.compile(rf"COPY (?:{_NAME}\.)?(?P<table>{_NAME}) \((?P<columns>.*)\) FROM STDIN\b.*;", re.IGNORECASE)
_INSERT = re.compile(rf'INSERT INTO (?:{_NAME}\.)?"?(?:{_NAMES})"?(?:\W|$)', re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?P<octal>[0-7]{1,3})|\\(?P<letter>.)", re.DOTALL)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def blocks(lines: Lines, zones: Zones) -> Iterator[Block]:
    """Yield the tables of the older layout that a dump holds; each block must be read before the next.

    Args:
        lines: Of the dump.
        zones: Told of every statement, for some set the zone.

    Raises:
        ImportFormatError: The dump is cut off, or was made with INSERT statements.
    """
    numbered = iter(lines)
    for number, text in numbered:
        if _INSERT.match(text):
            raise ImportFormatError(
                f"{lines.name}, line {number}: the dump was made with --inserts. Make it again without, so "
                "that it has COPY blocks: pg_dump --data-only -f dump.sql DATABASE."
            )
        zones.read_statement(text)
        match = _COPY.fullmatch(text)
        if match is None:
            continue
        columns = [_unquoted(name) for name in re.findall(_NAME, match["columns"])]
        table = find_table(_unquoted(match["table"]), columns)
        rows = _rows(lines.name, numbered, columns)
        if table is not None:
            yield table, rows
        for _ in rows:
            pass  # of a table that is none of ours


def _rows(
    name: str, numbered: Iterator[tuple[int, str]], columns: list[str]
) -> Iterator[tuple[str, dict[str, object]]]:
    for number, text in numbered:
        if text == "\\.":
            return
        fields = [_unescaped(field) for field in text.split("\t")]
        # A row with too few columns is reported where its first missing one is read.
        padded = fields + [None] * (len(columns) - len(fields))
        yield f"{name}, line {number}", dict(zip(columns, padded, strict=False))
    raise ImportFormatError(f"{name} is cut off: its last table does not end. Make the dump again.")


def _unquoted(name: str) -> str:
    """Return a name as PostgreSQL knows it.

    Example:
        >>> _unquoted('"energy-data"'), _unquoted("value")
        ('energy-data', 'value')
    """
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _unescaped(field: str) -> str | None:
    r"""Return a field of a COPY block as it was; None for a null.

    Example:
        >>> _unescaped(r"a\tb"), _unescaped(r"\N"), _unescaped(r"\101")
        ('a\tb', None, 'A')
    """
    if field == "\\N":
        return None
    if "\\" not in field:
        return field
    return _ESCAPE.sub(
        lambda match: (
            chr(int(match["octal"], 8)) if match["octal"] else _LETTERS.get(match["letter"], match["letter"])
        ),
        field,
    )
