"""What is to be explained in each situation, and the features that are to explain it.

Here: for a table of days the features, the base they correct, and the difference that they are to explain. Not
here: the arithmetic (`experts.ridge.online_ridge`), and which situation an issue is in
(`InformationSet.situation`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

import numpy as np

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.inputs import INPUTS, TEMPERATURE, nested
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features import rte_errors, temperature, weather, weekly_change
from elec_pipeline.forecasting.features.day_table import KNOWN_HOURS, DayTable
from elec_pipeline.forecasting.features.design import Problem, Samples
from elec_pipeline.forecasting.features.local_time import back

OF_INPUT: Mapping[str, Callable[[DayTable, Situation], dict[str, Floats]]] = {
    TEMPERATURE: temperature.columns,
    **{name: partial(weather.columns, name) for name in weather.SIZES},
}
"""The features that each input adds."""


def key(situation: Situation, inputs: Iterable[str] = ()) -> str:
    """Return the name of a situation with some inputs: what is fitted for it is kept by it.

    Example:
        >>> key(Situation.EVENING), key(Situation.EVENING, [TEMPERATURE])
        ('evening', 'evening+temperature_c')
    """
    return "+".join([situation, *sorted(inputs)])


KEYS = tuple(key(situation, names) for situation in Situation for names in nested(INPUTS))
"""All that something is fitted for."""


def fitting_key(known: str, fitted: Collection[str]) -> str | None:
    """Return for which key something was fitted that uses as many of the known inputs as possible, and no other.

    Args:
        known: The situation and what is known in it, as `key` names it.
        fitted: Keys that something was fitted for.

    Returns:
        One of `fitted`; None where nothing was fitted for the situation.

    Example:
        >>> fitting_key("evening+temperature_c", ["evening", "alone+temperature_c"])
        'evening'
    """
    situation, *inputs = known.split("+")
    usable = [
        each for each in fitted if each.split("+")[0] == situation and set(each.split("+")[1:]) <= set(inputs)
    ]
    return max(usable, key=lambda each: each.count("+"), default=None)


WEEK_BEFORE_SHARE = 0.2
"""Brings the features of the week before to the size of RTE's errors."""
LOOKBACK_DAYS = 30
"""Days before a day that its features are made from."""


def problem(
    situation: Situation,
    table: DayTable,
    *,
    inputs: Iterable[str] = (),
    rte_of_day: Floats | None = None,
    skip: int = 0,
) -> Problem:
    """Return the problem of a situation for every day of a table, or all but the first ones.

    Args:
        situation: What the forecasts stand on.
        table: The days.
        inputs: Names of those that are made use of; days without one of them then teach nothing.
        rte_of_day: RTE's forecast of each day as its issue knew it, shape (days, 24); None: the table's.
        skip: How many days of the table are only looked back at.
    """
    rte = table.rte_mw if rte_of_day is None else rte_of_day
    base = weekly_change.base(table) if situation is Situation.ALONE else rte
    columns, wanted = _columns(situation, table, rte), table.load_mw - base
    for name in inputs:
        columns |= OF_INPUT[name](table, situation)
        without = np.isnan(table.input(name)).all(axis=1, keepdims=True)
        wanted = np.where(without | np.isnan(back(np.where(without, np.nan, 0.0), 7)), np.nan, wanted)
    features = np.empty((len(table.day) - skip, 24, len(columns)))
    for number, values in enumerate(columns.values()):
        features[:, :, number] = values[skip:]
    features[np.isnan(features)] = 0.0
    return Problem(tuple(columns), base[skip:], Samples(features, wanted[skip:], table.load_mw[skip:]))


def _columns(situation: Situation, table: DayTable, rte: Floats) -> dict[str, Floats]:
    if situation is Situation.EVENING:
        return rte_errors.columns(table, rte, KNOWN_HOURS[Issue.EVENING])
    morning = KNOWN_HOURS[Issue.MORNING]
    similar = weekly_change.columns(table, morning)
    if situation is Situation.ALONE:
        return similar
    return rte_errors.columns(table, rte, morning) | {
        f"similar_{name}": WEEK_BEFORE_SHARE * values for name, values in similar.items()
    }
