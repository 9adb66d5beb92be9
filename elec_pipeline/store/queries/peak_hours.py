"""At which hour each day of an issue of the week ahead most likely has its peak. All times are UTC.

Here: one hour for each day and issue. Not here: the issues themselves (`week_ahead`).
"""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import distinct_on

from elec_pipeline.domain.delivery_day import day_end, day_start
from elec_pipeline.store.queries.frames import frame, paris_day
from elec_pipeline.store.tables import ZONE, week_ahead_predictions


def most_likely_peak_hours(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return the hour at which each day, in each issue, most likely has its peak; of equal ones the first.

    Args:
        connection: Open.
        first: First delivery day.
        last: Last one, included.

    Returns:
        Columns `delivery_day`, `issued_at`, `model_version`, `hour_start`, `peak_probability`.
    """
    table = week_ahead_predictions
    day = paris_day(table.c.hour_start).label("delivery_day")
    return frame(
        connection,
        select(day, table.c.issued_at, table.c.model_version, table.c.hour_start, table.c.peak_probability)
        .ext(distinct_on(day, table.c.issued_at, table.c.model_version))
        .where(table.c.zone == ZONE, table.c.hour_start >= day_start(first), table.c.hour_start < day_end(last))
        .order_by(
            day,
            table.c.issued_at,
            table.c.model_version,
            table.c.peak_probability.desc(),
            table.c.hour_start,
        ),
    )
