"""Named inputs: series that a forecast may use beside the load and RTE's forecasts, and when they were known.

Here: the forecasts of one. Not here: their names (`input_names`), where they come from (`sources`), and what is
made of them (`forecasting.features`).

An input is a forecast with the time it was issued; of past hours too it is what was forecast, never what was
measured later. It is known from that time on, with a few minutes (`FETCH_ALLOWANCE`) for a run that fetches at the
issue time. Of a day before the delivery day it is the one that its own issue knew: what came later is nearer
to the truth than a forecast of tomorrow can be, and the two are held against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.input_names import (
    CLOUD_COVER,
    GROUPS,
    HUMIDITY,
    INPUTS,
    RADIATION,
    TEMPERATURE,
    WEATHER,
    WIND_SPEED,
)
from elec_pipeline.domain.instants import Instants, Positions, between, instants, issue_times, positions
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE

__all__ = [
    "CLOUD_COVER",
    "GROUPS",
    "HUMIDITY",
    "INPUTS",
    "RADIATION",
    "TEMPERATURE",
    "WEATHER",
    "WIND_SPEED",
    "IssuedSeries",
    "issued_series",
    "nested",
]

_ALLOWANCE64 = np.timedelta64(FETCH_ALLOWANCE, "us")


@dataclass(frozen=True)
class IssuedSeries:
    """All forecasts of one input, in the order of hour and issue.

    Attributes:
        position: Hours from the start of the history, shape (n,).
        value: In the input's unit, shape (n,).
        issued_at: When each was issued, shape (n,).
        of_issue: For each issue, the time of that issue of each row's own day.
    """

    position: Positions
    value: Floats
    issued_at: Instants
    of_issue: Mapping[Issue, Instants]

    def at(self, low: int, high: int, issue: Issue, issued: np.datetime64) -> Floats:
        """Return the newest forecast of each hour of `[low, high[` that the same issue of its own day knew.

        Args:
            low: First position.
            high: Position after the last.
            issue: Morning or evening.
            issued: When it is made.

        Returns:
            Shape (high - low,), NaN where there is none.
        """
        rows = between(self.position, low, high)
        asked_at = self.issued_at[rows] - _ALLOWANCE64
        known = (asked_at <= self.of_issue[issue][rows]) & (asked_at <= issued)
        made = np.full(high - low, np.nan)
        # Rows are ordered from the oldest to the newest of each hour: the last assignment stands.
        made[self.position[rows][known] - low] = self.value[rows][known]
        return made


def issued_series(forecasts: pd.DataFrame, start: datetime) -> dict[str, IssuedSeries]:
    """Return the forecasts of every input that a table has a column of.

    Args:
        forecasts: Columns `hour_start`, `issued_at` (UTC), and one for each of some `INPUTS`; NaN where not known.
        start: Of the history, UTC.

    Returns:
        By the input's name; without those of which nothing is known.
    """
    ordered = forecasts.sort_values(["hour_start", "issued_at"])
    made = {}
    for name in INPUTS:
        if name in ordered and ordered[name].notna().any():
            rows = ordered.dropna(subset=name)
            made[name] = IssuedSeries(
                position=positions(rows["hour_start"], start),
                value=rows[name].to_numpy(dtype=np.float64),
                issued_at=instants(rows["issued_at"]),
                of_issue={issue: issue_times(rows["hour_start"], issue) for issue in Issue},
            )
    return made


def nested(names: Collection[str]) -> list[tuple[str, ...]]:
    """Return the sets of inputs that a model is fitted for where some are known: none, or the first groups.

    Example:
        >>> nested({"temperature_c", "wind_speed_ms"})
        [(), ('temperature_c',)]
    """
    made: list[tuple[str, ...]] = [()]
    for group in GROUPS:
        if not set(group) <= set(names):
            break
        made.append((*made[-1], *group))
    return made
