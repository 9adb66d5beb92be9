"""Daily scores by the quarter-hour: RTE's D-1 at 15 minutes, and each issue of ours.

Here: which values of each quarter are scored. Not here: what a score is, and the hours (`scoring`).

The rules are those of hours: RTE's D-1 is the one known at 20:30 the day before, ours the issue that was made
first. A quarter is scored where its actual was given by the quarter-hour.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection

from elec_pipeline.domain.delivery_day import Issue, issue_time, quarters
from elec_pipeline.domain.forecasters import by_quarter, ours
from elec_pipeline.domain.quantiles import COLUMNS, MEDIAN, Floats
from elec_pipeline.domain.rte_bar import RTE_D1, rte_d1
from elec_pipeline.store import queries

_MINUTES = 15


@dataclass(frozen=True)
class Quarters:
    """What is known of the quarter-hours of some days, to be scored day by day.

    Attributes:
        actual_mw: By start of the interval.
        rte_mw: RTE's D-1, likewise.
        ours: The quantiles of each issue by its issue time, likewise.
    """

    actual_mw: pd.Series
    rte_mw: pd.Series
    ours: Mapping[Hashable, pd.DataFrame]

    @classmethod
    def read(cls, connection: Connection, start: datetime, end: datetime, predictions: pd.DataFrame) -> Quarters:
        """Read those of `[start, end[`.

        Args:
            connection: Open.
            start: Of the first day, UTC.
            end: Of the last day, UTC.
            predictions: The hourly forecasts that are scored: `hour_start`, `issued_at`, `model_version`.
        """
        raw = queries.raw_between(connection, start, end)
        actual = raw[raw["resolution_minutes"] == _MINUTES].set_index("interval_start")["load_mw"]
        readings = queries.readings_between(connection, start, end)
        by_interval = readings[readings["resolution_minutes"] == _MINUTES]
        bar = rte_d1(by_interval.rename(columns={"interval_start": "hour_start"}))
        said = queries.quarter_hours_between(connection, start, end)
        said = said.assign(hour_start=said["interval_start"].dt.floor("h"))
        scored = said.merge(predictions[["hour_start", "issued_at", "model_version"]])
        issues: dict[Hashable, pd.DataFrame] = {
            moment: rows.set_index("interval_start")[list(COLUMNS)] for moment, rows in scored.groupby("issued_at")
        }
        return cls(actual, bar.set_index("hour_start")["load_mw"], issues)

    def of_day(self, day: date) -> Iterator[tuple[str, Floats, Floats, Floats | None]]:
        """Yield each forecaster's name with actual, forecast and quantiles of the 92, 96 or 100 quarters, MW."""
        axis = quarters(day, day)
        actual = self.actual_mw.reindex(axis).to_numpy()
        yield by_quarter(RTE_D1), actual, self.rte_mw.reindex(axis).to_numpy(), None
        for issue in Issue:
            moment = pd.Timestamp(issue_time(day, issue))
            if moment in self.ours:
                quantiles = self.ours[moment].reindex(axis).to_numpy()
                yield by_quarter(ours(issue)), actual, quantiles[:, MEDIAN], quantiles
