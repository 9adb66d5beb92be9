"""What tells how a day's load will differ from that a week before: features that need no forecast of the day.

Here: for every day and hour, what its issue knew of how the last days differ from their own week before, of
RTE's errors so far, of the curves of the days before, and of the calendar. Not here: how coefficients come from
them (`experts.ridge.online_ridge`), and features that need RTE's forecast of the day (`rte_errors`).
"""

from __future__ import annotations

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.calendar import (
    bridge_day,
    column,
    holiday,
    kind,
    season,
    turn_of_year,
    weekdays,
)
from elec_pipeline.forecasting.features.day_table import (
    DayTable,
    around_mean,
    blocks,
    mean_of_days_before,
)
from elec_pipeline.forecasting.features.local_time import Integers, back, of_day

MOVE, LEVEL, CHANGE_BLOCK, CURVE_BLOCK = 1 / 3, 0.05, 0.3, 0.2
KIND_MW, WEEKDAY_MW, SEASON_MW = 3_000.0, 1_500.0, 1_000.0
"""They bring features to the size of changes, so that one penalty fits all."""
TYPICAL_LOAD_MW = 50_000.0


def columns(table: DayTable, known_hours: int) -> dict[str, Floats]:
    """Return the features of every day and hour, each as its own issue would have known it.

    Args:
        table: The days.
        known_hours: Local hours of the day before that the issue knew; of the others RTE's forecast serves.

    Returns:
        By name, MW, each of shape (days, 24) or (days, 1); NaN where nothing is known.
    """
    load, before = table.hybrid_mw, table.day_before(known_hours)
    week_before = back(load, 7)
    return (
        _changes(load, before)
        | _levels(load, before, week_before)
        | _errors(table, known_hours)
        | blocks("change", CHANGE_BLOCK * (before - back(load, 8)))
        | blocks("day_before_curve", CURVE_BLOCK * around_mean(before))
        | blocks("week_before_curve", CURVE_BLOCK * around_mean(week_before))
        | _calendar(table.day)
    )


def _changes(load: Floats, before: Floats) -> dict[str, Floats]:
    """Return how the days before differ from their own week before."""
    change, second = before - back(load, 8), back(load, 2) - back(load, 9)
    weeks = back(load, 7) - back(load, 14)
    return {
        "change": change,
        "change_of_day": of_day(change),
        "second_change": second,
        "second_change_of_day": of_day(second),
        "third_change_of_day": of_day(back(load, 3) - back(load, 10)),
        "weeks": weeks,
        "weeks_of_day": of_day(weeks),
        "three_weeks": back(load, 7) - back(load, 21),
    }


def _levels(load: Floats, before: Floats, week_before: Floats) -> dict[str, Floats]:
    """Return how high the days before stand against each other."""
    second = back(load, 2)
    level = LEVEL * (week_before - TYPICAL_LOAD_MW)
    return {
        "week_before_against_mean": MOVE * (week_before - mean_of_days_before(load, 2, 8)),
        "move": MOVE * (before - second),
        "move_of_day": MOVE * of_day(before - second),
        "against_week_before": MOVE * (before - week_before),
        "against_week_before_of_day": MOVE * of_day(before - week_before),
        "second_against_week_before_of_day": MOVE * of_day(second - week_before),
        "level": level,
        "level_of_day": of_day(level),
    }


def _errors(table: DayTable, known_hours: int) -> dict[str, Floats]:
    so_far = table.error_so_far(known_hours)
    return {
        "last_error": table.last_error(known_hours),
        "error_so_far": of_day(so_far),
        "error_of_last_three_hours": of_day(so_far[:, known_hours - 3 : known_hours]),
        "error_of_second_day": of_day(back(table.error_mw, 2)),
        "error_of_week": mean_of_days_before(table.error_mw, 2, 8),
    }


def _calendar(day: Integers) -> dict[str, Floats]:
    made = {
        "kind": kind(day),
        "kind_of_day_before": kind(day - 1),
        "kind_against_week_before": kind(day) - kind(day - 7),
        **{f"holiday_{days}_before": column(holiday(day - days)) for days in (-1, 0, 1, 2, 6, 7, 8, 14)},
        **{f"bridge_day_{days}_before": column(bridge_day(day - days)) for days in (0, 1, 7)},
        **{f"turn_of_year_{days}_before": column(turn_of_year(day - days)) for days in (0, 1, 7)},
    }
    return (
        {name: KIND_MW * values for name, values in made.items()}
        | {name: WEEKDAY_MW * is_it for name, is_it in weekdays(day).items()}
        | {name: SEASON_MW * wave for name, wave in season(day).items()}
    )


def base(table: DayTable) -> Floats:
    """Return the load of the same local hour a week before, else RTE's forecast of it; shape (days, 24)."""
    return back(table.hybrid_mw, 7)
