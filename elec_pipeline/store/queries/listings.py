"""Every row of a series, page by page in the order of its key: what others copy from us.

Here: pages after a key, however long the range. Not here: one value an hour (`series`, `hourly`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Date, Table, select, tuple_

from elec_pipeline.domain.delivery_day import Issue, delivery_day
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.store.queries.frames import frame
from elec_pipeline.store.queries.series import AFTER_THE_FACT, after_the_fact, is_of_issue
from elec_pipeline.store.tables import (
    ZONE,
    chronos_predictions,
    forecast_accuracy,
    hourly_consumption,
    intraday_predictions,
    prediction_changes,
    quarter_hourly_predictions,
    raw_consumption_revisions,
    raw_rte_forecasts,
    rte_forecasts,
    week_ahead_peaks,
    week_ahead_predictions,
)

KeyValue = str | date | datetime


@dataclass(frozen=True)
class Listing:
    """A table as others read it: every row, in the order of its key.

    Attributes:
        table: The table.
        key: Its key without the zone; the first column is the time or the day it is bounded by.
        derived: What is told of each row beside its columns.
    """

    table: Table
    key: tuple[str, ...]
    derived: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)

    @property
    def key_types(self) -> tuple[type[KeyValue], ...]:
        """The Python types of the key's columns."""
        return tuple(self.table.c[name].type.python_type for name in self.key)


ACTUALS = Listing(
    hourly_consumption, ("hour_start",), {"complete": hourly_consumption.c.quarters == QUARTERS_AN_HOUR}
)
PREDICTIONS = Listing(
    chronos_predictions, ("hour_start", "issued_at", "model_version"), {AFTER_THE_FACT: after_the_fact()}
)
QUARTER_PREDICTIONS = Listing(
    quarter_hourly_predictions,
    ("interval_start", "issued_at", "model_version"),
    {AFTER_THE_FACT: quarter_hourly_predictions.c.issued_at > quarter_hourly_predictions.c.interval_start},
)
INTRADAY = Listing(intraday_predictions, ("hour_start", "issued_at"))
WEEK_AHEAD = Listing(week_ahead_predictions, ("hour_start", "issued_at", "model_version"))
PEAKS = Listing(week_ahead_peaks, ("delivery_day", "issued_at", "model_version"))
PREDICTION_CHANGES = Listing(prediction_changes, ("hour_start", "issued_at", "model_version"))
RTE_FORECASTS = Listing(rte_forecasts, ("hour_start", "forecast_type", "published_at"))
RAW_RTE_FORECASTS = Listing(raw_rte_forecasts, ("interval_start", "forecast_type", "published_at", "ingested_at"))
REVISIONS = Listing(raw_consumption_revisions, ("interval_start", "replaced_at"))
ACCURACY = Listing(forecast_accuracy, ("delivery_day", "forecaster"))


def page(
    connection: Connection,
    listing: Listing,
    start: datetime,
    end: datetime,
    *,
    limit: int,
    after: tuple[KeyValue, ...] | None = None,
    equal: Mapping[str, KeyValue] | None = None,
    issue: Issue | None = None,
) -> pd.DataFrame:
    """Return the next rows of `[start, end[` in the order of the key.

    Args:
        connection: To the store.
        listing: What is read.
        start: First instant, UTC. Of a listing by day, the Paris day it falls on is the first.
        end: End, exclusive, UTC. Of a listing by day, the day of the last instant before it is the last.
        limit: The most rows.
        after: Key of the last row of the page before; None for the first page.
        equal: Columns and the value they must have.
        issue: Of the predictions and their changes, only those of this issue.

    Returns:
        All columns of the table but the zone, and what is derived from them (`Listing.derived`).
    """
    table = listing.table
    by = table.c[listing.key[0]]
    first, last = _bounds(start, end) if isinstance(by.type, Date) else (start, end)
    columns = [column for column in table.c if column.name != "zone"]
    derived = [condition.label(name) for name, condition in listing.derived.items()]
    statement = select(*columns, *derived).where(table.c.zone == ZONE, by >= first, by < last)
    key = [table.c[name] for name in listing.key]
    if after is not None:
        statement = statement.where(tuple_(*key) > tuple_(*after))
    for name, value in (equal or {}).items():
        statement = statement.where(table.c[name] == value)
    if issue is not None:
        statement = statement.where(is_of_issue(table.c.issued_at, issue))
    return frame(connection, statement.order_by(*key).limit(limit))


def _bounds(start: datetime, end: datetime) -> tuple[date, date]:
    """Return the first day of a range and the day after its last one."""
    return delivery_day(start), delivery_day(end - timedelta(microseconds=1)) + timedelta(days=1)
