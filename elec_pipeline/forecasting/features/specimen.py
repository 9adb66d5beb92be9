"""Made-up information sets that never change: what feature code makes of them tells one version from another.

Here: the sets, and the few numbers that many are drawn together to. Not here: what each expert makes of them
(`Expert.fingerprint`), and where that is kept and compared (`checkpoint`).

They hold what features look at: both clock changes of a year, public holidays, bridge days and the turn of the
year, frost and heat, errors of RTE's beyond all measure, and gaps.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, issue_time
from elec_pipeline.domain.information_set import InformationSet, first_unknown_hour
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.domain.instants import HOUR64, instant
from elec_pipeline.domain.quantiles import Floats

DAYS = (date(2024, 11, 2), date(2025, 1, 6), date(2025, 5, 31), date(2025, 8, 16))
"""Delivery days: the weeks before them hold all that is said above."""
CONTEXT_HOURS = 24 * 400
"""As much as any expert looks back: a Chronos network sees 8,192 hours at the most."""
ABSURD_MW = 20_000.0


@lru_cache(maxsize=1)
def information_sets() -> tuple[InformationSet, ...]:
    """Return both issues of every day of `DAYS`."""
    return tuple(_made(day, issue) for day in DAYS for issue in Issue)


def drawn_together(values: Floats) -> Floats:
    """Return two sums of each column that no change of it leaves as they are.

    Args:
        values: Shape (n, columns); NaN counts as a number of its own.

    Returns:
        Shape (2 * columns,).

    Example:
        >>> drawn_together(np.array([[1.0], [2.0]])).round(3).tolist() == drawn_together(
        ...     np.array([[2.0], [1.0]])).round(3).tolist()
        False
    """
    known = np.where(np.isnan(values), -7_654.321, values)
    weights = np.cos(0.7 * np.arange(len(known)))[:, None]
    return np.concatenate([(weights * known).sum(axis=0), np.abs(known).sum(axis=0)])


def _made(day: date, issue: Issue) -> InformationSet:
    issued = issue_time(day, issue)
    first_unknown = first_unknown_hour(issued)
    horizon = (day_end(day) - first_unknown) // HOUR
    hours = instant(first_unknown) + np.arange(-CONTEXT_HOURS, horizon) * HOUR64
    number = hours.astype("datetime64[h]").astype(np.int64).astype(np.float64)
    of_day, of_week, of_year = (2 * np.pi * number / period for period in (24.0, 168.0, 8_766.0))
    load = 52_000 + 9_000 * np.cos(of_year) + 6_000 * np.sin(of_day) + 3_000 * np.cos(of_week)
    load = load + 400 * np.sin(number / 7.3)
    rte = load + 600 * np.cos(number / 11.7)
    rte[-24 * 12] += ABSURD_MW
    load[CONTEXT_HOURS:] = np.nan
    load[-24 * 20 : -24 * 20 + 30] = np.nan
    if issue is Issue.MORNING:
        rte[-(day_end(day) - day_end(day - timedelta(days=1))) // HOUR :] = np.nan
    inputs = {
        name: 14 - 16 * np.cos(of_year) + 8 * np.sin(of_day + place) + 3 * np.sin(number / 29.0)
        for place, name in enumerate(INPUTS)
    }
    return InformationSet(
        delivery_day=day,
        issue=issue,
        issue_time=issued,
        context_hours=CONTEXT_HOURS,
        hours=hours,
        load_mw=load,
        rte_mw=rte,
        inputs=inputs,
        nominal_vintages=False,
    )
