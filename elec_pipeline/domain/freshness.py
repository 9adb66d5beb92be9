"""How old the newest row of each series may be, and the newest backup. Pure.

Here: the limits, the same for the checks in Dagster, alerts, `elec doctor` and the metrics. Not here: how the
newest is found (`store.queries`, `backup.standing`), and the times of the schedules (`timetable`).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from elec_pipeline.domain.timetable import (
    ACTUALS,
    EVENING_ISSUE,
    GRACE,
    MORNING_ISSUE,
    RTE_FORECAST,
    longest_pause,
)

NEWEST_AT_READ = timedelta(hours=3, minutes=30)
"""How long before a read the newest hour that it finds began, at most: the open data comes an hour late."""


def _to_last_hour(moment: time) -> timedelta:
    """Return the time from a moment of a day to the start of its last hour."""
    return timedelta(hours=23) - timedelta(hours=moment.hour, minutes=moment.minute)


_ACTUALS = longest_pause([ACTUALS, MORNING_ISSUE, EVENING_ISSUE]) + NEWEST_AT_READ + GRACE
OLDEST = {
    "raw_consumption": _ACTUALS,
    "hourly_consumption": _ACTUALS,
    "raw_rte_forecasts": GRACE - _to_last_hour(RTE_FORECAST),
    "rte_forecasts": GRACE - _to_last_hour(RTE_FORECAST),
    "chronos_predictions": GRACE - _to_last_hour(MORNING_ISSUE),
}
"""How far the newest row may lie behind the clock at any time of a day that went well; negative: ahead of it."""
OLDEST_BACKUP = timedelta(days=2)
"""One is made each night: a night may be missed."""


def is_late(series: str, newest: datetime, now: datetime) -> bool:
    """Say whether the newest row of a series is older than it may be; a series without a limit never is.

    Args:
        series: Name of its table.
        newest: Start of its newest hour or interval.
        now: Current instant.
    """
    return series in OLDEST and newest < now - OLDEST[series]
