"""RTE's forecasts that come without a time of publication, as the open data and files hold them.

Here: the time they count from, and which of them are news. Pure. Not here: forecasts that carry their time.

Whoever fetches such a forecast live knows it from then on. Fetched later, it can have been out no later than its
nominal time (see `vintages`); one without a nominal time (ID, which runs on to the hour itself) no
later than the end of its hour. The same value again is the same forecast: reading twice adds nothing.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, PARIS
from elec_pipeline.domain.vintages import NOMINAL_PUBLICATION, nominal_publication

SAME_MW = 1e-6


def assumed_publication(hour_start: pd.Series, forecast_type: str, now: datetime) -> pd.Series:
    """Return when forecasts without a date count as published: at the nominal time, or now if that is earlier.

    Args:
        hour_start: Hours the forecasts are for, UTC.
        forecast_type: `D-1`, `D-2` or `ID`.
        now: When they were fetched, UTC.

    Example:
        >>> noon = pd.Series(pd.to_datetime(["2025-01-02T11:00Z"])).dt.as_unit("us")
        >>> now = pd.Timestamp("2025-06-01T00:00Z")
        >>> [str(assumed_publication(noon, kind, now)[0]) for kind in ("D-1", "ID")]
        ['2025-01-01 19:00:00+00:00', '2025-01-02 12:00:00+00:00']
    """
    if forecast_type in NOMINAL_PUBLICATION:
        day = hour_start.dt.tz_convert(PARIS).dt.date
        table = {each: nominal_publication(forecast_type, each) for each in day.unique()}
        latest = day.map(table).astype(hour_start.dtype)
    else:
        latest = hour_start + HOUR
    seen = pd.Timestamp(now).as_unit("us")
    assumed: pd.Series = latest.where(latest < seen, seen)
    return assumed


def news(undated: pd.DataFrame, known: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return the vintages without a date that say something new, with the time they count from.

    A value that any stored vintage of the hour has is no news. Nor is another value once the hour is over:
    what was said of it stands. Before that it is a revision, known since now.

    Args:
        undated: Columns `hour_start`, `forecast_type`, `load_mw`, `published_at` (assumed), and others.
        known: Stored vintages: `hour_start`, `forecast_type`, `load_mw`.
        now: When they were fetched, UTC.
    """
    keys = ["hour_start", "forecast_type"]
    rivals = undated[keys].assign(new=undated["load_mw"], row=range(len(undated))).merge(known, on=keys)
    is_same = (rivals["new"] - rivals["load_mw"]).abs() < SAME_MW
    row = pd.Series(range(len(undated)), index=undated.index)
    is_rival = row.isin(rivals["row"])
    is_over = undated["hour_start"] + HOUR <= pd.Timestamp(now)
    is_news = ~row.isin(rivals.loc[is_same, "row"]) & ~(is_rival & is_over)
    seen = pd.Timestamp(now).as_unit("us")
    return undated.assign(published_at=undated["published_at"].mask(is_rival, seen))[is_news]
