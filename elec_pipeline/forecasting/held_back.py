"""Forecasts that are held back because they are implausible, and who speaks instead.

Here: the choice, the sentence about it, and the last resort, the week before with bands. Not here: what is
implausible (`domain.plausible_forecast`), and the experts (`experts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from elec_pipeline.domain.information_set import WEEK_HOURS, InformationSet
from elec_pipeline.domain.plausible_forecast import implausible_forecast
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats, of_known
from elec_pipeline.forecasting.experts.naive import seasonal_naive

WEEKS_BACK = (7, 14, 21)
"""Days back that the last resort looks, where an hour a week before is not known."""
BANDS_OVER_HOURS = 24 * 56
"""The last resort's bands hold what the load changed by from week to week in so many hours."""
LEAST_CHANGES = 48
USUAL_CHANGE = 0.09
"""Standard deviation of the load's change in a week, as a share of it: the bands where fewer changes are known.
The load of 2012 to 2025: 0.089."""


@dataclass(frozen=True, eq=False)
class Issued:
    """The forecast of one issue.

    Attributes:
        quantiles: Shape (23, 24 or 25, 7), MW; None where none is plausible, so that none may be published.
        held_back: Why the combination's forecast was held back, and who speaks instead; None where it was not.
        experts: By name, the median of each expert of the model, shape (23, 24 or 25,), MW, whoever speaks.
    """

    quantiles: Floats | None
    held_back: str | None = None
    experts: Mapping[str, Floats] = field(default_factory=dict)


def first_plausible(
    information: InformationSet, combined: Floats, in_turn: Iterable[tuple[str, Floats]]
) -> Issued:
    """Return the combination's forecast, or where that is implausible the first that is not.

    Args:
        information: What the issue knew.
        combined: Shape (23, 24 or 25, 7), MW.
        in_turn: Names and forecasts of those who may speak instead; they are asked only where it comes to that.
    """
    reason = implausible_forecast(combined, information)
    if reason is None:
        return Issued(combined)
    name = f"the {information.issue} issue of {information.delivery_day}"
    for instead, quantiles in in_turn:
        if implausible_forecast(quantiles, information) is None:
            return Issued(quantiles, f"The forecast of {name} was held back: {reason}. {instead} speaks instead.")
    return Issued(None, f"No forecast of {name} is published: {reason}, and no other is plausible.")


def week_before(information: InformationSet) -> Floats:
    """Return the load of the same local hours a week before, with bands of what it changes by in a week.

    Returns:
        Shape (23, 24 or 25, 7), MW; NaN where an hour was not known in any of three weeks.
    """
    median = np.full(information.delivery_hours, np.nan)
    for days in WEEKS_BACK:
        if information.context_hours >= days * 24:
            median = np.where(np.isnan(median), seasonal_naive(information, days), median)
    known = information.load_mw[: information.context_hours]
    changes = (known[WEEK_HOURS:] - known[:-WEEK_HOURS])[-BANDS_OVER_HOURS:, None]
    bands = of_known(changes, LEVELS, least=LEAST_CHANGES)[:, 0]
    if np.isnan(bands).any():
        return np.asarray(
            median[:, None] * (1 + USUAL_CHANGE * np.array([NormalDist().inv_cdf(p) for p in LEVELS]))
        )
    return np.asarray(median[:, None] + bands - bands[MEDIAN])
