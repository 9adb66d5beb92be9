"""Metadata of each partition of a run: a run over a range of days tells of each day what that day holds.

Without it Dagster would write the run's totals to every one of its days, and a plot of them would be flat.

Here: telling Dagster. Not here: the figures (`steps.day_figures`), and what is true of the whole run (`metadata`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from elec_pipeline.defs import metadata
from elec_pipeline.defs.partitions import asked_days, key
from elec_pipeline.domain.delivery_day import days

if TYPE_CHECKING:
    import pandas as pd

    from elec_pipeline.defs.resources import StoreResource
    from elec_pipeline.steps.day_figures import Figures, Read

MOST_DAYS = 1100
"""Of longer ranges the last days: Dagster looks through all the partitions of a run for each that is told of."""


def tell_of_table(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    read: Read,
    figures: Callable[[pd.DataFrame], Figures],
    *,
    instant: str = "hour_start",
) -> None:
    """Add to each delivery day of a run what the store holds of it now.

    Args:
        context: Of the asset.
        store: The store.
        read: Reads the rows of `[start, end[`.
        figures: Of the rows of a day.
        instant: Column that says which day a row is of.
    """
    from elec_pipeline.steps.day_figures import by_day

    first, last = _told_of(context)
    rows = by_day(store.engine(), read, first, last, instant=instant)
    tell(context, ((day, figures(of_day), of_day) for day, of_day in rows))


def tell_of_scores(context: dg.AssetExecutionContext, scores: pd.DataFrame) -> None:
    """Add to each delivery day of a run its scores, with the columns of `forecast_accuracy`."""
    from elec_pipeline.steps.day_figures import of_scores

    of_days = ((day, scores[scores["delivery_day"] == day]) for day in days(*_told_of(context)))
    tell(context, ((day, of_scores(of_day), of_day) for day, of_day in of_days))


def tell(context: dg.AssetExecutionContext, of_days: Iterable[tuple[date, dict[str, Any], pd.DataFrame]]) -> None:
    """Add metadata to each delivery day: its figures, how many rows it has, and the first of them."""
    for day, figures, rows in of_days:
        told = {"dagster/row_count": len(rows), **figures, "preview": metadata.table(rows)}
        context.add_asset_metadata(told, partition_key=key(day))


def _told_of(context: dg.AssetExecutionContext) -> tuple[date, date]:
    first, last = asked_days(context)
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last
