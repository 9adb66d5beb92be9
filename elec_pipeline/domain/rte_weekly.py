"""RTE's weekly forecasts: the days that they are for, and what of a reading is a vintage of its own. Pure.

Here: the days ahead, and which hours say something new. Not here: the mean of an hour (`load_curve`, `rte_hours`),
and the forecasts of today and tomorrow (`vintages`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd

from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.domain.vintages import SAME_MW

FIRST_LEAD_DAYS, LAST_LEAD_DAYS = 3, 9
"""RTE forecasts these days on the day D: D+3 to D+9."""
_KEY = ["hour_start", "published_at"]


def days_ahead(now: datetime) -> tuple[date, date]:
    """Return the first and the last delivery day that the weekly forecasts of a moment are for.

    Example:
        >>> [str(day) for day in days_ahead(datetime.fromisoformat("2025-03-27T23:30+00:00"))]
        ['2025-03-31', '2025-04-06']
    """
    today = delivery_day(now)
    return today + timedelta(days=FIRST_LEAD_DAYS), today + timedelta(days=LAST_LEAD_DAYS)


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
