"""Every series on every quarter-hour of a range of days: what pages and files of quarter-hours are made of.

Here: the same columns as by the hour (`side_by_side`). Not here: what is scored (`steps.scoring_quarters`). All
times are UTC, all loads MW.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import distinct_on

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, quarters
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.store.queries.frames import frame
from elec_pipeline.store.queries.history import raw_between
from elec_pipeline.store.queries.quarter_hours import newest_quarter_hours
from elec_pipeline.store.queries.series import AFTER_THE_FACT
from elec_pipeline.store.tables import ZONE, raw_rte_forecasts

_MINUTES = 15
_RTE = (("rte_d1_mw", "D-1", 15), ("rte_d2_mw", "D-2", 30))
"""Columns, types of RTE's forecasts, and the length in minutes of the intervals that RTE gives them by."""


def quarters_side_by_side(connection: Connection, first: date, last: date, issue: Issue | None) -> pd.DataFrame:
    """Return every series on every quarter-hour of a range of days, NaN where there is no value.

    Of RTE's forecasts it is the newest reading of each interval: its D-1 at 15 minutes; of its D-2, which comes by
    the half-hour, both quarters have the value of their half-hour.

    Args:
        connection: Open.
        first: First delivery day.
        last: Last one, included.
        issue: Which of our issues; None for the newest of each hour.

    Returns:
        Index `interval_start` (UTC); `actual_mw`, where it was given by the quarter-hour, and `quarters`, 4
        wherever it is there; `rte_d1_mw`, `rte_d2_mw`, the quantiles, `issued_at`, `after_the_fact`.
    """
    axis = quarters(first, last).rename("interval_start")
    start, end = day_start(first), day_end(last)
    raw = raw_between(connection, start, end)
    actual = raw[raw["resolution_minutes"] == _MINUTES].set_index("interval_start")["load_mw"].reindex(axis)
    said = newest_quarter_hours(connection, start, end, issue).set_index("interval_start").reindex(axis)
    issued_at = pd.to_datetime(said["issued_at"], utc=True)
    return pd.DataFrame(
        {
            "actual_mw": actual,
            "quarters": actual.notna() * QUARTERS_AN_HOUR,
            **{name: _newest_readings(connection, kind, by, start, end).reindex(axis) for name, kind, by in _RTE},
            **{name: said[name] for name in COLUMNS},
            "issued_at": issued_at,
            AFTER_THE_FACT: issued_at > axis.floor("h"),  # the rule of hours: NaT is not later
        }
    )


def _newest_readings(connection: Connection, kind: str, by: int, start: datetime, end: datetime) -> pd.Series:
    """Return RTE's newest reading of one type by quarter-hour."""
    table = raw_rte_forecasts
    found = frame(
        connection,
        select(table.c.interval_start, table.c.load_mw)
        .ext(distinct_on(table.c.interval_start))
        .where(table.c.zone == ZONE, table.c.interval_start >= start, table.c.interval_start < end)
        .where(table.c.forecast_type == kind, table.c.resolution_minutes == by)
        .order_by(table.c.interval_start, table.c.published_at.desc(), table.c.ingested_at.desc()),
    ).set_index("interval_start")["load_mw"]
    parts = [found.set_axis(found.index + timedelta(minutes=late)) for late in range(0, by, _MINUTES)]
    by_quarter: pd.Series = pd.concat(parts)
    return by_quarter
