"""What is forecast of tomorrow: one read, bounded by the two weeks before.

Here: the figures that notices are made of. Not here: from which level on one is (`rules_of_tomorrow`).
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Connection

from elec_pipeline.alerts.facts import Tomorrow
from elec_pipeline.domain.day_summary import largest_gap, summarize
from elec_pipeline.domain.delivery_day import day_end, day_start, hours
from elec_pipeline.domain.moved import Moved, moved
from elec_pipeline.domain.plausibility import FORTNIGHT
from elec_pipeline.store import queries

ENOUGH = 0.5
"""Of the hours of the two weeks: so many must be known for their mean to say what was usual."""


def read_tomorrow(connection: Connection, day: date) -> Tomorrow:
    """Return what is forecast of a delivery day.

    Args:
        connection: To the store.
        day: Tomorrow.
    """
    start, end = day_start(day), day_end(day)
    table = queries.side_by_side(connection, day, day, None)
    summary = summarize(day, table)
    first = day - timedelta(days=FORTNIGHT)
    mean, usual = mean_temperatures(queries.newest_temperatures(connection, day_start(first), end), day)
    return Tomorrow(
        day=day,
        gap=largest_gap(table, table["rte_d1_mw"]),
        moved=_moved(
            queries.prediction_changes_between(connection, start, end),
            queries.newest_predictions(connection, start, end),
        ),
        peak=None if summary is None else summary.peak,
        temperature_c=mean,
        usual_c=usual,
    )


def mean_temperatures(by_hour: pd.Series, day: date) -> tuple[float | None, float | None]:
    """Return the mean of a delivery day, and that of the two weeks before; None where too little is known.

    Args:
        by_hour: Degrees Celsius, index: hours (UTC).
        day: The delivery day.

    Example:
        >>> spring = date(2025, 3, 30)
        >>> known = pd.Series(9.0, index=hours(spring - timedelta(days=14), spring))
        >>> known[-23:] = 2.0
        >>> mean_temperatures(known, spring), mean_temperatures(known[:-1], spring)
        ((2.0, 9.0), (None, 9.0))
    """
    of_day = by_hour.reindex(hours(day))
    before = by_hour.reindex(hours(day - timedelta(days=FORTNIGHT), day - timedelta(days=1)))
    mean = None if of_day.isna().any() else float(of_day.mean())
    return mean, float(before.mean()) if before.notna().mean() >= ENOUGH else None


def _moved(changes: pd.DataFrame, newest: pd.DataFrame) -> Moved | None:
    """Return how the newest issue that is shown differs from the one before it."""
    if newest.empty:
        return None
    shown = newest[newest["issued_at"] == newest["issued_at"].max()]
    at, version = shown["issued_at"].iloc[0], shown["model_version"].iloc[0]
    return moved(changes[(changes["issued_at"] == at) & (changes["model_version"] == version)])
