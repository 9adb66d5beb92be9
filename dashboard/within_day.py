"""What the newest issue made within the day says against the forecast of the day before. Pure.

Here: the figures. Not here: their line in the chart (`charts.load`), and their words (`texts_within_day`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

NEXT_HOURS = 6
"""From the one that runs; beyond, what is off now hardly tells."""


@dataclass(frozen=True)
class WithinDay:
    """The newest issue made within the day.

    Attributes:
        issued_at: When, UTC.
        known_until: Up to when the load was known, UTC.
        load_mw: By start of the hour, of the hours ahead.
        mean_mw: By how much it differs in the next hours from the forecast that it goes on from; NaN where that is
            not shown.
        n_hours: How many hours that is the mean of.
    """

    issued_at: datetime
    known_until: datetime
    load_mw: pd.Series
    mean_mw: float
    n_hours: int


def within_day(issue: pd.DataFrame, day_ahead: pd.Series) -> WithinDay | None:
    """Return what is to be said of an issue; None where there is none.

    Args:
        issue: As `queries.newest_intraday` returns it.
        day_ahead: The forecast of the day before by start of the hour, MW.
    """
    if issue.empty:
        return None
    load = issue.set_index("hour_start")["load_mw"]
    issued_at = issue["issued_at"].iloc[0].to_pydatetime()
    ahead = load.iloc[:NEXT_HOURS]
    change = (ahead - day_ahead.reindex(ahead.index)).to_numpy()
    known = change[~np.isnan(change)]
    mean = float(known.mean()) if known.size else float("nan")
    return WithinDay(issued_at, issue["known_until"].iloc[0].to_pydatetime(), load, mean, int(known.size))
