"""Why a forecast moved since the issue before it: the ridge's change, shared out over what had become known.

Here: Shapley values over the groups of knowledge, for one pair of issues of a delivery day. Not here: how two
information sets are mixed (`domain.hybrid`), which issues are held against each other, and what is stored of it
(`steps.issue_changes`).

The ridge forecasts every mixture of the two issues' knowledge. A group's share is what it adds to the forecast
when it is brought up to date: the mean over all orders in which the groups can be (L. S. Shapley, A Value for
n-Person Games, 1953). So the shares add up to the ridge's change, whatever the groups do together: a forecast of
RTE's that appears is worth something by itself, and something more with the load that tells RTE's errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import factorial

import numpy as np

from elec_pipeline.domain.hybrid import differing, hybrid
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.knowledge import Knowledge
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import Forecaster, workers


def ridge_changes(
    forecaster: Forecaster, pairs: Sequence[tuple[InformationSet, InformationSet]]
) -> list[dict[Knowledge, Floats]] | None:
    """Return what each group of knowledge changed in the ridge's forecast from one issue to a later one.

    Args:
        forecaster: Whose ridge forecasts up to eight mixtures of each pair, for a few milliseconds each.
        pairs: What the issue before knew, and what the issue knew, of the same delivery day; both with at least
            the context that the ridge needs.

    Returns:
        For every pair, by group, shape (23, 24 or 25,), MW; they add up to the ridge's change. None where the
        model has no ridge.

    Raises:
        ValueError: A pair is no two issues of one day in order, or has too little context.
    """
    ridge = forecaster.experts.get(RIDGE)
    if not isinstance(ridge, Ridge):
        return None

    def median(known: InformationSet) -> Floats:
        return ridge.references(known).of_delivery_day

    with workers() as threads:
        return list(threads.map(lambda pair: shares(median, *pair), pairs))


def shares(
    forecast: Callable[[InformationSet], Floats], older: InformationSet, newer: InformationSet
) -> dict[Knowledge, Floats]:
    """Return the Shapley value of each group of knowledge for the change of a forecast.

    Args:
        forecast: From an information set to a forecast of its delivery day, shape (23, 24 or 25,).
        older: What the issue before knew.
        newer: What the issue knew.

    Returns:
        By group, in the unit and the shape of the forecast; their sum is `forecast(newer) - forecast(older)`. That
        of a group in which both know the same is 0.
    """
    moved = differing(older, newer)
    made = {frozenset(): forecast(older), moved: forecast(newer)}
    for n in range(1, len(moved)):
        for some in combinations(sorted(moved), n):
            made[frozenset(some)] = forecast(hybrid(older, newer, some))
    nothing = np.zeros(newer.delivery_hours)
    return {group: _value(group, made) if group in moved else nothing for group in Knowledge}


def _value(group: Knowledge, made: Mapping[frozenset[Knowledge], Floats]) -> Floats:
    """Return the mean over all orders of what a group adds to those before it.

    Example:
        >>> both = frozenset({Knowledge.LOAD, Knowledge.RTE})
        >>> worth = dict.fromkeys([frozenset(), *(frozenset({each}) for each in both)], np.zeros(1))
        >>> _value(Knowledge.RTE, worth | {both: np.ones(1)}).tolist()
        [0.5]
    """
    n_groups = len(frozenset().union(*made))
    total = np.zeros_like(made[frozenset()])
    for before, value in made.items():
        if group not in before:
            orders = factorial(len(before)) * factorial(n_groups - len(before) - 1)
            total += orders / factorial(n_groups) * (made[before | {group}] - value)
    return total
