"""What a source of simulated series must offer, and the five series that RTE publishes.

Here: the type names, their resolution, the `Curves` protocol and the shape of its frames. Not here: any
value, nor the moment at which one is published.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Protocol

import pandas as pd

VINTAGE_COLUMNS = ["interval_start", "load_mw", "published_at"]


class LoadType(enum.StrEnum):
    """The series of RTE's Consumption API: the values of `type` in `short_term`, and the weekly one."""

    REALISED = "REALISED"
    ID = "ID"
    D1 = "D-1"
    D2 = "D-2"
    WEEKLY = "WEEKLY"
    """Of `weekly_forecasts`, which gives it no name."""

    @property
    def resolution(self) -> timedelta:
        """Length of an interval: half an hour for D-2 and the weekly forecasts, a quarter-hour for the rest."""
        return timedelta(minutes=30 if self in (LoadType.D2, LoadType.WEEKLY) else 15)


SHORT_TERM = (LoadType.REALISED, LoadType.ID, LoadType.D1, LoadType.D2)
"""Those that `short_term` serves."""


class Curves(Protocol):
    """A source of series, read by time window."""

    def vintages(self, load_type: LoadType, start: datetime, end: datetime) -> pd.DataFrame:
        """Return every vintage of every interval that begins in a window.

        Args:
            load_type: Which of the series.
            start: First instant, zone-aware.
            end: Instant that ends the window (exclusive), zone-aware.

        Returns:
            One row per interval and vintage, ordered by both: `interval_start` (UTC), `load_mw` (MW, never
            missing) and `published_at` (UTC). An interval without a value has no row. Times past and future
            are answered alike: what is out yet is the server's business, which knows the time.
        """
        ...


def no_vintages() -> pd.DataFrame:
    """Return the empty frame of vintages, with its types."""
    no_times = pd.DatetimeIndex([], tz="UTC").as_unit("s")
    return pd.DataFrame(
        {"interval_start": no_times, "load_mw": pd.Series([], dtype=float), "published_at": no_times}
    )
