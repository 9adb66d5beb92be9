"""The table as CSV, in a style. Pure."""

from __future__ import annotations

import pandas as pd

from elec_pipeline.exports.styles import Style


def csv_file(table: pd.DataFrame, style: Style) -> bytes:
    """Return the table as CSV in UTF-8: figures to their last digit, an empty field where there is no value.

    Paris times bear their UTC offset, such as `2025-10-26T02:00:00+01:00`, so that no two hours look alike.

    Args:
        table: As `table.export_table` returns it.
        style: Separator, decimal mark, byte-order mark.

    Example:
        >>> day = pd.to_datetime(["2025-10-26T01:00Z"])
        >>> table = pd.DataFrame({"start_paris": day.tz_convert("Europe/Paris"), "actual_mw": [50000.5]})
        >>> csv_file(table, Style.FRENCH).decode("utf-8-sig").splitlines()
        ['start_paris;actual_mw', '2025-10-26T02:00:00+01:00;50000,5']
    """
    marks = style.marks
    text = table.assign(
        **{
            str(name): column.map(pd.Timestamp.isoformat)
            if str(name).endswith("_paris")
            else column.dt.strftime(marks.utc)
            for name, column in table.items()
            if isinstance(column.dtype, pd.DatetimeTZDtype)
        }
    ).to_csv(index=False, sep=marks.separator, decimal=marks.decimal, lineterminator="\n")
    return marks.byte_order_mark + text.encode()
