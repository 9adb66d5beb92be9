"""`SyntheticCurves`: a France that never was, for any day from 2012 to 2040.

Here: the frames of the synthetic world, cached by calendar year. Not here: the formulas
(`synthetic_load`, `synthetic_forecasts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import day_end, day_start
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.simulator.curves import LoadType, no_vintages
from elec_pipeline.simulator.noise import Ints
from elec_pipeline.simulator.publication import (
    WEEKLY_LEADS,
    Revision,
    first_published,
    revised_published,
    weekly_published,
)
from elec_pipeline.simulator.synthetic_forecasts import (
    day_ahead_error,
    day_ahead_revised_error,
    intraday_error,
    two_days_ahead_error,
    weekly_error,
)
from elec_pipeline.simulator.synthetic_load import load

FIRST_YEAR = 2012
LAST_YEAR = 2040
_ERRORS = {LoadType.ID: intraday_error, LoadType.D1: day_ahead_error, LoadType.D2: two_days_ahead_error}


def _quarters_of_year(year: int) -> Ints:
    """Return the quarter-hours of a calendar year in UTC, seconds since 1970."""
    first, last = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    return np.arange(first, last, 900, dtype=np.int64)


@lru_cache(maxsize=32)
def _load_of_year(seed: int, year: int) -> Floats:
    return load(seed, _quarters_of_year(year))


def _frame(epoch_s: Ints, load_mw: Floats, published: pd.DatetimeIndex) -> pd.DataFrame:
    return pd.DataFrame(
        {"interval_start": _instants(epoch_s), "load_mw": np.rint(load_mw), "published_at": published}
    )


@lru_cache(maxsize=48)
def _year(seed: int, load_type: LoadType, year: int) -> pd.DataFrame:
    """Return every vintage of a type in a calendar year (UTC); some 4 MB at most, never to be modified."""
    epoch_s = _quarters_of_year(year)
    true_mw = load_mw = _load_of_year(seed, year)
    error = _ERRORS[load_type](seed, epoch_s) if load_type in _ERRORS else np.zeros(1)
    if load_type in _ERRORS:
        load_mw = true_mw * (1 + error)
    if load_type is LoadType.WEEKLY:
        return _weekly_of_year(seed, year)
    if load_type is LoadType.D2:
        epoch_s, load_mw = _halves(epoch_s, load_mw)
    starts = _instants(epoch_s)
    frame = _frame(epoch_s, load_mw, first_published(load_type, starts))
    if load_type is not LoadType.D1:
        return frame
    revised = [
        _frame(
            epoch_s,
            true_mw * (1 + day_ahead_revised_error(seed, epoch_s, revision, error)),
            revised_published(starts, revision),
        )
        for revision in Revision
    ]
    return _in_order([frame, *revised])


def _weekly_of_year(seed: int, year: int) -> pd.DataFrame:
    quarters_s, true_mw = _quarters_of_year(year), _load_of_year(seed, year)
    two_days = two_days_ahead_error(seed, quarters_s)
    starts = _instants(quarters_s[::2])
    return _in_order(
        [
            _frame(
                *_halves(quarters_s, true_mw * (1 + weekly_error(seed, quarters_s, lead, two_days))),
                weekly_published(starts, lead),
            )
            for lead in WEEKLY_LEADS
        ]
    )


def _instants(epoch_s: Ints) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(epoch_s.astype("datetime64[s]"), tz="UTC")


def _halves(epoch_s: Ints, load_mw: Floats) -> tuple[Ints, Floats]:
    """Return the half-hours of quarter-hours."""
    return epoch_s[::2], load_mw.reshape(-1, 2).mean(axis=1)


def _in_order(vintages: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(vintages).sort_values(["interval_start", "published_at"], ignore_index=True)


@dataclass(frozen=True)
class SyntheticCurves:
    """A synthetic load of France and RTE-like forecasts of it, the same for the same seed.

    The value of an instant does not depend on the window it was asked with. The load answers to a synthetic
    temperature, the clock in Paris, the day of the week, public holidays, August and Christmas. D-1 has four
    vintages: 19:30 and 22:00 on the day before, 08:00 and 15:00 on the day. The weekly forecasts have seven, at
    07:00 from nine days before to three.

    Attributes:
        seed: Another seed is another world.
    """

    seed: int = 0

    def vintages(self, load_type: LoadType, start: datetime, end: datetime) -> pd.DataFrame:
        """Return every vintage of every interval that begins in a window.

        Args:
            load_type: Which of the series.
            start: First instant, zone-aware.
            end: Instant that ends the window (exclusive), zone-aware.

        Returns:
            Columns `interval_start` (UTC), `load_mw` (whole MW), `published_at` (UTC), ordered; nothing
            outside 2012 to 2040.
        """
        years = range(max(FIRST_YEAR, start.astimezone(UTC).year), min(LAST_YEAR, end.astimezone(UTC).year) + 1)
        parts = [_window(_year(self.seed, load_type, year), start, end) for year in years]
        return pd.concat(parts, ignore_index=True) if parts else no_vintages()

    def truth(self, day: date) -> pd.DataFrame:
        """Return the realised quarter-hours of a Paris day, whatever the time is; for tests and demos.

        Args:
            day: The delivery day.

        Returns:
            As `vintages` does, 92, 96 or 100 rows.
        """
        return self.vintages(LoadType.REALISED, day_start(day), day_end(day))


def _window(frame: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    first, last = frame["interval_start"].searchsorted(pd.DatetimeIndex([start, end]).as_unit("s"))
    return frame.iloc[first:last]
