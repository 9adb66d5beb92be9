"""What was known at an issue time: the one function that live runs, backfills, back-tests and training share.

Here: when each value became known, and the cut of a history at an issue time. Not here: how a history is
read from the database, and what a model makes of it.

Rules, each the same for a forecast issued live and one issued years later:

- An actual hour is known one hour after it ends, as it stood then. A value revised later is taken in its
  former version; an hour that had been asked for and was missing then stays missing.
- A vintage of RTE's forecasts is known from the time that `vintages` gives it.
- A temperature forecast is known from the time it was issued, with a few minutes (`FETCH_ALLOWANCE`) for a run
  that fetches at the issue time. Of a day before the delivery day it is the one that this day's own issue knew:
  what came later is nearer to the truth than a forecast of tomorrow can be, and the two are held against each
  other.
- For the same reason RTE's D-1 of a past hour is the one that the evening issue of its day knew, where it knew
  any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, PARIS, Issue, day_end, day_start, issue_time
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE, known_at

Instants = npt.NDArray[np.datetime64]
"""UTC instants as numpy holds them: without a zone, in microseconds."""

WEEK_HOURS = 168
MINIMUM_KNOWN_SHARE = 0.5
"""Least share of the hours that must be known, of the last week and of a day that is learnt from or scored."""
ACTUAL_DELAY = HOUR
"""An actual hour is known this long after it ends."""
COVARIATE_TYPES = ("D-2", "D-1")
"""Types that serve as covariate, the better one last. ID runs on to the hour itself."""
NO_TEMPERATURES = pd.DataFrame(
    {"hour_start": [], "issued_at": [], "temperature_c": []},
).astype({"hour_start": "datetime64[us, UTC]", "issued_at": "datetime64[us, UTC]", "temperature_c": "float64"})


@dataclass(frozen=True)
class InformationSet:
    """Everything known when the forecast of one delivery day was issued, on a regular grid of UTC hours.

    The grid runs from the start of the context to the end of the delivery day. Its first `context_hours`
    hours lie before the first hour that is not known yet; the rest, the horizon, is forecast; the last 23,
    24 or 25 hours of it are the delivery day.

    Attributes:
        delivery_day: The Paris day to forecast.
        issue: Morning or evening.
        issue_time: UTC.
        context_hours: How many hours of the grid are context.
        hours: Start of every hour of the grid, shape (n,).
        load_mw: Actual load, shape (n,), NaN where not known: gaps in the context, all of the horizon.
        rte_mw: RTE's day-ahead forecast, shape (n,), NaN where there is none: of the horizon the newest known
            then, of the context the newest that the evening issue of its own day knew, else the newest.
        temperature_c: The newest temperature forecast of each hour that the issue of its own day knew, degrees
            Celsius, shape (n,), NaN where there is none; of past hours too it is a forecast, never what was
            measured.
        nominal_vintages: Whether RTE's forecast of the horizon counts by its nominal time, because it was
            fetched after the fact.
    """

    delivery_day: date
    issue: Issue
    issue_time: datetime
    context_hours: int
    hours: Instants
    load_mw: Floats
    rte_mw: Floats
    temperature_c: Floats
    nominal_vintages: bool

    @property
    def horizon(self) -> int:
        """Number of hours to forecast: the rest of today, then the delivery day."""
        return len(self.hours) - self.context_hours

    @cached_property
    def delivery_hours(self) -> int:
        """Number of hours of the delivery day: the last ones of the grid."""
        return (day_end(self.delivery_day) - day_start(self.delivery_day)) // HOUR

    @property
    def known_share_of_last_week(self) -> float:
        """Share of the last 168 context hours whose load is known, between 0 and 1."""
        week = self.load_mw[max(0, self.context_hours - 168) : self.context_hours]
        return float(np.count_nonzero(~np.isnan(week))) / 168

    @property
    def is_degraded(self) -> bool:
        """Whether something that should have been known by then was not.

        That is every hour of the last week, and in the evening RTE's forecast of the delivery day.
        """
        rte_is_due = self.issue is Issue.EVENING
        return self.known_share_of_last_week < 1 or (rte_is_due and self.rte_share_of_delivery_day < 1)

    @property
    def knows_temperature(self) -> bool:
        """Whether a temperature forecast is known for every hour of the delivery day."""
        return not np.isnan(self.temperature_c[-self.delivery_hours :]).any()

    @property
    def rte_share_of_delivery_day(self) -> float:
        """Share of the delivery day for which a forecast of RTE's is known, between 0 and 1."""
        return float(np.mean(~np.isnan(self.rte_mw[-self.delivery_hours :])))


@dataclass(frozen=True)
class History:
    """Actual hours and RTE's forecasts of a span, with all that is needed to cut them at any issue time.

    Build it with `history`. Positions count hours from `start`.
    """

    start: datetime
    load_mw: Floats
    former_position: npt.NDArray[np.int64]
    former_mw: Floats
    former_until: Instants
    vintage_position: npt.NDArray[np.int64]
    vintage_mw: Floats
    vintage_known_at: Instants
    vintage_nominal: npt.NDArray[np.bool_]
    vintage_in_time: npt.NDArray[np.bool_]
    """Whether it is a D-1 that the evening issue of its own day knew."""
    temperature_position: npt.NDArray[np.int64]
    temperature_c: Floats
    temperature_issued_at: Instants
    temperature_of_issue: Mapping[Issue, Instants]
    """For each issue, the time of that issue of each row's own day."""

    def at(self, day: date, issue: Issue, *, context_hours: int) -> InformationSet:
        """Return what was known when a delivery day's forecast was issued.

        Args:
            day: The delivery day.
            issue: Morning or evening.
            context_hours: Length of the context; hours before the history's start are NaN.

        Raises:
            ValueError: The history ends before the delivery day does.
        """
        issued = issue_time(day, issue)
        first_unknown = first_unknown_hour(issued)
        low = (first_unknown - self.start) // HOUR - context_hours
        high = (day_end(day) - self.start) // HOUR
        if high > len(self.load_mw):
            raise ValueError(f"the history ends before the delivery day {day}")
        load = _padded(self.load_mw, low, high)
        load[context_hours:] = np.nan
        self._restore_former(load[:context_hours], low, _instant(issued + FETCH_ALLOWANCE))
        rte, nominal = self._rte(low, high, context_hours, _instant(issued))
        return InformationSet(
            delivery_day=day,
            issue=issue,
            issue_time=issued,
            context_hours=context_hours,
            hours=_instant(first_unknown) + np.arange(-context_hours, high - low - context_hours) * _HOUR64,
            load_mw=load,
            rte_mw=rte,
            temperature_c=self._temperature(low, high, issue, _instant(issued)),
            nominal_vintages=bool(nominal[context_hours:].any()),
        )

    def _restore_former(self, context: Floats, low: int, reached_us_by: np.datetime64) -> None:
        """Put back, in place, the values that were revised after the issue."""
        rows = _between(self.former_position, low, low + len(context))
        later = self.former_until[rows] > reached_us_by
        position, first = np.unique(self.former_position[rows][later], return_index=True)
        context[position - low] = self.former_mw[rows][later][first]

    def _rte(
        self, low: int, high: int, context_hours: int, issued: np.datetime64
    ) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return RTE's forecast as the issue knew it, and where its time of publication is nominal."""
        rows = _between(self.vintage_position, low, high)
        known = self.vintage_known_at[rows] <= issued
        position = self.vintage_position[rows][known] - low
        rte = np.full(high - low, np.nan)
        nominal = np.zeros(high - low, dtype=bool)
        # Rows are ordered from the worst to the best of each hour: the last assignment stands.
        rte[position] = self.vintage_mw[rows][known]
        nominal[position] = self.vintage_nominal[rows][known]
        own = self.vintage_in_time[rows][known] & (position < context_hours)
        rte[position[own]] = self.vintage_mw[rows][known][own]
        return rte, nominal

    def _temperature(self, low: int, high: int, issue: Issue, issued: np.datetime64) -> Floats:
        """Return the newest temperature forecast of each hour that the same issue of its own day knew."""
        rows = _between(self.temperature_position, low, high)
        asked_at = self.temperature_issued_at[rows] - _ALLOWANCE64
        known = (asked_at <= self.temperature_of_issue[issue][rows]) & (asked_at <= issued)
        temperature = np.full(high - low, np.nan)
        # Rows are ordered from the oldest to the newest of each hour: the last assignment stands.
        temperature[self.temperature_position[rows][known] - low] = self.temperature_c[rows][known]
        return temperature


def first_unknown_hour(issued: datetime) -> datetime:
    """Return the first hour whose actual load is not known at an instant.

    Example:
        >>> first_unknown_hour(datetime(2025, 1, 1, 9, 0, tzinfo=UTC)).isoformat()
        '2025-01-01T08:00:00+00:00'
    """
    last_end = issued.astimezone(UTC) - ACTUAL_DELAY
    return last_end.replace(minute=0, second=0, microsecond=0)


def history(
    start: datetime,
    end: datetime,
    actuals: pd.DataFrame,
    former: pd.DataFrame,
    vintages: pd.DataFrame,
    temperatures: pd.DataFrame | None = None,
) -> History:
    """Arrange what the store holds of a span of hours.

    Args:
        start: First hour, UTC.
        end: End of the last hour, UTC, exclusive.
        actuals: Columns `hour_start`, `load_mw`.
        former: As `load_curve.former_hours` returns it.
        vintages: Columns `hour_start`, `forecast_type`, `published_at`, `ingested_at`, `load_mw`.
        temperatures: Columns `hour_start`, `issued_at`, `temperature_c`; None where there are none.
    """
    load = np.full((end - start) // HOUR, np.nan)
    position = _positions(actuals["hour_start"], start)
    inside = (position >= 0) & (position < len(load))
    load[position[inside]] = actuals["load_mw"].to_numpy(dtype=np.float64)[inside]
    old = former.sort_values(["hour_start", "until"])
    usable = vintages[vintages["forecast_type"].isin(COVARIATE_TYPES)]
    usable = usable.assign(
        known_at=known_at(usable), rank=usable["forecast_type"].map(COVARIATE_TYPES.index).astype(int)
    ).sort_values(["hour_start", "rank", "published_at", "ingested_at"])
    weather = NO_TEMPERATURES if temperatures is None else temperatures.sort_values(["hour_start", "issued_at"])
    return History(
        start=start,
        load_mw=load,
        former_position=_positions(old["hour_start"], start),
        former_mw=old["load_mw"].to_numpy(dtype=np.float64),
        former_until=_instants(old["until"]),
        vintage_position=_positions(usable["hour_start"], start),
        vintage_mw=usable["load_mw"].to_numpy(dtype=np.float64),
        vintage_known_at=_instants(usable["known_at"]),
        vintage_nominal=(usable["known_at"] < usable["published_at"]).to_numpy(dtype=bool),
        vintage_in_time=(usable["forecast_type"] == "D-1").to_numpy(dtype=bool)
        & (_instants(usable["known_at"]) <= _issue_times(usable["hour_start"], Issue.EVENING)),
        temperature_position=_positions(weather["hour_start"], start),
        temperature_c=weather["temperature_c"].to_numpy(dtype=np.float64),
        temperature_issued_at=_instants(weather["issued_at"]),
        temperature_of_issue={issue: _issue_times(weather["hour_start"], issue) for issue in Issue},
    )


_HOUR64 = np.timedelta64(3_600_000_000, "us")
_ALLOWANCE64 = np.timedelta64(FETCH_ALLOWANCE, "us")


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def _instants(moments: pd.Series) -> Instants:
    naive: Instants = moments.dt.tz_convert(UTC).dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return naive


def _issue_times(hour_start: pd.Series, issue: Issue) -> Instants:
    """Return the issue time of the day that each hour falls on."""
    day = hour_start.dt.tz_convert(PARIS).dt.date
    table = {each: _instant(issue_time(each, issue)) for each in day.unique()}
    return np.array([table[each] for each in day], dtype="datetime64[us]")


def _positions(moments: pd.Series, start: datetime) -> npt.NDArray[np.int64]:
    return ((_instants(moments) - _instant(start)) // _HOUR64).astype(np.int64)


def _between(ordered: npt.NDArray[np.int64], low: int, high: int) -> slice:
    first, last = np.searchsorted(ordered, [low, high])
    return slice(int(first), int(last))


def _padded(values: Floats, low: int, high: int) -> Floats:
    """Return a copy of `values[low:high]`, with NaN for positions before the first."""
    return np.concatenate([np.full(max(0, -low), np.nan), values[max(0, low) : high]])


def is_too_thin(information: InformationSet) -> bool:
    """Tell whether too little of the week before an issue is known for a forecast."""
    return information.known_share_of_last_week < MINIMUM_KNOWN_SHARE


def is_usable(history: History, information: InformationSet) -> bool:
    """Tell whether an issue knows enough, and enough of its day came true, to learn from it or to be scored."""
    known = ~np.isnan(actual_mw(history, information.delivery_day))
    return (
        not is_too_thin(information)
        and known.size == information.delivery_hours
        and bool(known.mean() >= MINIMUM_KNOWN_SHARE)
    )


def actual_mw(history: History, day: date) -> Floats:
    """Return the load of a delivery day as the history has it now, shape (23, 24 or 25,), MW."""
    first = (day_start(day) - history.start) // HOUR
    last = (day_end(day) - history.start) // HOUR
    return history.load_mw[max(0, first) : last]
