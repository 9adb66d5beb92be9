"""Cleaning of a load curve as a source sent it, and its hours.

Here: what becomes of missing, implausible, repeated and contradictory values; the mean of an hour; the
hour as it stood before its quarters were revised. Not here: where values come from or go to, and which
of them were known when.

A load curve is a data frame with one row per interval:

| column | type | meaning |
|---|---|---|
| `interval_start` | UTC timestamp | start of the interval |
| `load_mw` | float | mean load in MW; NaN where the source gave none |
| `resolution_minutes` | int | length of the interval: 15, 30 or 60 |
| `published_at` | UTC timestamp | when the source last touched the value; NaT where it does not say |
| `source` | str | may be missing: where the value comes from, which says its quality |
| `interval_minutes` | int | may be missing: length of the interval that the value was given for, if longer |
| `part` | int | may be missing: which part of that interval this is, from 0 |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR
from elec_pipeline.domain.plausibility import LIMITS, LOAD, beyond, implausible
from elec_pipeline.domain.provenance import quality
from elec_pipeline.domain.quantiles import Floats

QUARTERS_AN_HOUR = 4


@dataclass(frozen=True)
class CleanCurve:
    """A load curve that is safe to store, and what had to be left out of it.

    Attributes:
        curve: One row per instant, in order, without NaN.
        missing: Instants that the source listed without a number.
        implausible: The rows that cannot be true (`plausibility`), with their values: beyond the limits, or a jump
            that no grid makes among the rows that would be kept.
        conflicts: The rows of instants that came twice with different values and no way to choose.
        superseded: The plausible rows of instants that have a better one.
    """

    curve: pd.DataFrame
    missing: pd.DatetimeIndex
    implausible: pd.DataFrame
    conflicts: pd.DataFrame
    superseded: pd.DataFrame


def clean(curve: pd.DataFrame) -> CleanCurve:
    """Keep at most one plausible value per instant.

    The value of the best quality is kept (see `provenance`), of several those of the shortest interval: the mean
    of an hour does not contradict one of its quarters. Of equal values one is kept. Of different values the one
    with the later `published_at` is kept; where that cannot decide, neither is.

    Args:
        curve: A load curve in any order, with repetitions.

    Example:
        >>> at = pd.to_datetime(["2025-01-01T00:00Z", "2025-01-01T00:15Z", "2025-01-01T00:15Z"])
        >>> cleaned = clean(pd.DataFrame({"interval_start": at, "load_mw": [0.0, 50e3, 51e3],
        ...     "resolution_minutes": 15, "published_at": pd.to_datetime(["2025-01-01T01:00Z"] * 3)}))
        >>> len(cleaned.curve), len(cleaned.implausible), len(cleaned.conflicts)
        (0, 1, 2)
    """
    order = ["interval_start", "published_at"]
    listed = curve.sort_values(order, na_position="first", kind="stable", ignore_index=True)
    absent = listed["load_mw"].isna()
    plausible = ~absent & ~beyond(listed["load_mw"], LIMITS[LOAD])
    is_best = _is_best(listed[plausible])
    usable = listed[plausible][is_best]
    conflicting = usable["interval_start"].isin(_undecided(usable))
    chosen = usable[~conflicting].drop_duplicates("interval_start", keep="last")
    jumps = implausible(LOAD, chosen["load_mw"], hours=_middles(chosen))
    kept = chosen[~jumps].reset_index(drop=True)
    rejected = pd.concat([listed[~plausible & ~absent], chosen[jumps]]).sort_index()
    missing = pd.DatetimeIndex(listed.loc[absent, "interval_start"].unique())
    return CleanCurve(
        curve=kept,
        missing=missing.difference(pd.DatetimeIndex(kept["interval_start"])),
        implausible=rejected.reset_index(drop=True),
        conflicts=usable[conflicting].reset_index(drop=True),
        superseded=listed[plausible][~is_best].reset_index(drop=True),
    )


def _middles(curve: pd.DataFrame) -> Floats:
    """Return the time that each value stands for, in hours: the middle of its interval.

    Equal values that follow each other within an hour share one: a mean of the hour is often given as four
    quarters, and the change from one hour to the next is none of a quarter.
    """
    start = (curve["interval_start"] - pd.Timestamp(0, tz="UTC")) / HOUR
    middle = start + curve["resolution_minutes"] / 120
    of_run = start.floordiv(1).diff().ne(0) | curve["load_mw"].diff().ne(0)
    return middle.groupby(of_run.cumsum()).transform("mean").to_numpy(dtype=np.float64)


def _is_best(usable: pd.DataFrame) -> pd.Series:
    """Tell which rows no other row of the same instant is preferred to; by quality, then by their own interval."""
    best = pd.Series(data=True, index=usable.index)
    for column, sign in (("source", 1), ("interval_minutes", -1), ("part", -1)):
        if column not in usable:
            continue
        values = usable[column]
        if column == "source":
            values = values.map({name: int(quality(name)) for name in values.unique()})
        rank = (sign * values).where(best)
        best &= rank == rank.groupby(usable["interval_start"]).transform("max")
    return best


def _undecided(usable: pd.DataFrame) -> pd.Series:
    """Return the instants that hold several values under their latest publication, or under none."""
    repeated = usable[usable.duplicated("interval_start", keep=False)]
    instant = repeated["interval_start"]
    latest = repeated["published_at"].groupby(instant).transform("max")
    undated = repeated["published_at"].isna().groupby(instant).transform("any")
    rivals = repeated[(repeated["published_at"] == latest) | undated]
    values = rivals.groupby("interval_start")["load_mw"].agg(["min", "max"])
    return values[values["min"] != values["max"]].index.to_series()


def to_hours(curve: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the mean of each hour, taken in UTC, so that a delivery day gets 23, 24 or 25 hours.

    Args:
        curve: A clean load curve; its intervals may be of 15, 30 or 60 minutes.
        by: Columns that tell several curves apart, each of which has hours of its own.

    Returns:
        Columns `hour_start` (UTC), `load_mw` and `quarters`: how many quarter-hours the mean covers, and those
        of `by`.
        Four is a complete hour; an hour without any value has no row.

    Example:
        >>> at = pd.date_range("2025-01-01", periods=4, freq="15min", tz="UTC")
        >>> to_hours(pd.DataFrame({"interval_start": at[:3], "load_mw": [1.0, 2.0, 6.0],
        ...     "resolution_minutes": 15}))[["load_mw", "quarters"]].values.tolist()
        [[3.0, 3.0]]
    """
    keys = [*by, "hour_start"]
    frame = pd.DataFrame(
        {
            **{name: curve[name] for name in by},
            "hour_start": curve["interval_start"].dt.floor("h"),
            "energy": curve["load_mw"] * curve["resolution_minutes"],
            "minutes": curve["resolution_minutes"],
        }
    )
    sums = frame.groupby(keys, as_index=False)[["energy", "minutes"]].sum()
    return pd.DataFrame(
        {
            **{name: sums[name] for name in keys},
            "load_mw": sums["energy"] / sums["minutes"],
            "quarters": sums["minutes"] // 15,
        }
    )


def former_hours(curve: pd.DataFrame, revisions: pd.DataFrame) -> pd.DataFrame:
    """Return every revised hour as it stood before each of its revisions.

    Args:
        curve: Clean load curve as it stands now, at least of the hours that were revised.
        revisions: Columns `interval_start`, `replaced_at` (UTC) and `old_load_mw`, NaN where the interval
            had been asked for and was missing.

    Returns:
        Columns `hour_start`, `until` (UTC; the hour had this value before that instant, and after the
        `until` before it) and `load_mw`, NaN where no quarter of the hour was there; ordered by both.

    Example:
        >>> at = pd.date_range("2025-01-01", periods=2, freq="15min", tz="UTC")
        >>> now = pd.DataFrame({"interval_start": at, "load_mw": [40.0, 50.0], "resolution_minutes": 15})
        >>> revised = pd.DataFrame({"interval_start": at[:1], "old_load_mw": [30.0],
        ...     "replaced_at": pd.to_datetime(["2025-01-02T00:00Z"])})
        >>> former_hours(now, revised)["load_mw"].tolist()
        [40.0]
    """
    moments = pd.DataFrame(
        {"hour_start": revisions["interval_start"].dt.floor("h"), "until": revisions["replaced_at"]}
    ).drop_duplicates()
    intervals = curve[["interval_start", "load_mw", "resolution_minutes"]].assign(
        hour_start=curve["interval_start"].dt.floor("h")
    )
    states = moments.merge(intervals, on="hour_start").sort_values("until")
    # The first revision at or after `until` holds what the interval was just before it.
    states = pd.merge_asof(
        states,
        revisions[["interval_start", "replaced_at", "old_load_mw"]].sort_values("replaced_at"),
        left_on="until",
        right_on="replaced_at",
        by="interval_start",
        direction="forward",
    )
    was = states["load_mw"].where(states["replaced_at"].isna(), states["old_load_mw"])
    known = states.assign(energy=was * states["resolution_minutes"]).assign(
        minutes=states["resolution_minutes"].where(was.notna())
    )
    sums = known.groupby(["hour_start", "until"], as_index=False)[["energy", "minutes"]].sum()
    return pd.DataFrame(
        {
            "hour_start": sums["hour_start"],
            "until": sums["until"],
            "load_mw": sums["energy"] / sums["minutes"].where(sums["minutes"] > 0),
        }
    )
