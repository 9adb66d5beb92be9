"""Reads of RTE's weekly forecasts. All times are UTC, all loads MW."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection

from elec_pipeline.store.queries.frames import between, frame
from elec_pipeline.store.tables import rte_weekly_forecasts


def weekly_vintages(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return every vintage of RTE's weekly forecasts for the hours of `[start, end[`, in order.

    Args:
        connection: To the store.
        start: First hour, UTC.
        end: End of the last hour, exclusive, UTC.

    Returns:
        Columns `hour_start`, `published_at`, `ingested_at` (UTC) and `load_mw`. A vintage counts until the next
        one of its hour: RTE published it at `published_at`, and it was here from `ingested_at` on.
    """
    table = rte_weekly_forecasts
    return frame(
        connection,
        between(table, table.c.hour_start, start, end)
        .order_by(table.c.published_at)
        .with_only_columns(table.c.hour_start, table.c.published_at, table.c.ingested_at, table.c.load_mw),
    )
