"""A robust ridge regression for each local hour: the fit that both learnt references share. Pure numpy.

Here: coefficients from samples, values from coefficients. Not here: which features (`correction`,
`similar_day`), and on which issues they are fitted (`learning`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from elec_pipeline.forecasting.local_grid import Integers
from elec_pipeline.information_set import Floats

Coefficients = tuple[tuple[float, ...], ...]
"""A row for each local hour: one coefficient for each feature, then the constant. Empty: nothing learnt."""

LEAST_DAYS = 28
"""Fewer days than this teach nothing about an hour."""
RIDGE = 0.1
TYPICAL_MW = 200.0
"""Penalty relative to features of 200 MW; chosen on the validation split."""
ROUNDS = 3
"""How often samples with large errors are weighed down."""


@dataclass(frozen=True)
class Samples:
    """What one regression is fitted on; n samples.

    Attributes:
        features: Shape (n, features), MW.
        wanted_mw: What they are to explain, shape (n,), NaN is left out.
        load_mw: The load then, shape (n,).
        hour: Local hour, shape (n,).
        age_days: How long before the last day it was, shape (n,).
    """

    features: Floats
    wanted_mw: Floats
    load_mw: Floats
    hour: Integers
    age_days: Floats


def fit(samples: Samples, *, half_life_days: float, robust_mw: float) -> Coefficients:
    """Return the coefficients that explain a quantity best, for each local hour.

    Least absolute relative errors, nearly: samples weigh by the inverse of their load, less the older they
    are, and less where their error stays large.

    Args:
        samples: What to fit on.
        half_life_days: Age at which a sample counts half.
        robust_mw: Error from which a sample loses weight.

    Returns:
        Empty where an hour has fewer than `LEAST_DAYS` samples.
    """
    rows = []
    known = ~np.isnan(samples.wanted_mw)
    for local_hour in range(24):
        chosen = known & (samples.hour == local_hour)
        if np.count_nonzero(chosen) < LEAST_DAYS:
            return ()
        weight = 0.5 ** (samples.age_days[chosen] / half_life_days) / samples.load_mw[chosen]
        rows.append(_ridge(samples.features[chosen], samples.wanted_mw[chosen], weight / weight.mean(), robust_mw))
    return tuple(rows)


def apply(features: Floats, hour: Integers, coefficients: Coefficients) -> Floats:
    """Return what coefficients make of features.

    Args:
        features: Shape (n, features), MW.
        hour: Local hours, shape (n,).
        coefficients: As `fit` returns them, not empty.

    Returns:
        Shape (n,), MW.
    """
    of_hour = np.asarray(coefficients)[hour]
    # A product and a sum, not a matrix product: an hour's value must not depend on how many hours there are.
    return np.asarray((features * of_hour[:, :-1]).sum(axis=1) + of_hour[:, -1], dtype=np.float64)


def _ridge(features: Floats, wanted: Floats, fair: Floats, robust_mw: float) -> tuple[float, ...]:
    weight = fair
    slopes, constant = np.zeros(features.shape[1]), 0.0
    for _ in range(1 + ROUNDS):
        total = weight.sum()
        centre, middle = weight @ features / total, weight @ wanted / total
        around = features - centre
        weighted = around * weight[:, None]
        penalty = RIDGE * total * TYPICAL_MW**2 * np.eye(features.shape[1])
        slopes = np.linalg.solve(weighted.T @ around + penalty, weighted.T @ (wanted - middle))
        constant = float(middle - centre @ slopes)
        left = np.abs(wanted - features @ slopes - constant)
        weight = fair * np.minimum(1.0, robust_mw / np.maximum(left, 1.0))
    return tuple(round(float(value), 6) for value in (*slopes, constant))
