"""Temperature forecasts as columns that a regression can take, where an issue knows them.

Here: pure functions of a table of days. Not here: where temperatures come from, and whether enough is known to use
them (`InformationSet.usable_inputs`).

Below about 15 °C France heats, above about 20 °C it cools: the load bends there, so both sides have columns. Walls
keep warmth for days, so that the load follows a smoothed temperature too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.day_table import DayTable, around_mean, mean_of_days_before
from elec_pipeline.forecasting.features.local_time import back, of_day

HEATING_C, COOLING_C = 15.0, 20.0
"""Below the first France heats, above the second it cools."""
MW_PER_DEGREE = {Situation.EVENING: 60.0, Situation.EARLY: 100.0, Situation.ALONE: 300.0}
"""Brings degrees to the size of the features that they stand beside."""
USUAL_C = 12.0
"""What a smoothed temperature is held against."""
KEPT_AN_HOUR = {"fast": 0.95, "slow": 0.99}
"""Share of a smoothed temperature that is left after an hour: in houses and in walls."""
SMOOTHED_DAYS = 15
"""Days before each that a smoothed temperature is made of: it does not depend on where a history begins."""
LEAST_WEIGHT = 0.5
"""Of what is known, for a smoothed temperature to be told."""
DAILY_HOURS = (4, 9, 14, 19)
"""Local hours whose temperature against the day's mean tells its shape."""


def cold(temperature_c: Floats) -> Floats:
    """Return the degrees below `HEATING_C`."""
    return np.clip(HEATING_C - temperature_c, 0, None)


def heat(temperature_c: Floats) -> Floats:
    """Return the degrees above `COOLING_C`."""
    return np.clip(temperature_c - COOLING_C, 0, None)


def smoothed(at_hour: Floats, kept: float) -> Floats:
    """Return the weighted mean of the hours up to each, which fades by the hour.

    Args:
        at_hour: Shape (days, 24); what is NaN has no weight.
        kept: Weight of an hour, of the one after it.

    Returns:
        Shape (days, 24); NaN where nothing is known.

    Example:
        >>> smoothed(np.concatenate([np.zeros((1, 24)), np.full((1, 24), 8.0)]), 0.5)[1, :3].round(3).tolist()
        [4.0, 6.0, 7.0]
    """
    known = ~np.isnan(at_hour)
    total, weight = (_faded_sum(each, kept) for each in (np.where(known, at_hour, 0.0), known.astype(np.float64)))
    enough = weight > LEAST_WEIGHT
    return np.asarray(np.where(enough, total / np.where(enough, weight, 1.0), np.nan))


def _faded_sum(values: Floats, kept: float) -> Floats:
    """Return for every hour the sum of those up to it, each faded by its age, shape (days, 24)."""
    age = np.subtract.outer(np.arange(24), np.arange(24))  # hours from the second to the first
    fading = np.where(age >= 0, kept ** np.maximum(age, 0), 0.0)
    within = values @ fading.T
    at_midnight = np.zeros(len(values))
    for days in range(1, min(SMOOTHED_DAYS + 1, len(values))):
        at_midnight[days:] += kept ** (24 * (days - 1)) * within[:-days, -1]
    return np.asarray(within + np.multiply.outer(at_midnight, kept ** np.arange(1.0, 25.0)))


def columns(table: DayTable, situation: Situation) -> dict[str, Floats]:
    """Return the features of every day and hour, from the forecasts of its temperature.

    Args:
        table: The days.
        situation: What the forecast stands on.

    Returns:
        By name, MW, each of shape (days, 24) or (days, 1); NaN where nothing is known.
    """
    at_hour = table.input(TEMPERATURE)
    day = of_day(at_hour)
    sides: dict[str, Callable[[Floats], Floats]] = {"": np.asarray, "cold_": cold, "heat_": heat}
    moves = {
        f"{name}move{of}_{days}_before": side(values) - side(back(values, days))
        for days in (1, 7)
        for name, side in sides.items()
        for of, values in (("", at_hour), ("_of_day", day))
    }
    earlier = {
        "cold_of_day_before": cold(back(day, 1)) - cold(back(day, 8)),
        "heat_of_day_before": heat(back(day, 1)) - heat(back(day, 8)),
        "cold_of_second_day": cold(back(day, 2)) - cold(back(day, 7)),
        "against_week": day - mean_of_days_before(day, 2, 8),
    }
    levels = {"cold": cold(at_hour), "heat": heat(at_hour), "cold_day": cold(day), "heat_day": heat(day)}
    shape = {f"at_{hour}": around_mean(at_hour)[:, hour : hour + 1] for hour in DAILY_HOURS}
    unit = MW_PER_DEGREE[situation]
    inertia = _inertia(at_hour)
    made = moves | earlier | levels | shape | inertia
    return {f"temperature_{name}": unit * of for name, of in made.items()}


def _inertia(at_hour: Floats) -> dict[str, Floats]:
    """Return smoothed temperatures, and how they move."""
    made: dict[str, Floats] = {}
    for name, kept in KEPT_AN_HOUR.items():
        slow = smoothed(at_hour, kept)
        made |= {name: slow - USUAL_C, f"{name}_against": at_hour - slow}
        made |= {f"{name}_cold": cold(slow), f"{name}_heat": heat(slow)}
        for days in (1, 7):
            made[f"{name}_move_{days}_before"] = slow - back(slow, days)
            made[f"{name}_cold_move_{days}_before"] = cold(slow) - cold(back(slow, days))
            made[f"{name}_heat_move_{days}_before"] = heat(slow) - heat(back(slow, days))
    return made
