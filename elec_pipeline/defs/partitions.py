"""Partitions: a Paris delivery day.

All assets that hang together share one definition, because Dagster runs and backfills assets together only where
they do. Its last key is tomorrow, for the forecasts; the assets of actuals say that a day has not begun. Only
RTE's weekly forecasts, which no other asset is made of, reach further ahead.
"""

from __future__ import annotations

from datetime import date

import dagster as dg

from elec_pipeline.domain.delivery_day import FIRST_DAY, PARIS
from elec_pipeline.domain.rte_weekly import LAST_LEAD_DAYS


def _days_until(lead: int) -> dg.DailyPartitionsDefinition:
    """Return the delivery days up to some days from today, as far back as RTE's API goes."""
    return dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), timezone=PARIS.key, end_offset=lead + 1)


delivery_days = _days_until(1)
days_ahead = _days_until(LAST_LEAD_DAYS)
one_run = dg.BackfillPolicy.single_run()
"""A range of days is one run: the source's windows and the model's batches are larger than a day."""

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
"""Tags that make a run cover a range of partitions, both ends included."""

AS_FAR_AS_POSSIBLE_TAG = "elec/as-far-as-possible"
"""Tag of a run over days whose forecasts may not be possible at all: the first days of a history."""

QUOTA_FAILS_TAG = "elec/quota-fails"
"""Tag of a run that has time: where a quota is used up it fails, instead of forecasting without temperature; where
the database went away it fails at once, for it is repeated."""


def asked_days(context: dg.AssetExecutionContext) -> tuple[date, date]:
    """Return the first and the last delivery day of a run's partitions."""
    asked = context.partition_key_range
    return date.fromisoformat(asked.start), date.fromisoformat(asked.end)


def key(day: date) -> str:
    """Return a delivery day's partition key."""
    return day.isoformat()
