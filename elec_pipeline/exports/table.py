"""The table of a file: one row for each hour, or quarter-hour, of whole delivery days. Pure.

Here: columns, their order and types. Not here: how a format writes them (`csv_text`, `workbook`, `parquet`), and
where the values come from (`store.queries`: `side_by_side`, `quarters_side_by_side`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.exports.resolution import Resolution

QUANTILES: Final = tuple(name for name in COLUMNS if name != "load_mw")
BANDS: Final = tuple(f"{name}_mw" for name in QUANTILES)
LOADS: Final = ("forecast_mw", *BANDS, "rte_d2_mw", "rte_d1_mw", "actual_mw")
"""Columns of MW; NaN where there is no value."""
_ONLY_BY_HOUR: Final = "rte_d2_mw"
"""RTE gives its D-2 by the half-hour."""


def loads_of(resolution: Resolution) -> tuple[str, ...]:
    """Return the columns of MW of a file."""
    return tuple(name for name in LOADS if resolution is Resolution.HOUR or name != _ONLY_BY_HOUR)


def names_of(resolution: Resolution) -> tuple[str, ...]:
    """Return every column of a file, in order, the same in every format."""
    times = ("start_paris", "end_paris", "start_utc")
    return ("delivery_day", resolution.number_name, *times, *loads_of(resolution), "issued_at_utc")


NAMES: Final = names_of(Resolution.HOUR)


def export_table(series: pd.DataFrame, resolution: Resolution = Resolution.HOUR) -> pd.DataFrame:
    """Return the rows of a file.

    Days at either end of which nothing is known are left out; within, a row without a value stays. Where
    nothing is known at all the table has columns and no row.

    Args:
        series: Of whole delivery days, as `store.queries.side_by_side` or `quarters_side_by_side` returns them.
        resolution: Whether its rows are hours or quarter-hours.

    Returns:
        `delivery_day` (dates), `hour_number` (1 to 23, 24 or 25 within its day) or `quarter_number` (1 to
        92, 96 or 100), `start_paris` and `end_paris` (zone-aware, Europe/Paris), `start_utc`, the `LOADS` (MW) and
        `issued_at_utc`. `actual_mw` is there for complete hours alone; by the quarter-hour there is no
        `rte_d2_mw`.

    Example:
        >>> from datetime import date
        >>> from elec_pipeline.domain.delivery_day import hours
        >>> axis = hours(date(2025, 10, 26))
        >>> names = [*COLUMNS, "rte_d1_mw", "rte_d2_mw", "actual_mw"]
        >>> series = pd.DataFrame(50e3, index=axis, columns=names).assign(quarters=4, issued_at=axis[0])
        >>> [str(each) for each in export_table(series).loc[2:3, "start_paris"]]
        ['2025-10-26 02:00:00+02:00', '2025-10-26 02:00:00+01:00']
    """
    starts = pd.DatetimeIndex(series.index).as_unit("us")
    paris = starts.tz_convert(PARIS)
    day = pd.Series(paris.date, dtype=object)
    plain = series.reset_index(drop=True)
    columns = {
        "delivery_day": day,
        resolution.number_name: day.groupby(day).cumcount().astype(np.int64) + 1,
        "start_paris": paris.to_series(index=plain.index),
        "end_paris": (starts + resolution.step).tz_convert(PARIS).to_series(index=plain.index),
        "start_utc": starts.to_series(index=plain.index),
        "forecast_mw": plain["load_mw"],
        **{f"{name}_mw": plain[name] for name in QUANTILES},
        "rte_d2_mw": plain["rte_d2_mw"],
        "rte_d1_mw": plain["rte_d1_mw"],
        "actual_mw": plain["actual_mw"].where(plain["quarters"] == QUARTERS_AN_HOUR),
        "issued_at_utc": pd.to_datetime(plain["issued_at"], utc=True).dt.as_unit("us"),
    }
    loads = list(loads_of(resolution))
    table = pd.DataFrame(columns)[list(names_of(resolution))].astype(dict.fromkeys(loads, np.float64))
    known = table.loc[table[loads].notna().any(axis="columns"), "delivery_day"]
    if known.empty:
        return table.iloc[:0]
    within = table["delivery_day"].between(known.iloc[0], known.iloc[-1])
    rows: pd.DataFrame = table[within].reset_index(drop=True)
    return rows
