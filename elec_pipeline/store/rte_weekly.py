"""Writes of RTE's weekly forecasts: a row where a vintage says something new, and none is ever changed.

Here: the table `rte_weekly_forecasts`. Not here: what is new (`domain.rte_weekly`), and the forecasts of today and
tomorrow (`forecasts`, `rte_readings`).
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import HOUR
from elec_pipeline.domain.rte_weekly import new_vintages
from elec_pipeline.store.bulk import NOTHING, Written, upsert
from elec_pipeline.store.queries.rte_weekly import weekly_vintages
from elec_pipeline.store.tables import rte_weekly_forecasts

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('elec.rte_weekly_forecasts'))")


def write_weekly(engine: Engine, hours: pd.DataFrame) -> Written:
    """Add vintages of RTE's weekly forecasts, of those that are new to the store, in one transaction.

    Args:
        engine: Of the store.
        hours: Columns `hour_start`, `published_at` (UTC) and `load_mw`, complete hours.

    Returns:
        `unchanged` counts the hours that say nothing new.
    """
    if hours.empty:
        return NOTHING
    begin, end = hours["hour_start"].min(), hours["hour_start"].max() + HOUR
    with engine.begin() as connection:
        # One writer at a time: two that read the same must not both store it.
        connection.execute(_LOCK)
        new = new_vintages(hours, weekly_vintages(connection, begin, end))
        return upsert(connection, rte_weekly_forecasts, new, update=[]) + Written(0, 0, len(hours) - len(new))
