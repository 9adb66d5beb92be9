"""References: a simple forecast of every hour of a grid, from what was known at the issue time.

Here: the regression of an issue's situation brought up to date, and the reference made with it; pure numpy on
one information set. Not here: features (`features.situations`), what is learnt (`fitting`), and what a model
makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.delivery_day import WEEK
from elec_pipeline.domain.information_set import InformationSet, Situation
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.experts.ridge import online_ridge as regression
from elec_pipeline.forecasting.experts.ridge.coefficients import NOT_BROUGHT_UP_TO_DATE, Learnt, Regressions
from elec_pipeline.forecasting.experts.ridge.online_ridge import Updated
from elec_pipeline.forecasting.features.day_table import DayTable
from elec_pipeline.forecasting.features.design import Samples
from elec_pipeline.forecasting.features.local_time import LocalGrid, first_known, nan_mean
from elec_pipeline.forecasting.features.situations import LOOKBACK_DAYS, key, problem
from elec_pipeline.forecasting.late_errors import sizes_by_hour

HOURS_OF_A_DAY = 24
AT_A_CLOCK_CHANGE = (2, 3)
"""Local hours that a clock change moves against the nights before, of which corrections are made: what is switched
by night follows clocks that do not change. There RTE's forecast stands: on the change days of 2013 to 2024 it was
closer, in autumn by up to 3 % of the load."""


@dataclass(frozen=True)
class Reach:
    """How far back references are made, in days before the delivery day.

    Attributes:
        update_days: By which the regressions are brought up to date.
        reference_days: That have a reference of their own, for whatever stands on it; at least as many.
    """

    update_days: int
    reference_days: int


@dataclass(frozen=True)
class DeliveryDay:
    """What an issue's regression saw of the delivery day, and what it made of it, by local hour.

    Attributes:
        key: What the regression stands on, as `features.situations.key` names it.
        names: Of the features.
        features: Shape (24, features), MW.
        correction_mw: What it adds to RTE's forecast, or to the week before, shape (24,).
    """

    key: str
    names: tuple[str, ...]
    features: Floats
    correction_mw: Floats


@dataclass(frozen=True)
class LateDays:
    """What the regression of the days before the delivery day saw of those that bring it up to date.

    Attributes:
        key: As `DeliveryDay.key`; of an early forecast's days it is the evening's.
        features: Shape (days, 24, features), MW; in single precision, for they are kept as long as the set is.
        wanted_mw: What was to be added to the base, shape (days, 24); NaN where not known.
        load_mw: The load, shape (days, 24).
        errors_mw: As `Updated.errors_mw`.
    """

    key: str
    features: npt.NDArray[np.float32]
    wanted_mw: Floats
    load_mw: Floats
    errors_mw: Floats


@dataclass(frozen=True)
class _Corrections:
    """What one situation's regression makes of a grid.

    Attributes:
        corrections_mw: Of every day and local hour, shape (days, 24); NaN where none is made.
        late_days: The days that brought it up to date; None where nothing was learnt.
        delivery_day: Its last row; None where nothing was learnt.
    """

    corrections_mw: Floats
    late_days: LateDays | None = None
    delivery_day: DeliveryDay | None = None


class References:
    """The references of one information set, each of shape (n,) in MW, made when first asked for.

    Args:
        information: What is known.
        reach: How far back the regressions are brought up to date.
        regressions: What was learnt; where nothing was, RTE's forecast or the week before stand as they are.

    Raises:
        ModelUnavailableError: The regressions were learnt on other features.
    """

    def __init__(self, information: InformationSet, reach: Reach, regressions: Regressions) -> None:
        self._set = information
        self._reach = reach
        self._regressions = regressions
        self.grid = LocalGrid.of(information.hours)

    @cached_property
    def hybrid(self) -> Floats:
        """The load where it is known, else RTE's forecast: the best view of the days before the delivery day."""
        known = first_known(self._set.load_mw, self._set.rte_mw)
        known[len(known) - self._set.delivery_hours :] = np.nan
        return known

    @cached_property
    def week_before(self) -> Floats:
        """The load of the same local hour a week before.

        Where a gap leaves none: that of two weeks before, the mean of the same local hour, else of everything
        known; NaN only if nothing at all is known.
        """
        same_hour = self._mean_of_hour()
        return first_known(
            self.grid.earlier(self.hybrid, WEEK),
            self.grid.earlier(self.hybrid, 2 * WEEK),
            same_hour,
            np.broadcast_to(nan_mean(self.hybrid), same_hour.shape),
        )

    @property
    def stands_on_rte(self) -> bool:
        """Whether RTE's forecast is known for at least half of the delivery day."""
        return self._set.situation is not Situation.ALONE

    @cached_property
    def reference(self) -> Floats:
        """RTE's forecast where the delivery day has one, else the week before, each plus what was learnt of it.

        One kind for context and horizon alike, so that what it leaves of the context says what to expect of the
        horizon; single hours without RTE's forecast take the week before.
        """
        return self._with(self._correction)

    @cached_property
    def of_delivery_day(self) -> Floats:
        """The reference of the delivery day alone, to the same digit, shape (23, 24 or 25,), MW.

        Made without that of the days before, which takes most of the time.
        """
        of_day = slice(-self._set.delivery_hours, None)
        if "reference" in self.__dict__:
            return self.reference[of_day]
        made = self._corrections(self._set.situation, only_delivery_day=True).corrections_mw[-1]
        return self._with(np.nan_to_num(made)[self.grid.hour])[of_day]

    def _with(self, correction_mw: Floats) -> Floats:
        corrected = self._on_base(correction_mw)
        # What was learnt of RTE's errors says nothing of the week before.
        return first_known(corrected, self.week_before) if self.stands_on_rte else corrected

    @property
    def delivery_day(self) -> DeliveryDay | None:
        """What the regression saw of the delivery day; None where nothing was learnt."""
        return self._of_issue.delivery_day

    @property
    def late_days(self) -> LateDays | None:
        """What it saw of the days that bring it up to date; None where nothing was learnt."""
        return self._of_context.late_days

    @property
    def late_errors_mw(self) -> Floats:
        """What each of these days brought beyond what was expected from those before it, shape (days, 24), MW.

        Of RTE's D-1 where the delivery day has an earlier forecast only; without a day where nothing was learnt.
        """
        return np.empty((0, 24)) if self.late_days is None else self.late_days.errors_mw

    def corrected(self, correction_mw: Floats) -> Floats:
        """Return what another correction of the delivery day makes of the same base.

        Args:
            correction_mw: By local hour, shape (24,).

        Returns:
            Shape (23, 24 or 25,), MW; the reference where RTE's forecast of an hour is not known.
        """
        of_day = slice(-self._set.delivery_hours, None)
        return first_known(self._on_base(correction_mw[self.grid.hour])[of_day], self.reference[of_day])

    def _on_base(self, correction_mw: Floats) -> Floats:
        if not self.stands_on_rte:
            return self.week_before + correction_mw
        clock_changes = self._set.delivery_hours != HOURS_OF_A_DAY
        quiet = clock_changes & (self.grid.day == self.grid.day[-1]) & np.isin(self.grid.hour, AT_A_CLOCK_CHANGE)
        return self._set.rte_mw + np.where(quiet, 0.0, correction_mw)

    @cached_property
    def _correction(self) -> Floats:
        """What is learnt of the difference between load and base; 0 before the days that are looked at."""
        table = np.concatenate([self._of_context.corrections_mw[:-1], self._of_issue.corrections_mw[-1:]])
        return np.asarray(np.nan_to_num(table)[self.grid.day - self.grid.day[0], self.grid.hour])

    @cached_property
    def recent_errors_mw(self) -> Floats:
        """How large `late_errors_mw` are at each local hour, as `sizes_by_hour` says; shape (n, 3), MW."""
        return np.asarray(sizes_by_hour(self.late_errors_mw)[self.grid.hour])

    @property
    def _situation_of_context(self) -> Situation:
        return Situation.ALONE if self._set.situation is Situation.ALONE else Situation.EVENING

    @cached_property
    def _of_context(self) -> _Corrections:
        return self._corrections(self._situation_of_context)

    @cached_property
    def _of_issue(self) -> _Corrections:
        same = self._set.situation is self._situation_of_context
        return self._of_context if same else self._corrections(self._set.situation)

    def _corrections(self, situation: Situation, *, only_delivery_day: bool = False) -> _Corrections:
        made = np.full_like(self._table.load_mw, np.nan)
        learnt = self._regressions.of(situation, self._set.usable_inputs)
        if learnt is None:
            return _Corrections(made)
        n_late = self._n_late(situation, learnt)
        looked_at = min(len(made), (n_late if only_delivery_day else self._reach.reference_days) + 1)
        table = self._table.rows(slice(max(0, len(made) - looked_at - LOOKBACK_DAYS), None))
        asked = problem(situation, table, inputs=learnt.inputs, skip=len(table.day) - looked_at)
        learnt.require(asked)
        # The days that bring it up to date: those before the delivery day, and not learnt from.
        late = asked.samples.between(max(0, looked_at - 1 - n_late), looked_at - 1)
        now = _up_to_date(learnt, late)
        made[-looked_at:] = regression.apply(asked.samples.features, now.coefficients, learnt.regression.scale)
        # A copy, for a row of an array keeps all of it.
        row = asked.samples.features[-1].copy()
        stands_on = key(situation, learnt.inputs)
        last = DeliveryDay(stands_on, asked.names, row, made[-1])
        return _Corrections(
            made,
            LateDays(stands_on, late.features.astype(np.float32), late.wanted_mw, late.load_mw, now.errors_mw),
            last,
        )

    def _n_late(self, situation: Situation, learnt: Learnt) -> int:
        """Return how many days bring the regression of a situation up to date."""
        if situation in NOT_BROUGHT_UP_TO_DATE:
            return 0
        return max(0, min(self._reach.update_days, (self._set.delivery_day - learnt.through).days - 1))

    @cached_property
    def _table(self) -> DayTable:
        return DayTable.of(self._set, self.grid)

    def _mean_of_hour(self) -> Floats:
        """Return for every hour the mean of all known values of its local hour."""
        known = ~np.isnan(self.hybrid)
        count = np.bincount(self.grid.hour[known], minlength=24)
        total = np.bincount(self.grid.hour[known], weights=self.hybrid[known], minlength=24)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)[self.grid.hour]


def _up_to_date(learnt: Learnt, late: Samples) -> Updated:
    if not len(late.features):
        return Updated(learnt.regression.mean, np.empty((0, 24)))
    return regression.up_to_date(learnt.regression, late)
