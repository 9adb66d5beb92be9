"""When each vintage of RTE's forecasts became known. Pure.

Here: nominal times of publication, and the rule for each vintage, the same for a forecast fetched live and one
fetched years later; and forecasts that come without a time of publication, as the open data and files hold them.
Not here: which vintage a forecast then takes (`information_set`).

- The first vintage of RTE's forecast that reached us counts from its publication if it came before its
  delivery day began. Fetched later, RTE shows only its last revision: it then counts from its nominal time
  (`NOMINAL_PUBLICATION`), or from its publication if that was earlier.
- A further vintage counts from its publication and not before it reached us, save that a run which fetches
  at the issue time may take a few minutes to do so (`FETCH_ALLOWANCE`).
- One that comes without a time is known from then on where it is fetched live. Fetched later, it can have been out
  no later than its nominal time; one without a nominal time (ID, which runs on to the hour itself) no later than
  the end of its hour. The same value again is the same forecast: reading twice adds nothing.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, PARIS, day_start, to_utc
from elec_pipeline.domain.timetable import RTE_FORECAST

SAME_MW = 1e-6
"""Within which two values are the same forecast."""

FETCH_ALLOWANCE = timedelta(minutes=15)
"""How long after the issue time a run may take to fetch what had been published before it."""
NOMINAL_PUBLICATION = {"D-1": (1, RTE_FORECAST), "D-2": (2, time(7, 0))}
"""Days before the delivery day, and Paris time, at which RTE's forecasts are out at the latest."""


def nominal_publication(forecast_type: str, day: date) -> datetime:
    """Return the instant by which RTE's forecast of a delivery day is out, UTC.

    Args:
        forecast_type: `D-1` or `D-2`; the others have no such time.
        day: The delivery day.

    Example:
        >>> nominal_publication("D-1", date(2025, 3, 31)).isoformat()
        '2025-03-30T18:00:00+00:00'
    """
    days_before, wall_clock = NOMINAL_PUBLICATION[forecast_type]
    return to_utc(day - timedelta(days=days_before), wall_clock)


def is_after_the_fact(hour_start: pd.Series, issued_at: pd.Series) -> pd.Series:
    """Return which forecasts were made when their hour had begun; `store.queries.series` has the same rule as SQL.

    Example:
        >>> hours = pd.Series(pd.to_datetime(["2025-01-01T12:00Z", "2025-01-01T13:00Z"]))
        >>> is_after_the_fact(hours, pd.Series(pd.to_datetime(["2025-01-01T12:01Z"] * 2))).tolist()
        [True, False]
    """
    return issued_at > hour_start


def known_at(vintages: pd.DataFrame) -> pd.Series:
    """Return when each vintage of RTE's forecasts became known.

    Args:
        vintages: Columns `hour_start`, `forecast_type`, `published_at`, `ingested_at` (UTC).

    Returns:
        UTC timestamps with the index of `vintages`.

    Example:
        >>> late = pd.DataFrame({"hour_start": pd.to_datetime(["2025-01-01T12:00Z"]), "forecast_type": "D-1",
        ...     "published_at": pd.to_datetime(["2025-01-01T08:00Z"]),
        ...     "ingested_at": pd.to_datetime(["2025-06-01T00:00Z"])})
        >>> known_at(late).tolist()
        [Timestamp('2024-12-31 19:00:00+0000', tz='UTC')]
    """
    return timed(vintages)["known_at"]


def timed(vintages: pd.DataFrame) -> pd.DataFrame:
    """Return vintages of RTE's forecasts with when each became known, and what that rests on.

    Args:
        vintages: Columns `hour_start`, `forecast_type`, `published_at`, `ingested_at` (UTC), and others: every
            stored vintage of these hours, for it matters which one reached us first.

    Returns:
        The same rows with `known_at` (UTC) and `is_nominal`: whether it was fetched after its delivery day began
        and counts from the nominal time, so that it may be a later revision.
    """
    day = vintages["hour_start"].dt.tz_convert(PARIS).dt.date
    begins = day.map({d: day_start(d) for d in day.unique()}).astype(vintages["hour_start"].dtype)
    nominal = _nominal_publications(vintages, day)
    keys = ["hour_start", "forecast_type"]
    order = vintages.sort_values(["ingested_at", "published_at"], kind="stable")
    is_first = ~order.duplicated(keys).reindex(vintages.index)
    came_first = vintages.groupby(keys)["ingested_at"].transform("min")
    was_live = came_first < begins
    published = vintages["published_at"]
    is_nominal = is_first & ~was_live & (nominal <= published)  # false where there is no nominal time
    reached_us = vintages["ingested_at"] - FETCH_ALLOWANCE
    further_live = published.where(published > reached_us, reached_us)
    known = published.where(is_first | ~was_live, further_live)
    return vintages.assign(known_at=known.mask(is_nominal, nominal), is_nominal=is_nominal)


def _nominal_publications(vintages: pd.DataFrame, day: pd.Series) -> pd.Series:
    """Return the nominal publication of each row's forecast; NaT for types that have none."""
    nominal = pd.Series(pd.NaT, index=vintages.index, dtype=vintages["hour_start"].dtype)
    for forecast_type in NOMINAL_PUBLICATION:
        of_type = vintages["forecast_type"] == forecast_type
        table = {each: nominal_publication(forecast_type, each) for each in day[of_type].unique()}
        nominal[of_type] = day[of_type].map(table).astype(nominal.dtype)
    return nominal


def assumed_publication(hour_start: pd.Series, forecast_type: str, now: datetime | pd.Series) -> pd.Series:
    """Return when forecasts without a date count as published: at the nominal time, or now if that is earlier.

    Args:
        hour_start: Hours the forecasts are for, UTC.
        forecast_type: `D-1`, `D-2` or `ID`.
        now: When they were fetched, UTC; or when each was.

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
    seen = _seen(now)
    assumed: pd.Series = latest.where(latest < seen, seen)
    return assumed


def news(undated: pd.DataFrame, known: pd.DataFrame, now: datetime | pd.Series) -> pd.DataFrame:
    """Return the vintages without a date that say something new, with the time they count from.

    A value that any stored vintage of the hour has is no news. Nor is another value once the hour is over:
    what was said of it stands. Before that it is a revision, known since now.

    Args:
        undated: Columns `hour_start`, `forecast_type`, `load_mw`, `published_at` (assumed), and others.
        known: Stored vintages: `hour_start`, `forecast_type`, `load_mw`.
        now: When they were fetched, UTC; or when each was.
    """
    keys = ["hour_start", "forecast_type"]
    rivals = undated[keys].assign(new=undated["load_mw"], row=range(len(undated))).merge(known, on=keys)
    is_same = (rivals["new"] - rivals["load_mw"]).abs() < SAME_MW
    row = pd.Series(range(len(undated)), index=undated.index)
    is_rival = row.isin(rivals["row"])
    seen = _seen(now)
    is_over = undated["hour_start"] + HOUR <= seen
    is_news = ~row.isin(rivals.loc[is_same, "row"]) & ~(is_rival & is_over)
    return undated.assign(published_at=undated["published_at"].mask(is_rival, seen))[is_news]


def _seen(now: datetime | pd.Series) -> pd.Timestamp | pd.Series:
    return now if isinstance(now, pd.Series) else pd.Timestamp(now).as_unit("us")
