"""When RTE publishes what, in Paris time, and which vintage is the latest at a given moment.

Here: publication instants of the five series, and the choice of a vintage. Not here: values.

Measured times: D-1 about 19:30 the day before and revised afterwards, D-2 about 07:00 two days before,
REALISED and ID along the day. Of the weekly forecasts no time is known: here they come with D-2, each morning from
nine days before to three. The simulator makes them exact, so that the same question about the past
always has the same answer.
"""

from __future__ import annotations

import enum
from datetime import datetime, time, timedelta

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, to_utc
from elec_pipeline.domain.rte_weekly import FIRST_LEAD_DAYS, LAST_LEAD_DAYS
from elec_pipeline.simulator.curves import LoadType

REALISED_DELAY = timedelta(minutes=5)
"""From the end of a quarter-hour to its realised value."""

WEEKLY_LEADS = range(LAST_LEAD_DAYS, FIRST_LEAD_DAYS - 1, -1)
"""How many days before its delivery day each vintage of a weekly forecast comes out."""
_MORNING = time(7)
_NOMINAL = {
    LoadType.ID: (0, time(0)),
    LoadType.D1: (1, time(19, 30)),
    LoadType.D2: (2, _MORNING),
    LoadType.WEEKLY: (WEEKLY_LEADS[0], _MORNING),
}
"""Days before the delivery day, and the wall clock in Paris."""


def _on_delivery_day(starts: pd.DatetimeIndex, days_before: int, wall_clock: time) -> pd.DatetimeIndex:
    """Return, for each interval, the UTC instant of a wall clock some days before its delivery day."""
    local_days = starts.tz_convert(PARIS).tz_localize(None).normalize()
    codes, unique_days = pd.factorize(local_days)
    instants = [to_utc(day.date() - timedelta(days=days_before), wall_clock) for day in unique_days]
    return pd.DatetimeIndex(pd.to_datetime(instants, utc=True).as_unit("s").take(codes))


def first_published(load_type: LoadType, starts: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return when the first vintage of each interval comes out.

    Args:
        load_type: Which series.
        starts: Starts of the intervals, UTC.

    Returns:
        UTC instants, as long as `starts`.

    Example:
        >>> first_published(LoadType.D1, pd.DatetimeIndex(["2025-07-01T10:00Z"]))[0].isoformat()
        '2025-06-30T17:30:00+00:00'
    """
    if load_type is LoadType.REALISED:
        return starts.as_unit("s") + (load_type.resolution + REALISED_DELAY)
    return _on_delivery_day(starts, *_NOMINAL[load_type])


def weekly_published(starts: pd.DatetimeIndex, lead: int) -> pd.DatetimeIndex:
    """Return when the weekly forecast of some days before comes out.

    Args:
        starts: Starts of the intervals, UTC.
        lead: How many days before, one of `WEEKLY_LEADS`.

    Returns:
        UTC instants, as long as `starts`.
    """
    return _on_delivery_day(starts, lead, _MORNING)


class Revision(enum.Enum):
    """When RTE revises its D-1 forecast: days before the delivery day, and the wall clock in Paris."""

    NIGHT = (1, time(22))
    MORNING = (0, time(8))
    AFTERNOON = (0, time(15))


def revised_published(starts: pd.DatetimeIndex, revision: Revision = Revision.MORNING) -> pd.DatetimeIndex:
    """Return when a revision of the D-1 forecast of each interval comes out.

    Args:
        starts: Starts of the intervals, UTC.
        revision: Which.

    Returns:
        UTC instants, as long as `starts`.
    """
    return _on_delivery_day(starts, *revision.value)


def latest(vintages: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return the last vintage of each interval that is out at a moment; RTE serves no older one.

    Args:
        vintages: A frame of vintages, ordered by interval and publication.
        now: The moment, zone-aware.

    Returns:
        The rows that remain, at most one per interval.
    """
    out = vintages[vintages["published_at"] <= pd.Timestamp(now)]
    return out.drop_duplicates("interval_start", keep="last").reset_index(drop=True)
