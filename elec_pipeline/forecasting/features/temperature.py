"""Temperature forecasts as columns that a regression can take, where an issue knows them.

Here: pure functions of a table of days. Not here: where temperatures come from, and whether enough is known to use
them (`InformationSet.usable_inputs`).

Below about 15 °C France heats, above about 20 °C it cools: the load bends there, so both sides have columns.
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
DAILY_HOURS = (4, 9, 14, 19)
"""Local hours whose temperature against the day's mean tells its shape."""


def cold(temperature_c: Floats) -> Floats:
    """Return the degrees below `HEATING_C`."""
    return np.clip(HEATING_C - temperature_c, 0, None)


def heat(temperature_c: Floats) -> Floats:
    """Return the degrees above `COOLING_C`."""
    return np.clip(temperature_c - COOLING_C, 0, None)


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
    return {f"temperature_{name}": unit * of for name, of in (moves | earlier | levels | shape).items()}
