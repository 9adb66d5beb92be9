"""Kinds of files, and in which style people write numbers. Pure.

Here: names of formats and styles, and what belongs to each. Not here: writing (`csv_text`, `workbook`, `parquet`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The formats of a file, by the ending of its name."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """The type by which it is announced."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.PARQUET: "application/vnd.apache.parquet",
}


class Style(StrEnum):
    """How a spreadsheet's country writes numbers and dates."""

    INTERNATIONAL = "international"
    FRENCH = "fr"

    @property
    def marks(self) -> Marks:
        """Its separators."""
        return _FRENCH if self is Style.FRENCH else _INTERNATIONAL


@dataclass(frozen=True)
class Marks:
    """What a style writes.

    Attributes:
        separator: Between the fields of a CSV line.
        decimal: Before the decimals of a number in CSV.
        byte_order_mark: What a CSV file begins with: by it Excel knows that the text is UTF-8.
        utc: How an instant in UTC is written in CSV, for `strftime`.
        excel_day: A day's number format in a workbook.
        excel_instant: That of an instant.
    """

    separator: str
    decimal: str
    byte_order_mark: bytes
    utc: str
    excel_day: str
    excel_instant: str


_INTERNATIONAL = Marks(",", ".", b"", "%Y-%m-%dT%H:%M:%SZ", "yyyy-mm-dd", "yyyy-mm-dd hh:mm")
# Excel in French reads this as an instant; with T and Z it is a text.
_FRENCH = Marks(";", ",", b"\xef\xbb\xbf", "%Y-%m-%d %H:%M:%S", "dd/mm/yyyy", "dd/mm/yyyy hh:mm")
