"""How far ahead weather forecasts are kept, and how old one may be to serve an issue.

Here: leads of previous runs in days, and from which time a previous run was known. Not here: what a source calls
them (`sources`), which rows are read (`store.queries.weather_leads`), and what an issue knew (`inputs`).

The lead of a forecast is the time from when it was known to the hour that it is of. A previous run of N days
began N times 24 hours before that hour and was known `RUN_DELAY` later. A forecast fetched live stands for the
previous run of N days where it was known no earlier than that one and earlier than the one of N - 1 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.domain.input_names import TEMPERATURE, WEATHER
from elec_pipeline.domain.instants import instants

RUN_DELAY = timedelta(hours=6)
"""From the start of a model run to its delivery by Open-Meteo, for the slowest of the models."""
LONGEST_LEAD_DAYS = 7
"""Of previous runs, and how many days ahead of today a live fetch looks. The archive has no longer ones."""
DAY_AHEAD_LEADS_DAYS = 2
"""The longest previous run that issues of tomorrow need: it is known of every hour of tomorrow at both of them."""
LEADS_DAYS: Final[Mapping[str, tuple[int, ...]]] = {
    name: tuple(range(1, 1 + (LONGEST_LEAD_DAYS if name == TEMPERATURE else DAY_AHEAD_LEADS_DAYS)))
    for name in WEATHER
}
"""Which previous runs are kept, by input: of days further ahead the temperature alone."""
LONGER_LEADS_DAYS: Final[Mapping[str, tuple[int, ...]]] = {
    TEMPERATURE: tuple(range(DAY_AHEAD_LEADS_DAYS + 1, LONGEST_LEAD_DAYS + 1))
}
"""Those that issues of tomorrow have no need of."""
FALLBACK_DAYS = 1
"""Live forecasts are used that were fetched so many Paris days further back than the longest previous run that is:
where a fetch fails, an issue still knows the one before it."""
_DAY = timedelta(days=1)


def previous_run_age(days: int) -> timedelta:
    """Return how long before its hour a previous run of some days was known.

    Example:
        >>> previous_run_age(2)
        datetime.timedelta(days=1, seconds=64800)
    """
    return days * _DAY - RUN_DELAY


def lead_days(hour_start: pd.Series, issued_at: pd.Series) -> npt.NDArray[np.int64]:
    """Return for which previous run each forecast stands, in days, shape (n,).

    Args:
        hour_start: Hours the forecasts are of, UTC.
        issued_at: When they were known, UTC.

    Example:
        >>> noon = pd.Series(pd.to_datetime(["2025-01-09T12:00Z"] * 3))
        >>> known = pd.Series(pd.to_datetime(["2025-01-08T18:00Z", "2025-01-08T17:59Z", "2025-01-02T18:00Z"]))
        >>> lead_days(noon, known).tolist()
        [1, 2, 7]
    """
    since_run = instants(hour_start) - instants(issued_at) + np.timedelta64(RUN_DELAY, "us")
    return np.ceil(since_run / np.timedelta64(_DAY, "us")).astype(np.int64)
