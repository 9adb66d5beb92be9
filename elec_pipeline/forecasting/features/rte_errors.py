"""What tells how wrong RTE's forecast of a day will be: the features of its error.

Here: for every day and hour, what its issue knew of RTE's last errors, of the curve that RTE forecasts and of
how it moves against the days before, and of the calendar. Not here: how coefficients come from them
(`experts.ridge.online_ridge`), and features where RTE's forecast of the day is not known (`weekly_change`).

RTE's curve carries RTE's view of the weather: a deeper trough at noon is sunshine, a higher evening is cold. So
the errors are explained by the whole curve, by blocks of three hours, and not by the hour's own value alone.
"""

from __future__ import annotations

import numpy as np

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.calendar import (
    bridge_day,
    column,
    holiday,
    kind,
    season,
    weekday,
    weekdays,
)
from elec_pipeline.forecasting.features.day_table import (
    DayTable,
    around_mean,
    blocks,
    later,
    mean_of_days_before,
)
from elec_pipeline.forecasting.features.local_time import Integers, back, first_known, of_day

MOVE, SHAPE, LEVEL, BLOCK = 0.1, 0.05, 0.02, 0.1
KIND_MW, WEEKDAY_MW, SEASON_MW = 500.0, 300.0, 200.0
"""They bring moves of load and the calendar to the size of errors, so that one penalty fits all."""
TYPICAL_LOAD_MW = 50_000.0
BEND_MW = 300.0
"""A typical feature's size, which its square keeps."""
COLDEST_DAY = 15
"""Day of the year around which the load is most sensitive to cold."""


def columns(table: DayTable, rte_of_day: Floats, known_hours: int) -> dict[str, Floats]:
    """Return the features of every day and hour, each as its own issue would have known it.

    Args:
        table: The days.
        rte_of_day: RTE's forecast of each day as its issue knew it, shape (days, 24), MW. That of the days
            before each day is the table's.
        known_hours: Local hours of the day before that the issue knew.

    Returns:
        By name, MW, each of shape (days, 24) or (days, 1); NaN where nothing is known.
    """
    before, week_before = table.day_before(known_hours), back(table.load_mw, 7)
    errors = _errors(table, known_hours)
    moves = _moves(table.rte_mw, rte_of_day, before, week_before)
    peaks = _peaks(table.rte_mw, rte_of_day)
    curves = blocks("rte_curve", BLOCK * around_mean(rte_of_day)) | blocks(
        "rte_move", BLOCK * around_mean(rte_of_day - back(table.rte_mw, 1))
    )
    return (
        errors
        | _by_kind_of_day(errors, table.day)
        | moves
        | _bends(moves | peaks)
        | _seasonal_moves(table, rte_of_day)
        | peaks
        | _slopes(rte_of_day)
        | curves
        | {f"cold_{name}": _cold(table.day) * curve for name, curve in curves.items()}
        | blocks("day_before_curve", BLOCK * around_mean(before))
        | blocks("week_before", BLOCK * (week_before - rte_of_day))
        | _calendar(table.day)
    )


def _errors(table: DayTable, known_hours: int) -> dict[str, Floats]:
    so_far = table.error_so_far(known_hours)
    month = mean_of_days_before(table.error_mw, 2, 29)
    week = first_known(mean_of_days_before(table.error_mw, 2, 8), month)
    return {
        "last": first_known(table.last_error(known_hours), week),
        "week": week,
        "month": month,
        "at_4": so_far[:, 4:5],
        "at_noon": so_far[:, 12:13],
        "afternoon": of_day(so_far[:, 13:19]),
        "last_three_hours": of_day(so_far[:, known_hours - 3 : known_hours]),
        "so_far": of_day(so_far),
    }


def _by_kind_of_day(errors: dict[str, Floats], day: Integers) -> dict[str, Floats]:
    """Return the errors as they count on days off, and where a day differs in kind from the one before."""
    off, differs = kind(day), kind(day) - kind(day - 1)
    return {f"{name}_off": off * errors[name] for name in ("last", "so_far", "week")} | {
        f"{name}_as_kind_differs": differs * errors[name] for name in ("last", "so_far")
    }


def _bends(of: dict[str, Floats]) -> dict[str, Floats]:
    """Return squares: RTE errs more than in proportion where it is cold and where the weather changes much."""
    signed = {f"{name}_bent": of[name] * np.abs(of[name]) / BEND_MW for name in ("rte_move", "trough_move_of_1")}
    return signed | {f"{name}_squared": of[name] ** 2 / BEND_MW for name in ("rte_level", "rte_move_of_day")}


def _moves(rte: Floats, rte_of_day: Floats, before: Floats, week_before: Floats) -> dict[str, Floats]:
    of_week = rte_of_day - week_before
    return {
        "rte_move": MOVE * (rte_of_day - back(rte, 1)),
        "rte_move_of_day": MOVE * (of_day(rte_of_day) - back(of_day(rte), 1)),
        "rte_move_of_week": MOVE * (rte_of_day - back(rte, 7)),
        "rte_around_mean": SHAPE * around_mean(rte_of_day),
        "rte_level": LEVEL * (rte_of_day - TYPICAL_LOAD_MW),
        "against_day_before": MOVE * (rte_of_day - before),
        "against_week_before": MOVE * of_week,
        "against_week_before_of_day": MOVE * of_day(of_week),
    }


def _seasonal_moves(table: DayTable, rte_of_day: Floats) -> dict[str, Floats]:
    cold = _cold(table.day)
    return {
        "cold_move": MOVE * cold * (rte_of_day - back(table.rte_mw, 1)),
        "cold_move_of_week": MOVE * cold * (rte_of_day - back(table.rte_mw, 7)),
        "cold_level": LEVEL * cold * (rte_of_day - TYPICAL_LOAD_MW),
    }


def _cold(day: Integers) -> Floats:
    """Return 1 when it is coldest as a rule, -1 when it is warmest, shape (days, 1)."""
    return column(np.cos(2 * np.pi * (day - COLDEST_DAY) / 365.25))


def _peaks(rte: Floats, rte_of_day: Floats) -> dict[str, Floats]:
    """Return how the depth of the day's trough and the heights of its peaks move against the days before."""
    now, then = _heights(rte_of_day), _heights(rte)
    return {
        f"{name}_move_of_{days}": SHAPE * (now[name] - back(then[name], days)) for name in now for days in (1, 7)
    }


def _heights(rte: Floats) -> dict[str, Floats]:
    morning, afternoon = of_day(rte[:, 8:10]), of_day(rte[:, 12:15])
    return {
        "trough": afternoon - morning,
        "evening": of_day(rte[:, 18:20]) - afternoon,
        "night": of_day(rte[:, 3:5]) - morning,
    }


def _slopes(rte_of_day: Floats) -> dict[str, Floats]:
    return {f"rte_{hours:+}h": MOVE * (later(rte_of_day, hours) - rte_of_day) for hours in (-3, -2, -1, 1, 2, 3)}


def _calendar(day: Integers) -> dict[str, Floats]:
    is_off, is_holiday = kind(day), column(holiday(day))
    return (
        {name: WEEKDAY_MW * is_it for name, is_it in weekdays(day).items()}
        | {
            "day_off": KIND_MW * (is_off == 1),
            "holiday": KIND_MW * is_holiday,
            "bridge_day": KIND_MW * column(bridge_day(day)),
            "after_day_off": KIND_MW * (kind(day - 1) == 1),
            "before_holiday": KIND_MW * column(holiday(day + 1)),
            "working_monday": KIND_MW * column((weekday(day) == 0) & (is_off[:, 0] == 0)),
        }
        | {name: SEASON_MW * wave for name, wave in season(day).items()}
    )
