"""RTE's forecast without its own recent mean error: a reference that is scored beside our experts. Pure.

Here: the mean error by local hour and the forecast less that error. Not here: which of RTE's forecasts is meant
(`rte_bar`), and when a value became known (`history`).

It shows what the simplest correction of RTE's forecast is worth: what our experts gain beyond it comes from more
than RTE's usual error at that hour.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, PARIS, Issue, hours
from elec_pipeline.domain.history import History, rte_d1_mw
from elec_pipeline.domain.instants import HOUR64, Instants, instant, padded
from elec_pipeline.domain.quantiles import Floats

RTE_DEBIASED = "rte_debiased"
DAYS = 28
"""Days that the mean error of a local hour is taken over: the newest whose actual load was known at the issue."""
LEAST_DAYS = 7
"""Fewer days make no mean."""
LOOKBACK_DAYS = 42
"""How far back these days may lie, where some are missing."""
_HOURS_A_DAY = 24


def rte_debiased(history: History, day: date) -> Floats:
    """Return RTE's bar of a delivery day less its recent mean error by local hour.

    Errors are those known at the evening issue, as the bar is: by the actual load as it stood then.

    Args:
        history: It should begin `LOOKBACK_DAYS` before the day's issue; what it lacks is not known.
        day: The delivery day.

    Returns:
        Shape (23, 24 or 25,), MW; NaN where RTE has no bar, and everywhere where too few errors of any of the
        day's local hours are known: half a day would be scored on other hours than the rest.
    """
    known = history.at(day, Issue.EVENING, context_hours=LOOKBACK_DAYS * _HOURS_A_DAY)
    context = slice(0, known.context_hours)
    first = int((known.hours[0] - instant(history.start)) // HOUR64)
    bar = padded(history.rte_d1_mw, first, first + known.context_hours)
    # A D-2 stands in the context where there was no bar; it is not what is corrected here.
    rte = np.where(known.rte_mw[context] == bar, bar, np.nan)
    error = mean_by_local_hour(known.hours[context], rte - known.load_mw[context])
    of_day = error[hours(day).tz_convert(PARIS).hour]
    return rte_d1_mw(history, day) - (np.nan if np.isnan(of_day).any() else of_day)


def mean_by_local_hour(axis: Instants, values: Floats) -> Floats:
    """Return the mean of each hour of the Paris day over the newest `DAYS` days on which it is known.

    The hour that a day of 25 hours has twice counts once, as the mean of both.

    Args:
        axis: Start of every hour, UTC, shape (n,), ascending.
        values: Shape (n,), NaN where not known.

    Returns:
        Shape (24,): by local hour, NaN where it is known on fewer than `LEAST_DAYS` days.

    Example:
        >>> axis = hours(date(2025, 1, 1), date(2025, 2, 9)).tz_localize(None).to_numpy()
        >>> by_day = np.arange(40.0).repeat(24)
        >>> by_day[-1] = np.nan
        >>> mean_by_local_hour(axis, by_day)[[0, 22, 23]].tolist()
        [25.5, 25.5, 24.5]
    """
    paris = pd.DatetimeIndex(axis, tz="UTC").tz_convert(PARIS)
    wall = paris.tz_localize(None)
    day, hour = (wall.normalize() - wall[0].normalize()) // (_HOURS_A_DAY * HOUR), paris.hour
    is_known = ~np.isnan(values)
    sums, counts = np.zeros((2, day[-1] + 1, _HOURS_A_DAY))
    np.add.at(sums, (day[is_known], hour[is_known]), values[is_known])
    np.add.at(counts, (day[is_known], hour[is_known]), 1)
    means = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
    is_newest = (counts > 0) & (np.cumsum(counts[::-1] > 0, axis=0)[::-1] <= DAYS)
    n_days = is_newest.sum(axis=0)
    total = np.where(is_newest, means, 0.0).sum(axis=0)
    return np.where(n_days >= LEAST_DAYS, total / np.maximum(n_days, 1), np.nan)
