"""Reads of the scores."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from elec_pipeline.domain.rte_bar import RTE_D1, RTE_D1_LATEST
from elec_pipeline.store.queries.frames import frame
from elec_pipeline.store.tables import ZONE, forecast_accuracy


def accuracy_between(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return the scores of every forecaster on the delivery days of a range, both ends included."""
    table = forecast_accuracy
    return frame(
        connection,
        select(*(column for column in table.c if column.name != "zone"))
        .where(table.c.zone == ZONE, table.c.delivery_day >= first, table.c.delivery_day <= last)
        .order_by(table.c.delivery_day, table.c.forecaster),
    )


def scored_days(connection: Connection, first: date, last: date) -> set[date]:
    """Return the days of a range that have scores of RTE's forecast: the last thing a day gets.

    Of a day whose D-1 came after 20:30 that is the score of its newest one alone.
    """
    table = forecast_accuracy
    return set(
        connection.scalars(
            select(table.c.delivery_day)
            .where(table.c.zone == ZONE, table.c.delivery_day >= first, table.c.delivery_day <= last)
            .where(table.c.forecaster.in_([RTE_D1, RTE_D1_LATEST]))
        )
    )
