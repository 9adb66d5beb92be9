"""What the boosting expert sees of each hour: numbers made of one information set.

Here: features and the base that its forecast is added to; pure numpy. Not here: the fit (`boosting`).

In the evening the base is RTE's forecast, and features say how wrong it has been lately. In the morning it is
the load a week before, and features say how the last days differ from their own week before, with the rest of
today taken from RTE's D-1. Whatever is not known is NaN, which trees split on like on a value.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.kinds_of_day import is_bridge_day, is_holiday
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.calendar import day_type
from elec_pipeline.forecasting.features.local_time import LocalGrid, by_day, first_known, nan_mean

CONTEXT_DAYS = 31
CONTEXT_HOURS = 24 * CONTEXT_DAYS
MOST_MW = 8_000.0
"""Larger errors of RTE's count as this much: one absurd value must not spoil the next days."""
EVENING_PEAK, NOON, NIGHT = slice(18, 24), slice(10, 18), slice(0, 9)
"""Local hours of the day; what of today is not known in the morning comes from RTE's D-1."""

Columns = dict[str, Floats]
"""Features by name, each of shape (24,): the local hours of the delivery day."""


def base_mw(information: InformationSet) -> Floats:
    """Return what the trees' sum is added to, shape (23, 24 or 25,), MW, NaN where not known."""
    if information.issue is Issue.EVENING:
        return information.rte_mw[-information.delivery_hours :]
    hybrid = first_known(information.load_mw, information.rte_mw)
    return LocalGrid.of(information.hours).earlier(hybrid, 7)[-information.delivery_hours :]


def features(information: InformationSet) -> pd.DataFrame:
    """Return a row of features for each hour of the delivery day, in order.

    Args:
        information: At least `CONTEXT_HOURS` hours of context.

    Returns:
        Shape (23, 24 or 25, features); the columns depend on the issue alone.
    """
    days = _Days(information)
    made = {**_calendar(days), **_errors(days), **_rte(days), **_temperature(days)}
    if information.issue is Issue.MORNING:
        made |= _changes(days)
    of_hour = days.hour_of_delivery
    return pd.DataFrame({name: np.broadcast_to(values, 24)[of_hour] for name, values in made.items()})


class _Days:
    """An information set as tables of days and local hours; the last row is the delivery day."""

    def __init__(self, information: InformationSet) -> None:
        grid = LocalGrid.of(information.hours)
        row = grid.day - grid.day[0]
        self.hour_of_delivery = grid.hour[-information.delivery_hours :]
        self.number = int(grid.day[-1])
        self.load = by_day(information.load_mw, row, grid.hour)
        self.rte = by_day(information.rte_mw, row, grid.hour)
        self.error = np.clip(self.load - self.rte, -MOST_MW, MOST_MW)
        self.hybrid = first_known(self.load, self.rte)
        known = information.load_mw[: information.context_hours] - information.rte_mw[: information.context_hours]
        self.last_errors = np.clip(known[-24:], -MOST_MW, MOST_MW)
        self.temperature = by_day(information.input(TEMPERATURE), row, grid.hour)


def _mean(values: Floats) -> Floats:
    """Return the mean of what is known, shape (1,)."""
    return nan_mean(values.reshape(-1))[None]


def _calendar(days: _Days) -> Columns:
    number = days.number
    angle = 2 * np.pi * number / 365.25
    hour = np.arange(24.0)
    made = {"hour": hour, "weekday": (number + 3) % 7, "season": np.cos(angle), "half_year": np.sin(angle)}
    kinds = {-8: "week_before_yesterday", -7: "week_before", -1: "yesterday", 0: "today", 1: "tomorrow"}
    types = day_type(np.array([number + offset for offset in kinds], dtype=np.int64))
    made |= {f"day_type_{name}": kind for name, kind in zip(kinds.values(), types, strict=True)}
    for name, offset in (("", 0), ("_week_before", -7)):
        holiday, bridge = _special(number + offset)
        made |= {f"holiday{name}": holiday, f"bridge_day{name}": bridge}
    return {name: np.atleast_1d(np.asarray(value, dtype=np.float64)) for name, value in made.items()}


@lru_cache(maxsize=16384)
def _special(number: int) -> tuple[bool, bool]:
    day = pd.Timestamp(number, unit="D").date()
    return is_holiday(day), is_bridge_day(day)


def _errors(days: _Days) -> Columns:
    """RTE's errors: of the same hour, of the last days, of the last hours."""
    error = days.error
    same_hour = error[-30:-2][::-1]  # two days back to 29
    week, month = nan_mean(same_hour[:7]), nan_mean(same_hour)
    neighbours = np.stack([np.roll(error[-2], step) for step in (-1, 0, 1)])
    last = days.last_errors
    return {
        "error_last": first_known(error[-2], error[-3]),
        "error_today": error[-2],
        "error_today_around": nan_mean(neighbours),
        "error_2": error[-3],
        "error_3": error[-4],
        "error_7": error[-8],
        "error_14": error[-15],
        "error_week": week,
        "error_month": month,
        "error_weekday": nan_mean(same_hour[5::7]),
        "error_spread": np.sqrt(nan_mean((same_hour - month) ** 2)),
        "error_so_far": _mean(error[-2]),
        "error_so_far_night": _mean(error[-2][NIGHT]),
        "error_so_far_noon": _mean(error[-2][NOON]),
        "error_day_2": _mean(error[-3]),
        "error_day_3": _mean(error[-4]),
        "error_day_7": _mean(error[-8]),
        "error_all_week": _mean(error[-9:-2]),
        "error_all_month": _mean(error[-30:-2]),
        "error_1h": _mean(last[-1:]),
        "error_3h": _mean(last[-3:]),
        "error_6h": _mean(last[-6:]),
        "error_24h": _mean(last),
    }


def _rte(days: _Days) -> Columns:
    """RTE's forecast of the delivery day, and how it moves; all NaN where it is not known."""
    today, level = days.rte[-1], _mean(days.rte[-1])
    return {
        "rte": today,
        "rte_level": level,
        "rte_shape": today - level,
        "rte_ramp": np.roll(today, -1) - np.roll(today, 1),
        "rte_move": today - days.rte[-2],
        "rte_move_level": level - _mean(days.rte[-2]),
        "rte_move_week": today - days.hybrid[-8],
        "rte_move_week_level": level - _mean(days.hybrid[-8]),
        "rte_move_load": today - days.hybrid[-2],
    }


def _temperature(days: _Days) -> Columns:
    """Forecast temperature in °C, and how it moves."""
    table = days.temperature
    today = table[-1]
    return {
        "temperature": today,
        "temperature_day": _mean(today),
        "temperature_move": today - table[-2],
        "temperature_move_day": _mean(today) - _mean(table[-2]),
        "temperature_move_week": today - table[-8],
        "temperature_move_week_day": _mean(today) - _mean(table[-8]),
        "temperature_yesterday_move_week": _mean(table[-2]) - _mean(table[-9]),
        "temperature_two_days": _mean(table[-3:-1]),
    }


def _changes(days: _Days) -> Columns:
    """How the last days differ from their own week before."""
    load = days.hybrid
    week_before, change, before = load[-8], load[-2] - load[-9], load[-3] - load[-10]
    return {
        "week_before": week_before,
        "week_before_level": _mean(week_before),
        "change": change,
        "change_day": _mean(change),
        "change_night": _mean(change[NIGHT]),
        "change_noon": _mean(change[NOON]),
        "change_evening": _mean(change[EVENING_PEAK]),
        "change_2": before,
        "change_2_day": _mean(before),
        "change_3_day": _mean(load[-4] - load[-11]),
        "two_weeks": week_before - load[-15],
        "two_weeks_day": _mean(week_before - load[-15]),
        "three_weeks": week_before - load[-22],
        "weekdays": week_before - nan_mean(load[[-15, -22, -29]]),
        "against_week": week_before - nan_mean(load[-9:-2]),
        "yesterday": load[-2] - week_before,
        "yesterday_level": _mean(load[-2]) - _mean(week_before),
        "before": load[-3] - week_before,
        "same_kind": load[-2] - load[-3],
    }
