"""How an issue of a delivery day differs from the one before it, and what drove that most. Pure.

Here: figures of rows of `prediction_changes`, the same for the dashboard and the alerts. Not here: how the rows
are made (`steps.issue_changes`), words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from elec_pipeline.domain.knowledge import Knowledge

OTHERS = "others"
"""The other experts: what the combination moved by beyond the ridge."""
DRIVERS = (*Knowledge, OTHERS)


@dataclass(frozen=True)
class Moved:
    """How an issue differs from the one before it.

    Attributes:
        since: When that was issued, UTC.
        mean_mw: Mean change of the hours that both forecast.
        most_mw: The largest change, up or down.
        hour: Start of the hour that it is of, UTC.
        driver: Which of `DRIVERS` moved most, by the mean of its sizes; None where it is not known.
        driver_mw: Its mean share.
    """

    since: datetime
    mean_mw: float
    most_mw: float
    hour: datetime
    driver: str | None
    driver_mw: float


def by_driver(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the change of each hour by what drove it, MW.

    Args:
        changes: Rows of `prediction_changes` of one issue.

    Returns:
        Index: the hours; a column for each of `DRIVERS`, NaN where it is not known. They add up to the change.
    """
    indexed = changes.set_index("hour_start")
    table = pd.DataFrame({group: indexed[group.column] for group in Knowledge})
    return table.assign(**{OTHERS: indexed["load_change_mw"] - table.sum(axis=1, skipna=False)})


def moved(changes: pd.DataFrame) -> Moved | None:
    """Return how an issue differs from the one before it; None where no row tells.

    Args:
        changes: Rows of `prediction_changes` of one issue.
    """
    if changes.empty:
        return None
    most = changes.iloc[int(changes["load_change_mw"].abs().to_numpy().argmax())]
    drivers = by_driver(changes)
    driver = None if drivers.isna().any(axis=None) else str(drivers.abs().mean().idxmax())
    return Moved(
        since=changes["previous_issued_at"].max().to_pydatetime(),
        mean_mw=float(changes["load_change_mw"].mean()),
        most_mw=float(most["load_change_mw"]),
        hour=most["hour_start"].to_pydatetime(),
        driver=driver,
        driver_mw=float("nan") if driver is None else float(drivers[driver].mean()),
    )
