"""From the store to a file's bytes: the one way, for the dashboard's buttons and the API alike.

Here: which days a file may hold, its name, its bytes. Not here: the table and the formats (its neighbours).
"""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.exports.csv_text import csv_file
from elec_pipeline.exports.parquet import parquet_file
from elec_pipeline.exports.resolution import Resolution
from elec_pipeline.exports.styles import Kind, Style
from elec_pipeline.exports.table import export_table
from elec_pipeline.exports.workbook import workbook_file
from elec_pipeline.store.queries import quarters_side_by_side, side_by_side


def make_file(
    connection: Connection,
    first: date,
    last: date,
    issue: Issue | None,
    *,
    kind: Kind,
    style: Style,
    resolution: Resolution = Resolution.HOUR,
) -> bytes:
    """Return the file of a range of delivery days.

    Args:
        connection: Open.
        first: First delivery day.
        last: Last one, included; at most `resolution.most_days` days.
        issue: Which of our issues; None for the newest of each hour.
        kind: Its format.
        style: How numbers and dates are written, where the format leaves a choice.
        resolution: Whether its rows are hours or quarter-hours.
    """
    read = quarters_side_by_side if resolution is Resolution.QUARTER else side_by_side
    return written(export_table(read(connection, first, last, issue), resolution), kind, style)


def written(table: pd.DataFrame, kind: Kind, style: Style) -> bytes:
    """Return a table, as `table.export_table` returns it, in a format."""
    if kind is Kind.CSV:
        return csv_file(table, style)
    return workbook_file(table, style) if kind is Kind.XLSX else parquet_file(table)


def file_name(
    first: date, last: date, issue: Issue | None, kind: Kind, resolution: Resolution = Resolution.HOUR
) -> str:
    """Return what a file is called.

    Example:
        >>> file_name(date(2025, 10, 26), date(2025, 10, 26), None, Kind.CSV)
        'elec-2025-10-26.csv'
        >>> file_name(date(2025, 10, 20), date(2025, 10, 26), Issue.EVENING, Kind.XLSX)
        'elec-2025-10-20-to-2025-10-26-evening.xlsx'
        >>> file_name(date(2025, 10, 26), date(2025, 10, 26), None, Kind.PARQUET, Resolution.QUARTER)
        'elec-2025-10-26-15min.parquet'
    """
    days = str(first) if first == last else f"{first}-to-{last}"
    parts = ["elec", days, *([] if issue is None else [str(issue)])]
    return "-".join([*parts, *([str(resolution)] if resolution is Resolution.QUARTER else [])]) + f".{kind}"
