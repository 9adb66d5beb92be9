"""RTE's weekly forecasts: the days that they are for, and what of a reading is a vintage of its own. Pure.

Here: the days ahead, which hours say something new, what was known on a morning, and what share of our week ahead
they earn. Not here: the mean of an hour (`load_curve`, `rte_hours`), and the forecasts of today and tomorrow
(`vintages`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE, SAME_MW
from elec_pipeline.domain.week_ahead import issued_on

FIRST_LEAD_DAYS, LAST_LEAD_DAYS = 3, 9
"""RTE forecasts these days on the day D: D+3 to D+9."""
LEAST_DAYS = 28
"""Days of one lead with an actual load, a forecast of ours and one of RTE's, before RTE's has a say in ours."""
_KEY = ["hour_start", "published_at"]


def days_ahead(now: datetime) -> tuple[date, date]:
    """Return the first and the last delivery day that the weekly forecasts of a moment are for.

    Example:
        >>> [str(day) for day in days_ahead(datetime.fromisoformat("2025-03-27T23:30+00:00"))]
        ['2025-03-31', '2025-04-06']
    """
    today = delivery_day(now)
    return today + timedelta(days=FIRST_LEAD_DAYS), today + timedelta(days=LAST_LEAD_DAYS)


def known_on(vintages: pd.DataFrame, morning: date) -> pd.Series:
    """Return the newest forecast of each hour that was here when the week ahead was forecast on a morning.

    Args:
        vintages: Columns `hour_start`, `published_at`, `ingested_at` (UTC) and `load_mw`.
        morning: Paris day of the issue.

    Returns:
        MW, by hour.

    Example:
        >>> noon = pd.Timestamp("2025-07-04T12:00Z")
        >>> published = pd.to_datetime(["2025-07-01T05:00Z", "2025-07-01T09:00Z"])
        >>> read = pd.DataFrame({"hour_start": [noon] * 2, "published_at": published, "ingested_at": published,
        ...     "load_mw": [50e3, 51e3]})
        >>> known_on(read, date(2025, 7, 1)).tolist(), known_on(read, date(2025, 7, 2)).tolist()
        ([50000.0], [51000.0])
    """
    issued = issued_on(morning)
    known = vintages["published_at"].le(pd.Timestamp(issued)) & vintages["ingested_at"].le(
        pd.Timestamp(issued + FETCH_ALLOWANCE)
    )
    newest = vintages[known].sort_values("published_at").drop_duplicates("hour_start", keep="last")
    return newest.set_index("hour_start")["load_mw"].sort_index()


def share_earned(actual: Floats, ours: Floats, theirs: Floats) -> float:
    """Return the share of RTE's weekly forecast in a mean with ours that would have missed past days by the least.

    Args:
        actual: Load of past days, shape (n,), MW.
        ours: Of the same hours, so many days ahead.
        theirs: Likewise.

    Returns:
        From 0 to 1; 0 where fewer than `LEAST_DAYS` days are known of all three.

    Example:
        >>> days = np.full(24 * 30, 50e3)
        >>> share_earned(days, days + 300, days - 100), share_earned(days[:24], days[:24] + 300, days[:24])
        (0.75, 0.0)
    """
    known = ~(np.isnan(actual) | np.isnan(ours) | np.isnan(theirs))
    apart, missed = (theirs - ours)[known], (actual - ours)[known]
    size = float(apart @ apart)
    if known.sum() < 24 * LEAST_DAYS or not size:
        return 0.0
    return float(np.clip(apart @ missed / size, 0.0, 1.0))


def new_vintages(hours: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the hours that differ from the vintage published before them; the others say nothing new.

    Args:
        hours: Columns `hour_start`, `published_at` (UTC) and `load_mw`: any number of vintages.
        known: Stored vintages of these hours, with the same columns. What bears the time of one of them is that
            one, whatever its value: the first of them stands.

    Example:
        >>> noon = pd.Timestamp("2025-01-09T12:00Z")
        >>> known = pd.DataFrame({"hour_start": [noon], "load_mw": 60e3,
        ...     "published_at": pd.to_datetime(["2025-01-01T06:00Z"])})
        >>> read = pd.DataFrame({"hour_start": [noon] * 2, "load_mw": [60e3, 61e3],
        ...     "published_at": pd.to_datetime(["2025-01-02T06:00Z", "2025-01-03T06:00Z"])})
        >>> new_vintages(read, known)["load_mw"].tolist()
        [61000.0]
    """
    read = hours.assign(is_new=True)
    stored = known[[*_KEY, "load_mw"]].assign(is_new=False)
    both = pd.concat([stored, read]) if len(stored) else read
    ordered = both.drop_duplicates(_KEY).sort_values(_KEY, kind="stable")
    change = ordered.groupby("hour_start")["load_mw"].diff().abs()
    says_more = change.isna() | (change >= SAME_MW)
    return ordered[ordered["is_new"] & says_more].drop(columns="is_new").reset_index(drop=True)
