"""A delivery day in a few figures: peaks, ramp, energy, the gap to RTE, the change against another day. Pure.

Here: figures from hourly curves, and how an hour is named. Not here: which forecast stands in a curve, words.

A curve is a series of MW by the start of its hours (UTC, zone-aware, in order). Hours may be missing, or NaN: a
figure is of those that are there, and says how many they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, PARIS, hours, same_time_days_before
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR

MORNING, EVENING = range(6, 14), range(17, 24)
"""Paris hours in which the morning and the evening peak are looked for: summer's morning peak comes after noon."""
NEAR_LARGEST = 0.5
"""The hours of a gap are those around its largest hour where it has at least this share of it."""
MW_A_GW = 1000


@dataclass(frozen=True)
class Peak:
    """The highest hour.

    Attributes:
        hour: Its start, UTC.
        load_mw: The median then.
        low_mw: Lower end of the 80 % band then; NaN without one.
        high_mw: Upper end.
    """

    hour: datetime
    load_mw: float
    low_mw: float
    high_mw: float


@dataclass(frozen=True)
class Ramp:
    """The largest change from one hour to the next.

    Attributes:
        hour: Start of the later hour, UTC.
        change_mw: Its load less that of the hour before; negative where it falls.
    """

    hour: datetime
    change_mw: float


@dataclass(frozen=True)
class Gap:
    """Where two forecasts differ most.

    Attributes:
        hour: Start of the hour with the largest difference, UTC.
        difference_mw: Ours less the other then.
        first: First of the hours around it where the gap is at least half as large, with the same sign.
        last: Start of the last of them.
        hours: How many hours both forecast.
        hours_outside: In how many of them the other lies outside our 80 % band.
    """

    hour: datetime
    difference_mw: float
    first: datetime
    last: datetime
    hours: int
    hours_outside: int


@dataclass(frozen=True)
class Change:
    """A day against one before it, hour by hour at the same Paris time.

    Attributes:
        mean_mw: Mean of the differences.
        peak_mw: Difference of the two peaks; NaN where either day lacks an hour.
        hours: How many hours were compared.
    """

    mean_mw: float
    peak_mw: float
    hours: int


@dataclass(frozen=True)
class DaySummary:
    """A delivery day as forecast.

    Attributes:
        day: The delivery day.
        peak: Its highest hour.
        morning: The highest hour of `MORNING`; None where none is forecast.
        evening: The highest hour of `EVENING`.
        ramp: None where no two hours follow each other.
        energy_gwh: Sum of the median over the hours that are forecast.
        hours: How many those are.
        hours_due: How many hours the day has.
    """

    day: date
    peak: Peak
    morning: Peak | None
    evening: Peak | None
    ramp: Ramp | None
    energy_gwh: float
    hours: int
    hours_due: int


def summarize(day: date, forecast: pd.DataFrame) -> DaySummary | None:
    """Return the figures of a delivery day; None where nothing of it is forecast.

    Args:
        day: The delivery day.
        forecast: Index: hours; columns `load_mw`, `q10`, `q90`, MW. Hours of other days are left out.

    Example:
        >>> day = date(2025, 10, 26)  # the hour from two to three exists twice
        >>> load = [50e3, 49e3, 51e3, 48e3, *[47e3] * 14, 55e3, 58e3, 57e3, *[50e3] * 4]
        >>> made = pd.DataFrame({"load_mw": load, "q10": 46e3, "q90": 60e3}, index=hours(day))
        >>> summary = summarize(day, made)
        >>> interval_name(summary.peak.hour), summary.peak.load_mw, summary.energy_gwh
        ('18–19 h', 58000.0, 1226.0)
        >>> interval_name(summary.ramp.hour), summary.ramp.change_mw
        ('17–18 h', 8000.0)
    """
    axis = hours(day)
    there = forecast.reindex(axis).dropna(subset=["load_mw"])
    highest = _peak(there)
    if highest is None:
        return None
    local = pd.DatetimeIndex(there.index).tz_convert(PARIS).hour
    return DaySummary(
        day=day,
        peak=highest,
        morning=_peak(there[local.isin(MORNING)]),
        evening=_peak(there[local.isin(EVENING)]),
        ramp=_ramp(there["load_mw"]),
        energy_gwh=float(there["load_mw"].sum()) / MW_A_GW,
        hours=len(there),
        hours_due=len(axis),
    )


def _peak(there: pd.DataFrame) -> Peak | None:
    if there.empty:
        return None
    at = int(there["load_mw"].to_numpy().argmax())
    row = there.iloc[at]
    return Peak(_instant(there, at), float(row["load_mw"]), float(row["q10"]), float(row["q90"]))


def _ramp(load: pd.Series) -> Ramp | None:
    follows = np.diff(pd.DatetimeIndex(load.index).as_unit("s").asi8) == HOUR.total_seconds()
    changes = np.where(follows, np.diff(load.to_numpy(dtype=np.float64)), 0.0)
    if not follows.any():
        return None
    at = int(np.abs(changes).argmax())
    return Ramp(_instant(load, at + 1), float(changes[at]))


def largest_gap(forecast: pd.DataFrame, other: pd.Series) -> Gap | None:
    """Return where a forecast differs most from another one; None where they share no hour.

    Args:
        forecast: Index: hours; columns `load_mw`, `q10`, `q90`, MW.
        other: The other forecast, MW.

    Example:
        >>> axis = hours(date(2025, 1, 15))
        >>> ours = pd.DataFrame({"load_mw": 50e3, "q10": 49e3, "q90": 51e3}, index=axis)
        >>> rte = pd.Series(50e3, index=axis)
        >>> rte.iloc[17:20] = [50.6e3, 51.2e3, 50.5e3]
        >>> gap = largest_gap(ours, rte)
        >>> gap.difference_mw, interval_name(gap.hour), interval_name(gap.first, gap.last), gap.hours_outside
        (-1200.0, '18–19 h', '17–19 h', 1)
    """
    both = forecast.assign(other=other.reindex(forecast.index)).dropna(subset=["load_mw", "other"])
    if both.empty:
        return None
    difference = (both["load_mw"] - both["other"]).to_numpy(dtype=np.float64)
    at = int(np.abs(difference).argmax())
    near = np.sign(difference[at]) * difference >= NEAR_LARGEST * abs(difference[at])
    follows = np.diff(pd.DatetimeIndex(both.index).as_unit("s").asi8) == HOUR.total_seconds()
    first = last = at
    while first > 0 and near[first - 1] and follows[first - 1]:
        first -= 1
    while last + 1 < len(both) and near[last + 1] and follows[last]:
        last += 1
    return Gap(
        hour=_instant(both, at),
        difference_mw=float(difference[at]),
        first=_instant(both, first),
        last=_instant(both, last),
        hours=len(both),
        hours_outside=int(outside_band(both, both["other"]).sum()),
    )


def outside_band(forecast: pd.DataFrame, other: pd.Series) -> pd.Series:
    """Return in which hours another forecast lies outside the 80 % band; in none where either is missing.

    Args:
        forecast: Columns `q10` and `q90`, MW.
        other: With the same index, MW.
    """
    outside: pd.Series = (other < forecast["q10"]) | (other > forecast["q90"])
    return outside


def change(curve: pd.Series, before: pd.Series, n_days: int) -> Change | None:
    """Return how a delivery day differs from the one `n_days` before; None where they share no hour.

    Args:
        curve: Of the delivery day, MW.
        before: Of days before it, MW; more than the one day may be there.
        n_days: How many days before.

    Example:
        >>> spring = pd.Series(50e3, index=hours(date(2025, 3, 30)))  # 23 hours
        >>> change(spring, pd.Series(49e3, index=hours(date(2025, 3, 23))), 7)
        Change(mean_mw=1000.0, peak_mw=1000.0, hours=23)
    """
    known = curve.dropna()
    if known.empty:
        return None
    axis = pd.DatetimeIndex(known.index)
    difference = known.to_numpy() - before.reindex(same_time_days_before(axis, n_days)).to_numpy()
    compared = int(np.count_nonzero(~np.isnan(difference)))
    if not compared:
        return None
    day = axis[0].tz_convert(PARIS).date()
    whole = [
        curve.reindex(hours(day)),
        before.reindex(hours((pd.Timestamp(day) - pd.Timedelta(days=n_days)).date())),
    ]
    peaks = [float("nan") if each.isna().any() else float(each.max()) for each in whole]
    return Change(float(np.nanmean(difference)), peaks[0] - peaks[1], compared)


def as_known(frame: pd.DataFrame) -> pd.Series:
    """Return the actual load of complete hours, and the forecast of the others.

    Args:
        frame: Columns `actual_mw`, `quarters` (how many quarter-hours the actual covers) and `load_mw`.
    """
    known: pd.Series = frame["actual_mw"].where(frame["quarters"] == QUARTERS_AN_HOUR, frame["load_mw"])
    return known


def interval_name(first: datetime, last: datetime | None = None) -> str:
    """Return how an hour is called, or a run of hours: by the Paris clock at its start and its end.

    An hour that exists twice carries its offset.

    Args:
        first: Start of the first hour.
        last: Start of the last hour; None for the first alone.

    Example:
        >>> twice = hours(date(2025, 10, 26))
        >>> [interval_name(each) for each in twice[1:4]]
        ['1–2 h', '2–3 h (UTC+2)', '2–3 h (UTC+1)']
        >>> interval_name(twice[0], twice[4]), interval_name(twice[3], twice[24])
        ('0–4 h', '2 (UTC+1)–24 h')
    """
    start, end = first.astimezone(PARIS), (last or first).astimezone(PARIS)
    if last is None or first == last:
        return f"{start.hour}–{start.hour + 1} h{_offset(start)}"
    return f"{start.hour}{_offset(start)}–{end.hour + 1}{_offset(end)} h"


def _offset(local: datetime) -> str:
    """Return the offset of an hour that the Paris clock shows twice; else nothing."""
    offset = local.utcoffset()
    if offset is None or local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return f" (UTC+{offset // HOUR})"


def _instant(of: pd.DataFrame | pd.Series, at: int) -> datetime:
    moment: datetime = pd.DatetimeIndex(of.index)[at].to_pydatetime()
    return moment
