"""Cloud cover, wind and humidity as columns that a regression can take, where an issue knows them.

Here: pure functions of a table of days. Not here: temperature, to which the load bends (`temperature`), and where
the forecasts come from.

A grey noon takes light and the roofs' own electricity, wind cools houses, damp air feels warmer in summer: what
counts is how a day differs from the one before and from that a week before, and when in the day it does.
"""

from __future__ import annotations

from dataclasses import dataclass

from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, WIND_SPEED
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.day_table import DayTable, blocks
from elec_pipeline.forecasting.features.local_time import back


@dataclass(frozen=True)
class Size:
    """Typical level of an input, and how far it differs from that."""

    usual: float
    spread: float


SIZES = {CLOUD_COVER: Size(60.0, 30.0), WIND_SPEED: Size(3.0, 1.5), HUMIDITY: Size(75.0, 15.0)}
"""The forecasts of French cities, 2021 to 2023."""
MW_PER_SPREAD = {Situation.EVENING: 50.0, Situation.EARLY: 70.0, Situation.ALONE: 175.0}
"""Brings them to the size of the features that they stand beside; chosen on 2024."""


def columns(name: str, table: DayTable, situation: Situation) -> dict[str, Floats]:
    """Return the features of every day and hour, from the forecasts of one input.

    Args:
        name: One of `SIZES`.
        table: The days.
        situation: What the forecast stands on.

    Returns:
        By name, MW, each of shape (days, 24) or (days, 1); NaN where nothing is known.
    """
    size = SIZES[name]
    level = MW_PER_SPREAD[situation] * (table.input(name) - size.usual) / size.spread
    moves = {f"{name}_move_{days}_before": level - back(level, days) for days in (1, 7)}
    made = {f"{name}_level": level, **moves}
    for each, values in list(made.items()):
        made |= blocks(each, values)
    return made
