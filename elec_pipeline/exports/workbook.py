"""The table as a workbook of Excel's (.xlsx). Pure: the same table gives the same bytes, at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from elec_pipeline.exports.styles import Style
from elec_pipeline.exports.table import LOADS

SHEET: Final = "elec"
UNDATED: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - the first that a zip archive can say, and it has no zone
LOAD_FORMAT: Final = "#,##0"
"""Shown in whole MW; the cell holds as many digits as Excel knows."""
_WIDTHS: Final = {"delivery_day": 13, "hour_number": 13, "start_paris": 27, "end_paris": 27}
_WIDTH: Final = 16


def workbook_file(table: pd.DataFrame, style: Style) -> bytes:
    """Return the table as one sheet: days, instants in UTC and loads typed, Paris times as text with their offset.

    Args:
        table: As `table.export_table` returns it.
        style: How days and instants are shown. Decimal marks are Excel's own affair.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, _WIDTH)

    def cell(value: object, number_format: str) -> Any:
        made = WriteOnlyCell(sheet, value)
        made.number_format = number_format
        return made

    heading = [WriteOnlyCell(sheet, name) for name in table.columns]
    for each in heading:
        each.font = Font(bold=True)
    sheet.append(heading)
    for row in zip(*(_cells(table[name], style, cell) for name in table.columns), strict=True):
        sheet.append(row)
    book.properties.creator = "elec-pipeline"
    book.properties.created = book.properties.modified = UNDATED
    file = BytesIO()
    with _UndatedArchive(file, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return file.getvalue()


def _cells(column: pd.Series, style: Style, cell: Callable[[object, str], Any]) -> Iterator[Any]:
    """Return the cells of a column; None where there is no value."""
    name = str(column.name)
    if name.endswith("_paris"):
        return (each.isoformat() for each in column)
    if name.endswith("_utc"):
        naive = column.dt.tz_localize(None)
        return (None if pd.isna(each) else cell(each.to_pydatetime(), style.marks.excel_instant) for each in naive)
    if name == "delivery_day":
        return (cell(each, style.marks.excel_day) for each in column)
    if name in LOADS:
        return (None if pd.isna(each) else cell(each, LOAD_FORMAT) for each in column.tolist())
    return iter(column.tolist())


class _UndatedArchive(ZipFile):
    """A zip archive whose members bear no time of writing."""

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: str | bytes, *_: Any, **__: Any) -> None:  # type: ignore[override]
        """Write a member from memory."""
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        member = ZipInfo(name, UNDATED.timetuple()[:6])
        member.compress_type = ZIP_DEFLATED
        super().writestr(member, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Write a member from a file."""
        self.writestr(str(arcname or filename), Path(filename).read_bytes())
