"""Scores of several forecasters on identical hours, as one table.

Here: which hours count, means of forecasters, MAPE, coverage and the table. Not here: who made the forecasts.

Forecasts are a table with the columns `issue`, `forecaster`, `issued_at`, `hour_start` (UTC) and `QUANTILES` (MW).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from elec_pipeline.domain import metrics
from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.markdown import markdown_table

QUANTILES = ("q10", "load_mw", "q90")
COLUMNS = ("issue", "forecaster", "issued_at", "hour_start", *QUANTILES)
HEADER = (
    "issue", "forecast", "MAPE", "of RTE's", "80 % band holds", "seconds a fit", "seconds an issue",
)  # fmt: skip
RTE = "RTE's D-1"


@dataclass(frozen=True)
class Seconds:
    """How long a forecaster took.

    Attributes:
        fit: To be fitted, once; None where it was not fitted here.
        issue: Mean of its issues.
    """

    fit: float | None
    issue: float


def of_the_next_day(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the Paris day after the one that they were issued on: 23, 24 or 25 of each issue."""
    issued_on = _paris_day(forecasts["issued_at"])
    return forecasts[_paris_day(forecasts["hour_start"]) == issued_on + pd.Timedelta(days=1)]


def mean_of(forecasts: pd.DataFrame, forecasters: Sequence[str], name: str) -> pd.DataFrame:
    """Return the plain mean of forecasters, quantile by quantile, where all of them have a forecast."""
    chosen = forecasts[forecasts["forecaster"].isin(forecasters)]
    grouped = chosen.groupby(["issue", "issued_at", "hour_start"], observed=True)[list(QUANTILES)]
    made = grouped.mean()[grouped.size() == len(forecasters)].reset_index()
    return made.assign(forecaster=name)[list(COLUMNS)]


def on_identical_hours(forecasts: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts of the hours that count for all, beside what came true.

    An hour counts where every forecaster has all quantiles at every issue that it takes part in, and where load
    and RTE's D-1 are known.

    Args:
        forecasts: Of delivery hours alone, one row for each issue, forecaster and hour.
        truth: By `hour_start` (UTC): `actual_mw`, `rte_d1_mw`.

    Raises:
        ValueError: An hour is forecast twice by a forecaster at an issue.
    """
    if forecasts.duplicated(["issue", "forecaster", "hour_start"]).any():
        raise ValueError("an hour is forecast twice by a forecaster at an issue")
    takers = len(forecasts[["issue", "forecaster"]].drop_duplicates())
    complete = forecasts.dropna(subset=list(QUANTILES)).merge(
        truth.dropna(subset=["actual_mw", "rte_d1_mw"]), left_on="hour_start", right_index=True
    )
    shared: pd.DataFrame = complete[complete.groupby("hour_start")["hour_start"].transform("size") == takers]
    return shared


def table(shared: pd.DataFrame, seconds: Mapping[tuple[str, str], Seconds]) -> str:
    """Return MAPE, its ratio to RTE's, coverage of the 80 % band and times, in Markdown.

    Args:
        shared: Of `on_identical_hours`, with at least one row.
        seconds: By issue and forecaster, in the order of the rows; only those that have forecasts.
    """
    hours = shared.drop_duplicates("hour_start")
    bar = metrics.mape(hours["actual_mw"], hours["rte_d1_mw"])
    rows: list[Sequence[str]] = [("", RTE, f"{bar:.3f} %", "1", "", "", "")]
    for (issue, forecaster), took in seconds.items():
        part = shared[(shared["issue"] == issue) & (shared["forecaster"] == forecaster)]
        mape = metrics.mape(part["actual_mw"], part["load_mw"])
        held = metrics.coverage(part["actual_mw"], part["q10"], part["q90"])
        errors = (f"{mape:.3f} %", f"{mape / bar:.3f}", f"{100 * held:.0f} %")
        fit = "" if took.fit is None else f"{took.fit:.0f}"
        rows.append((issue, forecaster, *errors, fit, f"{took.issue:.2f}"))
    return markdown_table(HEADER, rows)


def _paris_day(instants: pd.Series) -> pd.Series:
    day: pd.Series = instants.dt.tz_convert(PARIS).dt.tz_localize(None).dt.normalize()
    return day
