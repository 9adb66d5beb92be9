"""The history of a span, and its cut at an issue time: what live runs, backfills, back-tests and training share.

Here: when each value became known, and what is left out of it because it cannot be true. Not here: what an issue
knows once it is cut (`information_set`), how a history is read from the database, and what a model makes of it.

Rules, each the same for a forecast issued live and one issued years later:

- An actual hour is known one hour after it ends, as it stood then. A value revised later is taken in its
  former version; an hour that had been asked for and was missing then stays missing.
- A vintage of RTE's forecasts is known from the time that `vintages` gives it.
- An input, such as the forecast temperature, is known as `inputs` says: of each day, what that day's own issue
  knew.
- For the same reason RTE's D-1 of a past hour is the one that the evening issue of its day knew, where it knew
  any (`rte_bar`).
- A value that cannot be true (`plausibility`) is not known, whatever is stored. One beyond the limits is judged by
  itself: an older forecast of the hour stands in for it. Jumps, and values far from those of the days around, are
  judged among what the issue knew, after the cut: a value that came or was revised later decides nothing, so that
  an issue leaves out the same live and years later. `left_out` counts both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, day_start, issue_time
from elec_pipeline.domain.information_set import (
    MINIMUM_KNOWN_SHARE,
    InformationSet,
    first_unknown_hour,
    is_too_thin,
)
from elec_pipeline.domain.inputs import INPUTS, IssuedSeries, issued_series
from elec_pipeline.domain.instants import (
    HOUR64,
    Instants,
    Positions,
    between,
    instant,
    instants,
    padded,
    positions,
)
from elec_pipeline.domain.jumps import Flags
from elec_pipeline.domain.plausibility import (
    LIMITS,
    LOAD,
    RTE_TO_LOAD,
    beyond,
    implausible,
    implausible_in_window,
    usual_values,
)
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.rte_bar import DAY_AHEAD, rte_d1
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE, timed

COVARIATE_TYPES = ("D-2", "D-1")
"""Types that serve as covariate, the better one last. ID runs on to the hour itself."""


@dataclass(frozen=True)
class History:
    """Actual hours and RTE's forecasts of a span, with all that is needed to cut them at any issue time.

    Build it with `history`. Positions count hours from `start`.
    """

    start: datetime
    load_mw: Floats
    former_position: Positions
    former_mw: Floats
    former_until: Instants
    vintage_position: Positions
    vintage_mw: Floats
    vintage_known_at: Instants
    vintage_nominal: npt.NDArray[np.bool_]
    rte_d1_mw: Floats
    """RTE's D-1 of each hour as the evening issue of its own day knew it; NaN where it knew none."""
    inputs: Mapping[str, IssuedSeries]
    """By name; only those of which anything is known."""
    unbelievable_inputs: Mapping[str, IssuedSeries] = field(default_factory=dict)
    """By name, the forecasts beyond the limits, which stand in no information set."""

    def at(self, day: date, issue: Issue, *, context_hours: int, lead_days: int = 1) -> InformationSet:
        """Return what was known when a delivery day's forecast was issued.

        Args:
            day: The delivery day.
            issue: Morning or evening.
            context_hours: Length of the context; hours before the history's start are NaN.
            lead_days: How many days before the delivery day it was issued; what was known is that of then.

        Raises:
            ValueError: The history ends before the delivery day does.
        """
        issued = issue_time(day - timedelta(days=lead_days - 1), issue)
        first_unknown = first_unknown_hour(issued)
        low = (first_unknown - self.start) // HOUR - context_hours
        high = (day_end(day) - self.start) // HOUR
        if high > len(self.load_mw):
            raise ValueError(f"the history ends before the delivery day {day}")
        load = padded(self.load_mw, low, high)
        load[context_hours:] = np.nan
        self._restore_former(load[:context_hours], low, instant(issued + FETCH_ALLOWANCE))
        rte, nominal, unbelievable = self._rte(low, high, context_hours, instant(issued))
        inputs = {name: each.at(low, high, issue, instant(issued)) for name, each in self.inputs.items()}
        left_out = Counter(rte_mw=unbelievable)
        for name, each in self.unbelievable_inputs.items():
            left_out[name] += int(np.count_nonzero(~np.isnan(each.at(low, high, issue, instant(issued)))))
        _leave_out(load, rte, inputs, left_out)
        return InformationSet(
            delivery_day=day,
            issue=issue,
            issue_time=issued,
            context_hours=context_hours,
            hours=instant(first_unknown) + np.arange(-context_hours, high - low - context_hours) * HOUR64,
            load_mw=load,
            rte_mw=rte,
            inputs=inputs,
            nominal_vintages=bool(nominal[context_hours:].any()),
            left_out={name: count for name, count in left_out.items() if count},
        )

    @cached_property
    def true_mw(self) -> Floats:
        """The load as it came true, shape (n,): what is learnt from and scored by; NaN where it cannot be true."""
        return np.where(implausible(LOAD, self.load_mw), np.nan, self.load_mw)

    def _restore_former(self, context: Floats, low: int, reached_us_by: np.datetime64) -> None:
        """Put back, in place, the values that were revised after the issue."""
        rows = between(self.former_position, low, low + len(context))
        later = self.former_until[rows] > reached_us_by
        position, first = np.unique(self.former_position[rows][later], return_index=True)
        context[position - low] = self.former_mw[rows][later][first]

    def _rte(self, low: int, high: int, context_hours: int, issued: np.datetime64) -> tuple[Floats, Flags, int]:
        """Return RTE's forecast as the issue knew it, and where its time of publication is nominal.

        And how many values are beyond the limits; an older one of the hour stands in for each.
        """
        rows = between(self.vintage_position, low, high)
        known = self.vintage_known_at[rows] <= issued
        unbelievable = known & beyond(self.vintage_mw[rows], LIMITS[DAY_AHEAD])
        known &= ~unbelievable
        position = self.vintage_position[rows][known] - low
        rte = np.full(high - low, np.nan)
        nominal = np.zeros(high - low, dtype=bool)
        # Rows are ordered from the worst to the best of each hour: the last assignment stands.
        rte[position] = self.vintage_mw[rows][known]
        nominal[position] = self.vintage_nominal[rows][known]
        own = padded(self.rte_d1_mw, low, high)[:context_hours]
        rte[:context_hours] = np.where(np.isnan(own), rte[:context_hours], own)
        return rte, nominal, int(np.count_nonzero(unbelievable))


def _leave_out(load: Floats, rte: Floats, inputs: Mapping[str, Floats], left_out: Counter[str]) -> None:
    """Make implausible values NaN, in place, and count them. What is looked at is what the issue knew."""

    def remove(name: str, values: Floats, out: Flags) -> None:
        if out.any():
            values[out] = np.nan
            left_out[name] += int(np.count_nonzero(out))

    remove(LOAD, load, implausible_in_window(LOAD, load))
    least, most = RTE_TO_LOAD
    is_far = (rte < least * load) | (rte > most * load)
    remove("rte_mw", rte, is_far | implausible_in_window(DAY_AHEAD, rte, usual_values(load)))
    for name, values in inputs.items():
        remove(name, values, implausible_in_window(name, values))


def history(
    start: datetime,
    end: datetime,
    actuals: pd.DataFrame,
    former: pd.DataFrame,
    vintages: pd.DataFrame,
    inputs: pd.DataFrame | None = None,
) -> History:
    """Arrange what the store holds of a span of hours.

    Args:
        start: First hour, UTC.
        end: End of the last hour, UTC, exclusive.
        actuals: Columns `hour_start`, `load_mw`.
        former: As `load_curve.former_hours` returns it.
        vintages: Columns `hour_start`, `forecast_type`, `published_at`, `ingested_at`, `load_mw`.
        inputs: Columns `hour_start`, `issued_at`, and those of some `inputs.INPUTS`; None where nothing is known.
    """
    n_hours = (end - start) // HOUR
    believed, unbelievable = (None, None) if inputs is None else _by_limits(inputs)
    old = former.sort_values(["hour_start", "until"])
    usable = vintages[vintages["forecast_type"].isin(COVARIATE_TYPES)]
    ranked = timed(usable).assign(rank=usable["forecast_type"].map(COVARIATE_TYPES.index).astype(int))
    usable = ranked.sort_values(["hour_start", "rank", "published_at", "ingested_at"])
    return History(
        start=start,
        load_mw=_on_grid(actuals, start, n_hours),
        former_position=positions(old["hour_start"], start),
        former_mw=old["load_mw"].to_numpy(dtype=np.float64),
        former_until=instants(old["until"]),
        vintage_position=positions(usable["hour_start"], start),
        vintage_mw=usable["load_mw"].to_numpy(dtype=np.float64),
        vintage_known_at=instants(usable["known_at"]),
        vintage_nominal=usable["is_nominal"].to_numpy(dtype=bool),
        rte_d1_mw=_on_grid(rte_d1(vintages), start, n_hours),
        inputs={} if believed is None else issued_series(believed, start),
        unbelievable_inputs={} if unbelievable is None else issued_series(unbelievable, start),
    )


def _by_limits(inputs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return forecasts of inputs without what is beyond the limits, and with nothing else (None: nothing is)."""
    believed, beyond_limits = inputs.copy(deep=False), inputs.copy(deep=False)
    names = [name for name in INPUTS if name in inputs]
    found = False
    for name in names:
        out = beyond(inputs[name], LIMITS[name])
        found = found or bool(out.any())
        believed[name] = inputs[name].mask(out)
        beyond_limits[name] = inputs[name].where(out)
    return believed, beyond_limits if found else None


def _on_grid(loads: pd.DataFrame, start: datetime, n_hours: int) -> Floats:
    """Return `load_mw` of the hours of a grid, NaN where there is none; hours outside are left out."""
    grid = np.full(n_hours, np.nan)
    position = positions(loads["hour_start"], start)
    inside = (position >= 0) & (position < n_hours)
    grid[position[inside]] = loads["load_mw"].to_numpy(dtype=np.float64)[inside]
    return grid


def is_usable(history: History, information: InformationSet) -> bool:
    """Tell whether an issue knows enough, and enough of its day came true, to learn from it or to be scored."""
    known = ~np.isnan(actual_mw(history, information.delivery_day))
    return (
        not is_too_thin(information)
        and known.size == information.delivery_hours
        and bool(known.mean() >= MINIMUM_KNOWN_SHARE)
    )


def actual_mw(history: History, day: date) -> Floats:
    """Return the load of a delivery day as the history has it now, shape (23, 24 or 25,), MW.

    NaN where it is not known, or cannot be true.
    """
    return history.true_mw[_hours_of(history, day)]


def rte_d1_mw(history: History, day: date) -> Floats:
    """Return RTE's D-1 that a delivery day is scored by (`rte_bar.rte_d1`), shape (23, 24 or 25,), MW.

    NaN where none was known at 20:30 the day before: a D-2 does not stand in.
    """
    return history.rte_d1_mw[_hours_of(history, day)]


def _hours_of(history: History, day: date) -> slice:
    first = (day_start(day) - history.start) // HOUR
    last = (day_end(day) - history.start) // HOUR
    return slice(max(0, first), last)
