"""The hourly issues within a day: when they are made, what each knows, which forecast it goes on from. Pure.

Here: the rules, the same for an issue made now and one made years later. Not here: how the forecast changes
(`forecasting.intraday`).

An issue comes a few minutes after each full hour and knows the quarter-hours that have just ended, as RTE shows
them then. That is sooner than the rule of the two named issues, an hour after an hour ends, which holds for every
source: here a quarter that has not come yet is not known, and the issue says up to when it knows. It looks at the
newest half hour known, two quarters, so that what is off in one of them alone counts half.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, QUARTER, day_end, delivery_day, hours
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.timetable import INTRADAY_MINUTE

DELAY = timedelta(minutes=INTRADAY_MINUTE)
"""From the end of the newest quarter-hour that an issue may know to the issue."""
OLDEST_HOURS = 6
"""How far back the newest half hour is looked for: what was off before says little of the hours ahead."""


def issue_times(day: date) -> list[datetime]:
    """Return the instants (UTC) of the hourly issues that are made on a Paris day.

    Example:
        >>> [f"{each:%d %H:%M}" for each in issue_times(date(2025, 3, 30))][::11]
        ['29 23:10', '30 10:10', '30 21:10']
    """
    return [each.to_pydatetime() + DELAY for each in hours(day)]


def hours_ahead(issued: datetime) -> pd.DatetimeIndex:
    """Return the hours that an issue forecasts: from the one that runs to the end of tomorrow.

    Those of tomorrow are there once a forecast of tomorrow is.
    """
    start = (issued - DELAY).replace(minute=0, second=0, microsecond=0)
    return pd.date_range(
        start, day_end(delivery_day(issued) + timedelta(days=1)), freq="h", inclusive="left", unit="us"
    )


def leads(hour_start: pd.Series, issued_at: pd.Series) -> pd.Series:
    """Return how many hours ahead each hour was forecast: 1 for the one that ran when the issue was made.

    Example:
        >>> at = pd.to_datetime(["2025-01-01T12:00Z", "2025-01-01T13:00Z"])
        >>> leads(pd.Series(at), pd.Series(pd.to_datetime(["2025-01-01T12:10Z"] * 2))).tolist()
        [1, 2]
    """
    whole: pd.Series = (hour_start - issued_at.dt.floor("h")) // pd.Timedelta(HOUR) + 1
    return whole


def window(issued: datetime) -> tuple[datetime, datetime]:
    """Return the span (UTC, end exclusive) in which the newest known half hour is looked for."""
    end = (issued - DELAY).replace(minute=0, second=0, microsecond=0)
    return end - OLDEST_HOURS * HOUR, end


@dataclass(frozen=True)
class HalfHour:
    """A half hour that is known.

    Attributes:
        start: UTC.
        load_mw: The mean of its two quarters.
    """

    start: datetime
    load_mw: float

    @property
    def end(self) -> datetime:
        """UTC, exclusive."""
        return self.start + 2 * QUARTER

    def hours_to(self, hour_start: pd.DatetimeIndex) -> Floats:
        """Return the hours from its middle to the middle of each of some hours, shape (n,)."""
        return np.asarray((hour_start + HOUR / 2 - pd.Timestamp(self.start + QUARTER)) / HOUR, dtype=np.float64)


def newest_half_hour(issued: datetime, quarters_mw: Floats) -> HalfHour | None:
    """Return the newest half hour that an issue knows; None where it knows none of its `window`.

    Args:
        issued: When the issue is made.
        quarters_mw: The quarters of its window as they stood then, MW, shape (24,), NaN where not known.
    """
    pairs = np.flatnonzero(~np.isnan(quarters_mw[1:] + quarters_mw[:-1]))
    if not pairs.size:
        return None
    start, _ = window(issued)
    newest = int(pairs[-1])
    return HalfHour(start + newest * QUARTER, float(quarters_mw[newest : newest + 2].mean()))


def base_of(forecasts: pd.DataFrame, issued: datetime) -> pd.DataFrame:
    """Return the forecast that an issue goes on from: of each hour the newest day-ahead issue known then.

    Args:
        forecasts: Rows of `chronos_predictions` with `hour_start`, `issued_at`, `created_at`, `model_version`; of
            several models that made an issue the first counts.
        issued: When the issue is made.

    Returns:
        Its rows, one an hour, in order of hours. Without forecasts made after their hour had begun.
    """
    known = forecasts[
        (forecasts["issued_at"] <= pd.Timestamp(issued)) & (forecasts["issued_at"] <= forecasts["hour_start"])
    ]
    order = known.sort_values(
        ["hour_start", "issued_at", "created_at", "model_version"], ascending=[True, False, True, True]
    )
    return order.drop_duplicates("hour_start").reset_index(drop=True)


def due(day: date, now: datetime) -> list[datetime]:
    """Return those of a day's issues whose time has come.

    Example:
        >>> len(due(date(2025, 3, 30), day_end(date(2025, 3, 30))))
        23
    """
    return [each for each in issue_times(day) if each <= now]
