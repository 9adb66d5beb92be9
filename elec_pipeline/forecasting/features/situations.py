"""The three situations that a forecast is made in, and what is to be explained in each.

Here: for a table of days the features, the base they correct, and the difference that they are to explain. Not
here: the arithmetic (`experts.ridge.online_ridge`), and which situation an issue is in
(`experts.ridge.reference`).
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features import rte_errors as rte_error
from elec_pipeline.forecasting.features import temperature as temperature_columns
from elec_pipeline.forecasting.features import weekly_change as week_before
from elec_pipeline.forecasting.features.day_table import KNOWN_HOURS, DayTable
from elec_pipeline.forecasting.features.design import Problem, Samples, Scale
from elec_pipeline.forecasting.features.local_time import back


class Case(StrEnum):
    """What a forecast can stand on."""

    EVENING = "evening"
    """RTE's D-1 forecast, and its errors until the evening issue."""
    EARLY = "early"
    """An early forecast of RTE's, such as D-2, and its D-1's errors until the morning issue."""
    ALONE = "alone"
    """No forecast of RTE's for the delivery day: the week before, and what the morning issue knows."""


def kind(case: Case, *, with_temperature: bool) -> str:
    """Return the name of a case with or without temperature: regressions and calibrations are kept by it.

    Example:
        >>> kind(Case.EVENING, with_temperature=True)
        'evening_with_temperature'
    """
    return f"{case}_with_temperature" if with_temperature else str(case)


def without_temperature(kind: str) -> str:
    """Return the kind of the same case that knows no temperature.

    Example:
        >>> without_temperature("early_with_temperature"), without_temperature("early")
        ('early', 'early')
    """
    return kind.removesuffix("_with_temperature")


KINDS = tuple(kind(case, with_temperature=known) for case in Case for known in (False, True))
"""All of them."""
SCALES = {
    Case.EVENING: Scale(feature_mw=300.0, robust_mw=1_500.0),
    Case.EARLY: Scale(feature_mw=300.0, robust_mw=1_000.0),
    Case.ALONE: Scale(feature_mw=1_000.0, robust_mw=2_000.0),
}
"""Chosen on the years 2017 to 2023 and the validation days, each with what was learnt half a year before it."""
MW_PER_DEGREE = {Case.EVENING: 60.0, Case.EARLY: 100.0, Case.ALONE: 300.0}
WEEK_BEFORE_SHARE = 0.2
"""Brings the features of the week before to the size of RTE's errors."""
LOOKBACK_DAYS = 30
"""Days before a day that its features are made from."""


def problem(
    case: Case,
    table: DayTable,
    *,
    with_temperature: bool = False,
    rte_of_day: Floats | None = None,
    skip: int = 0,
) -> Problem:
    """Return the problem of a case for every day of a table, or all but the first ones.

    Args:
        case: The situation.
        table: The days.
        with_temperature: Whether temperature forecasts are made use of; days without them then teach nothing.
        rte_of_day: RTE's forecast of each day as its issue knew it, shape (days, 24); None: the table's.
        skip: How many days of the table are only looked back at.
    """
    rte = table.rte_mw if rte_of_day is None else rte_of_day
    base = week_before.base(table) if case is Case.ALONE else rte
    columns, wanted = _columns(case, table, rte), table.load_mw - base
    if with_temperature:
        columns |= temperature_columns.columns(table, MW_PER_DEGREE[case])
        without = np.isnan(table.temperature_c).all(axis=1, keepdims=True)
        wanted = np.where(without | np.isnan(back(np.where(without, np.nan, 0.0), 7)), np.nan, wanted)
    features = np.empty((len(table.day) - skip, 24, len(columns)))
    for number, values in enumerate(columns.values()):
        features[:, :, number] = values[skip:]
    features[np.isnan(features)] = 0.0
    return Problem(tuple(columns), base[skip:], Samples(features, wanted[skip:], table.load_mw[skip:]))


def _columns(case: Case, table: DayTable, rte: Floats) -> dict[str, Floats]:
    if case is Case.EVENING:
        return rte_error.columns(table, rte, KNOWN_HOURS[Issue.EVENING])
    morning = KNOWN_HOURS[Issue.MORNING]
    similar = week_before.columns(table, morning)
    if case is Case.ALONE:
        return similar
    return rte_error.columns(table, rte, morning) | {
        f"similar_{name}": WEEK_BEFORE_SHARE * values for name, values in similar.items()
    }
