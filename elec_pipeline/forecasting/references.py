"""References: simple forecasts of every hour of a grid, from what was known at the issue time.

Here: the similar-day forecast, RTE's forecast corrected by its own errors of the same hour, and the
reference made of both; pure numpy on one information set. Not here: what a model makes of them.

The load of France repeats with the week, and RTE's errors repeat with the hour of the day: both are read
at the same *local* hour some days before, so that a clock change does not shift them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.delivery_day import PARIS
from elec_pipeline.information_set import Floats, InformationSet

Integers = npt.NDArray[np.int64]

WEEK = 7
MONTH = 28
FIRST_COMPLETE_LAG = 2
"""Days back from the delivery day to the last day whose every hour is known at the issue."""
LOOKBACK_HOURS = 24 * (FIRST_COMPLETE_LAG + MONTH)
"""Hours before an hour from which its reference is made."""
SAME_HOUR_SHARE = 0.3
DAY_SHARE = 0.6
"""How much of the difference to the week before, at the hour and over the day, lasts into the next day;
chosen on the validation split."""


@dataclass(frozen=True)
class LocalGrid:
    """A grid of UTC hours seen from Paris.

    Attributes:
        offset: Paris time minus UTC in hours, shape (n,).
        hour: Paris hour of the day, 0 to 23, shape (n,).
        day: Days since 1970-01-01 of the Paris date, shape (n,).
    """

    offset: Integers
    hour: Integers
    day: Integers

    @classmethod
    def of(cls, hours: npt.NDArray[np.datetime64]) -> LocalGrid:
        """Return the local grid of a regular grid of UTC hours (numpy instants, without zone)."""
        utc = hours.astype("datetime64[h]").astype(np.int64)
        paris = pd.DatetimeIndex(hours).tz_localize("UTC").tz_convert(PARIS).tz_localize(None)
        local = paris.to_numpy().astype("datetime64[h]").astype(np.int64)
        return cls(offset=local - utc, hour=local % 24, day=local // 24)

    def earlier(self, values: Floats, days: int) -> Floats:
        """Return for every hour the value of the same local hour some days before; NaN before the grid.

        In the hour that a clock change skips it is a neighbour's value.
        """
        position = np.arange(len(values))
        back = np.clip(position - 24 * days, 0, None)
        source = position - 24 * days + self.offset - self.offset[back]
        return np.where(source >= 0, values[np.clip(source, 0, len(values) - 1)], np.nan)


def nan_mean(values: Floats, axis: int = 0) -> Floats:
    """Return the mean of what is known; NaN, without a warning, where nothing is.

    Example:
        >>> nan_mean(np.array([[1.0, np.nan], [3.0, np.nan]])).tolist()
        [2.0, nan]
    """
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), dtype=np.float64)


def _first_known(*candidates: Floats) -> Floats:
    """Return of every hour the first candidate that is not NaN."""
    result = candidates[0]
    for candidate in candidates[1:]:
        result = np.where(np.isnan(result), candidate, result)
    return result


class References:
    """The references of one information set, each of shape (n,) in MW, made when first asked for."""

    def __init__(self, information: InformationSet, error_weights: tuple[float, float, float]) -> None:
        self._set = information
        self._weights = error_weights
        self.grid = LocalGrid.of(information.hours)

    @cached_property
    def hybrid(self) -> Floats:
        """The load where it is known, else RTE's forecast: the best view of the days before the delivery day."""
        known = _first_known(self._set.load_mw, self._set.rte_mw)
        known[len(known) - self._set.delivery_hours :] = np.nan
        return known

    @cached_property
    def similar_day(self) -> Floats:
        """The load a week before plus most of the last day's difference to its own week before.

        Where a gap leaves nothing of that: the mean of the same local hour, else of everything known; NaN
        only if nothing at all is known.
        """
        week_before = self.grid.earlier(self.hybrid, WEEK)
        change = self.hybrid - week_before
        change_of_day = self._mean_of_day_before(change)
        at_hour = _first_known(self.grid.earlier(change, 1), change_of_day)
        shift = SAME_HOUR_SHARE * at_hour + DAY_SHARE * change_of_day
        same_hour = self._mean_of_hour()
        return _first_known(
            week_before + np.where(np.isnan(shift), 0.0, shift),
            self.grid.earlier(self.hybrid, 2 * WEEK),
            same_hour,
            np.broadcast_to(nan_mean(self.hybrid), same_hour.shape),
        )

    @cached_property
    def corrected_rte(self) -> Floats:
        """RTE's forecast plus shares of its errors of the same hour; NaN where RTE's is missing.

        Every day is corrected as the issue for that day would have done: with the error of the day before
        where that hour was known by then, and else of the day before that.
        """
        last_share, week_share, month_share = self._weights
        error = self._set.load_mw - self._set.rte_mw
        lags = [self.grid.earlier(error, days) for days in range(1, FIRST_COMPLETE_LAG + MONTH)]
        complete = np.stack(lags[FIRST_COMPLETE_LAG - 1 :])
        month = np.nan_to_num(nan_mean(complete))
        week = _first_known(nan_mean(complete[:WEEK]), month)
        first_unknown = self.grid.hour[self._set.context_hours]
        last = _first_known(np.where(self.grid.hour < first_unknown, lags[0], lags[1]), lags[1], week)
        return self._set.rte_mw + last_share * last + week_share * week + month_share * month

    @cached_property
    def stands_on_rte(self) -> bool:
        """Whether RTE's forecast is known for at least half of the delivery day."""
        return self._set.rte_share_of_delivery_day >= 0.5  # noqa: PLR2004 - half

    @cached_property
    def reference(self) -> Floats:
        """RTE's corrected forecast where the delivery day has one, else the similar-day forecast.

        One kind for context and horizon alike, so that the residuals of the context say what to expect of
        those of the horizon; single hours without RTE's forecast take the similar day's.
        """
        if self.stands_on_rte:
            return _first_known(self.corrected_rte, self.similar_day)
        return self.similar_day

    def _mean_of_day_before(self, values: Floats) -> Floats:
        """Return for every hour the mean of the local day before; of the last day with any value before that."""
        day = self.grid.day - self.grid.day[0]
        known = ~np.isnan(values)
        count = np.bincount(day[known], minlength=day[-1] + 1)
        total = np.bincount(day[known], weights=values[known], minlength=day[-1] + 1)
        last_with_any = np.maximum.accumulate(np.where(count > 0, np.arange(len(count)), -1))
        source = np.where(day > 0, last_with_any[np.maximum(day - 1, 0)], -1)
        mean = total / np.maximum(count, 1)
        return np.where(source >= 0, mean[np.maximum(source, 0)], np.nan)

    def _mean_of_hour(self) -> Floats:
        """Return for every hour the mean of all known values of its local hour."""
        known = ~np.isnan(self.hybrid)
        count = np.bincount(self.grid.hour[known], minlength=24)
        total = np.bincount(self.grid.hour[known], weights=self.hybrid[known], minlength=24)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)[self.grid.hour]
