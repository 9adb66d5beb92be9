"""References: simple forecasts of every hour of a grid, from what was known at the issue time.

Here: the similar-day forecast, RTE's forecast corrected by its own errors, and the reference made of both;
pure numpy on one information set. Not here: what is learnt for them (`correction`, `similar_day`, `ridge`),
and what a model makes of them.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from elec_pipeline.delivery_day import Issue
from elec_pipeline.forecasting import correction, ridge, similar_day
from elec_pipeline.forecasting.local_grid import LocalGrid, first_known, nan_mean
from elec_pipeline.forecasting.recipe import Recipe
from elec_pipeline.information_set import Floats, InformationSet

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


class References:
    """The references of one information set, each of shape (n,) in MW, made when first asked for."""

    def __init__(self, information: InformationSet, recipe: Recipe) -> None:
        self._set = information
        self._recipe = recipe
        self.grid = LocalGrid.of(information.hours)

    @cached_property
    def error(self) -> Floats:
        """Load minus RTE's forecast; NaN where either is not known."""
        return self._set.load_mw - self._set.rte_mw

    @cached_property
    def hybrid(self) -> Floats:
        """The load where it is known, else RTE's forecast: the best view of the days before the delivery day."""
        known = first_known(self._set.load_mw, self._set.rte_mw)
        known[len(known) - self._set.delivery_hours :] = np.nan
        return known

    @cached_property
    def similar_day(self) -> Floats:
        """The load a week before plus what is to be expected of the difference to it.

        What was learnt says what that is; without it, most of the last day's difference to its own week
        before. Where a gap leaves no load a week before: the load of two weeks before, the mean of the same
        local hour, else of everything known; NaN only if nothing at all is known.
        """
        week_before = self.grid.earlier(self.hybrid, WEEK)
        same_hour = self._mean_of_hour()
        return first_known(
            week_before + self._change(week_before),
            self.grid.earlier(self.hybrid, 2 * WEEK),
            same_hour,
            np.broadcast_to(nan_mean(self.hybrid), same_hour.shape),
        )

    def _change(self, week_before: Floats) -> Floats:
        """Return by how much the load is expected to differ from that a week before."""
        if self._recipe.similar_day:
            known = similar_day.features(self.hybrid, self.error, self.grid)
            return ridge.apply(known, self.grid.hour, self._recipe.similar_day)
        change = self.hybrid - week_before
        change_of_day = self._mean_of_day_before(change)
        at_hour = first_known(self.grid.earlier(change, 1), change_of_day)
        shift = SAME_HOUR_SHARE * at_hour + DAY_SHARE * change_of_day
        return np.where(np.isnan(shift), 0.0, shift)

    @cached_property
    def corrected_rte(self) -> Floats:
        """RTE's forecast plus what it is usually wrong by; NaN where RTE's is missing.

        In the evening that is what was learnt, where something was; else it is made of shares of its errors
        of the same hour.
        """
        if self._recipe.correction and self._set.issue is Issue.EVENING:
            known = correction.features(self.error, self._set.rte_mw, self.grid)
            return self._set.rte_mw + ridge.apply(known, self.grid.hour, self._recipe.correction)
        return self._set.rte_mw + self._weighted_errors()

    def _weighted_errors(self) -> Floats:
        """Return shares of RTE's errors of the same hour: of the last known one, a week's, four weeks'.

        Every day is corrected as the issue for that day would have done: with the error of the day before
        where that hour was known by then, and else of the day before that.
        """
        last_share, week_share, month_share = self._recipe.error_weights
        lags = [self.grid.earlier(self.error, days) for days in range(1, FIRST_COMPLETE_LAG + MONTH)]
        complete = np.stack(lags[FIRST_COMPLETE_LAG - 1 :])
        month = np.nan_to_num(nan_mean(complete))
        week = first_known(nan_mean(complete[:WEEK]), month)
        first_unknown = self.grid.hour[self._set.context_hours]
        last = first_known(np.where(self.grid.hour < first_unknown, lags[0], lags[1]), lags[1], week)
        return last_share * last + week_share * week + month_share * month

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
            return first_known(self.corrected_rte, self.similar_day)
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
