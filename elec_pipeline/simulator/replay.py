"""`ReplayCurves`: real series from a CSV file, served exactly as they stand there.

Here: reading the file and its resolution. Not here: the series themselves; no row of real data ships with the
project.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.simulator.curves import VINTAGE_COLUMNS, LoadType, no_vintages
from elec_pipeline.simulator.publication import first_published

_COLUMN = {LoadType.REALISED: "load_mw", LoadType.ID: "rte_d_mw", LoadType.D1: "rte_d1_mw"}
_QUARTER_S = 900


class ReplayCurves:
    """Series from a CSV file, gzipped or not, quarter-hourly, half-hourly or hourly.

    A longer step is served as equal quarter-hours. A missing value stays absent. The file knows one vintage,
    published at the nominal time of its type, and neither D-2 nor weekly forecasts: none are served.

    Args:
        path: File with the columns `ts_utc` (start of the interval, ISO 8601, UTC), `load_mw`, `rte_d1_mw`
            and `rte_d_mw` (RTE's intraday forecast), all in MW.

    Raises:
        ConfigurationError: The file is not there, cannot be read, lacks a column, repeats an instant, has one
            that begins no quarter-hour, or rows that overlap; the message says which.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        table = self._table()
        self._vintages = {kind: _vintages(kind, table[column]) for kind, column in _COLUMN.items()}

    def vintages(self, load_type: LoadType, start: datetime, end: datetime) -> pd.DataFrame:
        """Return every interval of a window that the file has a value for.

        Args:
            load_type: Which of the series; D-2 and the weekly one give nothing.
            start: First instant, zone-aware.
            end: Instant that ends the window (exclusive), zone-aware.

        Returns:
            Columns `interval_start` (UTC), `load_mw` (as in the file), `published_at` (UTC), ordered.
        """
        if load_type not in self._vintages:
            return no_vintages()
        frame = self._vintages[load_type]
        first, last = frame["interval_start"].searchsorted(pd.DatetimeIndex([start, end]).as_unit("s"))
        return frame.iloc[first:last]

    def _table(self) -> pd.DataFrame:
        """Return the three series by quarter-hour (UTC)."""
        try:
            table = pd.read_csv(self._path)
        except FileNotFoundError as error:
            raise ConfigurationError(f"There is no file {self._path} to replay.") from error
        except (
            OSError,
            EOFError,
            UnicodeDecodeError,
            pd.errors.ParserError,
            pd.errors.EmptyDataError,
        ) as error:
            raise ConfigurationError(f"{self._path} cannot be read as CSV: {error}") from error
        missing = [
            column for column in ("ts_utc", "load_mw", "rte_d1_mw", "rte_d_mw") if column not in table.columns
        ]
        if missing:
            raise ConfigurationError(
                f"{self._path} cannot be replayed: it lacks the columns {', '.join(missing)}. It needs "
                "ts_utc, load_mw, rte_d1_mw and rte_d_mw."
            )
        try:
            starts = pd.DatetimeIndex(pd.to_datetime(table["ts_utc"], utc=True, format="ISO8601"))
            series = table[list(_COLUMN.values())].astype(float).set_index(starts.as_unit("s"))
        except ValueError as error:
            raise ConfigurationError(f"{self._path} cannot be replayed: {error}") from error
        if series.index.has_duplicates:
            raise ConfigurationError(f"{self._path} cannot be replayed: ts_utc has the same instant twice.")
        return self._in_quarters(series.sort_index())

    def _in_quarters(self, series: pd.DataFrame) -> pd.DataFrame:
        starts_s = series.index.to_numpy("datetime64[s]").astype(np.int64)
        if (starts_s % _QUARTER_S).any():
            raise ConfigurationError(
                f"{self._path} cannot be replayed: an instant of ts_utc is not the start of a quarter-hour."
            )
        # The usual step, not the smallest: where rows are missing, the step across the gap is longer.
        steps, times = np.unique(np.diff(starts_s), return_counts=True)
        step_s = int(steps[times.argmax()]) if steps.size else _QUARTER_S
        if (steps < step_s).any():
            raise ConfigurationError(
                f"{self._path} cannot be replayed: some of its rows of {step_s // 60} minutes overlap."
            )
        parts = step_s // _QUARTER_S
        quarters_s = starts_s[:, None] + np.arange(parts) * _QUARTER_S
        index = pd.DatetimeIndex(quarters_s.ravel().astype("datetime64[s]"), tz="UTC")
        return pd.DataFrame(np.repeat(series.to_numpy(), parts, axis=0), index=index, columns=series.columns)


def _vintages(load_type: LoadType, series: pd.Series[float]) -> pd.DataFrame:
    known = series.dropna()
    starts = pd.DatetimeIndex(known.index)
    columns = (starts, known.to_numpy(), first_published(load_type, starts))
    return pd.DataFrame(dict(zip(VINTAGE_COLUMNS, columns, strict=True)))
