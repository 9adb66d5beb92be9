"""The one partitions definition: a Paris delivery day.

All assets share it, because Dagster runs and backfills assets together only where they do. Its last key is
tomorrow, for the forecasts; the assets of actuals say that a day has not begun.
"""

from __future__ import annotations

from datetime import date

import dagster as dg

from elec_pipeline.domain.delivery_day import FIRST_DAY

delivery_days = dg.DailyPartitionsDefinition(
    start_date=FIRST_DAY.isoformat(), timezone="Europe/Paris", end_offset=2
)
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
