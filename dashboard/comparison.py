"""Who was right: scores of every forecaster on the same hours, by day and by kind of hour.

Here: pure tables from the frame of `reads.compared`. Not here: the formulas (`elec_pipeline.domain.metrics`).
"""

from __future__ import annotations

import math

import pandas as pd

from elec_pipeline.domain import metrics
from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.domain.quantiles import COLUMNS, LEVELS
from elec_pipeline.domain.rte_bar import RTE_D1, RTE_D1_LATEST

FORECASTERS = (RTE_D1, RTE_D1_LATEST, "chronos_morning", "chronos_evening", "seasonal_naive")
GROUPS = ("by_hour", "by_weekday", "by_month", "by_temperature")
LEAST_HOURS = 12
"""A day of which fewer hours could be scored is no worst day."""
NOMINAL_COVERAGE_PCT = 80
_BIN_C = 5


def same_hours(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the hours that every forecaster with any forecast has, and those forecasters."""
    present = [name for name in FORECASTERS if name in frame and frame[name].notna().any()]
    return frame.dropna(subset=["actual_mw", *present]) if present else frame.iloc[:0], present


def leaderboard(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Score forecasters, the best MAPE first.

    Returns:
        Index: forecaster; `mape` (%), `ratio` to that of `rte_d1`, `mae_mw`, `bias_mw`, `pinball_mw`,
        `coverage_80` (%), `days`.
    """
    actual = frame["actual_mw"].to_numpy()
    days = pd.DatetimeIndex(frame.index).tz_convert(PARIS).normalize().nunique()
    rows = {}
    for name in names:
        said = frame[name].to_numpy()
        row = {
            "mape": metrics.mape(actual, said), "mae_mw": metrics.mae(actual, said),
            "bias_mw": metrics.bias(actual, said), "pinball_mw": float("nan"), "coverage_80": float("nan"),
            "days": days,
        }  # fmt: skip
        if f"{name}.q10" in frame:
            columns = [name if column == "load_mw" else f"{name}.{column}" for column in COLUMNS]
            quantiles = frame[columns].to_numpy()
            row["pinball_mw"] = metrics.pinball(actual, quantiles, LEVELS)
            row["coverage_80"] = 100 * metrics.coverage(actual, quantiles[:, 1], quantiles[:, 5])
        rows[name] = row
    table = pd.DataFrame.from_dict(rows, orient="index").sort_values("mape", kind="stable")
    bar = table["mape"].get(RTE_D1, float("nan"))
    table.insert(1, "ratio", table["mape"] / bar)
    return table


def least_coverage(n_days: int) -> float:
    """Return below which share of hours, in %, a band of 80 % is too narrow, and not just unlucky.

    Two standard errors below 80 %, where all hours of a day are hit or missed together: errors of neighbouring
    hours are nearly the same, so that a day counts as one.

    Args:
        n_days: How many days the hours are of.

    Example:
        >>> [round(least_coverage(n_days)) for n_days in (7, 30, 90)]
        [50, 65, 72]
    """
    share = NOMINAL_COVERAGE_PCT / 100
    return 100 * (share - 2 * math.sqrt(share * (1 - share) / n_days))


def nominal_days(frame: pd.DataFrame) -> tuple[int, int]:
    """Return on how many days RTE's D-1 counts by its nominal time in any hour, and how many days there are.

    Args:
        frame: Of `same_hours`.
    """
    day = pd.DatetimeIndex(frame.index).tz_convert(PARIS).normalize()
    return day[frame["rte_is_nominal"].to_numpy(dtype=bool)].nunique(), day.nunique()


def errors(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the absolute percentage error of each forecaster on each hour."""
    actual = frame["actual_mw"]
    return pd.DataFrame({name: 100 * (frame[name] - actual).abs() / actual for name in names})


def by_day(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the MAPE of each forecaster by Paris day, and `hours`; index: dates."""
    day = pd.DatetimeIndex(frame.index).tz_convert(PARIS).date
    grouped = errors(frame, names).groupby(day)
    return grouped.mean().assign(hours=grouped.size())


def grouped(frame: pd.DataFrame, names: list[str], group: str) -> pd.DataFrame:
    """Return the MAPE of each forecaster by a kind of hour.

    Args:
        frame: Of `same_hours`.
        names: Forecasters.
        group: One of `GROUPS`; temperatures in steps of 5 °C, each named by its lower end.
    """
    paris = pd.DatetimeIndex(frame.index).tz_convert(PARIS)
    if group == "by_temperature":
        frame = frame.dropna(subset=["temperature_c"])
        key = (frame["temperature_c"] // _BIN_C * _BIN_C).astype(int).to_numpy()
    else:
        key = {"by_hour": paris.hour, "by_weekday": paris.day_of_week, "by_month": paris.month}[group].to_numpy()
    return errors(frame, names).groupby(key).mean()


def worst(days: pd.DataFrame, name: str, count: int = 8) -> pd.DataFrame:
    """Return the days of `by_day` on which a forecaster erred most, the worst first."""
    return days[days["hours"] >= LEAST_HOURS].nlargest(count, name)
