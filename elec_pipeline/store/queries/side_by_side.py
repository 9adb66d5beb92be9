"""Every series on every hour of a range of days, and the delivery day that a reader wants now.

Here: what pages, files and the API's summary are made of, so that all of them say the same. All times are UTC, all
loads MW. Not here: what is scored (`history`), means of days (`days`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, delivery_day, hours
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.store.queries.history import hours_between
from elec_pipeline.store.queries.series import AFTER_THE_FACT, newest_predictions, newest_vintages
from elec_pipeline.store.queries.state import newest_instants

_RTE = (("rte_d1_mw", "D-1"), ("rte_d2_mw", "D-2"))


def side_by_side(connection: Connection, first: date, last: date, issue: Issue | None) -> pd.DataFrame:
    """Return every series on every hour of a range of days, NaN where there is no value.

    Of RTE's forecasts it is the newest of each type: what RTE says now, not what it is scored by.

    Args:
        connection: Open.
        first: First delivery day.
        last: Last one, included.
        issue: Which of our issues; None for the newest of each hour.

    Returns:
        Index `hour_start` (UTC); `actual_mw`, `quarters`, `rte_d1_mw`, `rte_d2_mw`, the quantiles, `issued_at`,
        `after_the_fact`, `held_back`.
    """
    axis = hours(first, last).rename("hour_start")
    start, end = day_start(first), day_end(last)
    actual = hours_between(connection, start, end).set_index("hour_start")
    said = newest_predictions(connection, start, end, issue).set_index("hour_start")
    rte = {
        name: newest_vintages(connection, kind, start, end).set_index("hour_start")["load_mw"]
        for name, kind in _RTE
    }
    return pd.DataFrame(
        {
            "actual_mw": actual["load_mw"].reindex(axis),
            "quarters": actual["quarters"].reindex(axis),
            **{name: series.reindex(axis) for name, series in rte.items()},
            **{name: said[name].reindex(axis) for name in COLUMNS},
            "issued_at": said["issued_at"].reindex(axis),
            AFTER_THE_FACT: said[AFTER_THE_FACT].reindex(axis, fill_value=False),
            "held_back": said["held_back"].reindex(axis),
        }
    )


def day_ahead(connection: Connection, now: datetime) -> date | None:
    """Return the delivery day that a reader wants now: tomorrow if it is forecast, else the newest that is."""
    tomorrow = delivery_day(now) + timedelta(days=1)
    if len(newest_predictions(connection, day_start(tomorrow), day_end(tomorrow))):
        return tomorrow
    newest = newest_instants(connection)["chronos_predictions"]
    return None if newest is None else min(tomorrow, delivery_day(newest))
