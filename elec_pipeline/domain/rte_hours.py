"""The hours of RTE's forecasts: the mean of each complete hour, with the time from which it counts. Pure.

Here: from values by quarter-hour and half-hour, as they were read, to hourly vintages: when an hour is complete,
when its last part was published, which source names it, and what of several readings is a vintage of its own. Not
here: the mean itself (`load_curve.to_hours`, the same as of consumption), and when a vintage became known
(`vintages`).

A reading is what one request brought of one hour. Its parts belong together: half an hour of one reading and half
an hour of another make no hour, for nobody forecast that.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.provenance import quality
from elec_pipeline.domain.vintages import assumed_publication, news

_HOUR = ["forecast_type", "hour_start"]
_KEY = [*_HOUR, "published_at"]
_KNOWN = [*_KEY, "load_mw"]
_VINTAGE = ["hour_start", "forecast_type", "published_at", "load_mw", "source", "ingested_at"]
_READING = ["forecast_type", "reading"]


def to_vintages(curve: pd.DataFrame, forecast_type: str, now: datetime) -> pd.DataFrame:
    """Return the hours of one of RTE's forecasts, each with the time its last part was published.

    Args:
        curve: A clean load curve.
        forecast_type: `D-1`, `D-2` or `ID`.
        now: Current instant, UTC: hours that carry no time of publication count from now at the latest, see
            `vintages`.

    Returns:
        Columns `hour_start`, `load_mw`, `published_at`, `is_dated`, `forecast_type`, and `source` where the
        curve has it; complete hours only.
    """
    read_at = pd.Series(pd.Timestamp(now).as_unit("us"), index=curve.index)
    one_reading = curve.assign(forecast_type=forecast_type, reading=0, read_at=read_at)
    return _hours_of(one_reading).drop(columns=["reading", "read_at"])


def vintages_of(readings: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the hourly vintages that readings of RTE's forecasts make, beside those that there are.

    The readings of an hour are taken in the order in which they came. One whose parts carry a time of publication
    is a vintage; one without is where it says something new (`vintages.news`).

    Args:
        readings: Columns `interval_start`, `forecast_type`, `published_at`, `is_dated`, `load_mw`,
            `resolution_minutes`, `source`, `ingested_at`, as `raw_rte_forecasts` holds them.
        known: Stored vintages of these hours: `hour_start`, `forecast_type`, `published_at`, `load_mw`.

    Returns:
        A row a vintage: `hour_start`, `forecast_type`, `published_at`, `load_mw`, `source`, `ingested_at`.

    Example:
        >>> at = pd.date_range("2025-01-01", periods=4, freq="15min", tz="UTC", unit="us")
        >>> out = pd.Timestamp("2024-12-31T19:00Z").as_unit("us")
        >>> readings = pd.DataFrame({"interval_start": at, "forecast_type": "D-1", "published_at": out,
        ...     "is_dated": True, "load_mw": [1.0, 2.0, 3.0, 6.0], "resolution_minutes": 15, "source": "rte",
        ...     "ingested_at": out})
        >>> nothing = readings.iloc[:0].rename(columns={"interval_start": "hour_start"})
        >>> vintages_of(readings, nothing)["load_mw"].tolist()
        [3.0]
    """
    ordered = readings.sort_values(["ingested_at", "published_at", "interval_start"], kind="stable")
    # A file may bring several vintages of one hour at once: each interval then comes as often.
    nth = ordered.groupby(["forecast_type", "interval_start", "ingested_at"]).cumcount()
    reading = ordered.assign(nth=nth).groupby(["ingested_at", "nth"]).ngroup()
    curve = ordered.assign(
        reading=reading,
        read_at=ordered["published_at"],
        published_at=ordered["published_at"].where(ordered["is_dated"]),
    )
    hours = _hours_of(curve)
    came = pd.DataFrame({"reading": reading, "ingested_at": ordered["ingested_at"]}).drop_duplicates("reading")
    hours = hours.merge(came, on="reading", how="left").sort_values([*_HOUR, "reading"], kind="stable")
    turn = hours.groupby(_HOUR).cumcount()
    found, said = [hours.iloc[:0]], known[_KNOWN]
    for _, batch in hours.groupby(turn):
        undated = batch[~batch["is_dated"]]
        new = batch[batch["is_dated"]]
        if len(undated):
            fresh = news(undated, said, undated["read_at"])
            new = fresh if new.empty else pd.concat([new, fresh])
        found.append(new)
        # What bears the same time as an earlier reading is no other vintage: the first of them stands.
        said = pd.concat([said, new[_KNOWN]] if len(said) else [new[_KNOWN]]).drop_duplicates(_KEY)
    vintages = pd.concat(found).drop_duplicates(_KEY)
    return vintages[_VINTAGE].reset_index(drop=True)


def _hours_of(curve: pd.DataFrame) -> pd.DataFrame:
    """Return the complete hours of each reading of each type.

    Args:
        curve: A load curve with `forecast_type`, `reading` (a number) and `read_at` (UTC).

    Returns:
        Columns `forecast_type`, `reading`, `hour_start`, `load_mw`, `published_at`, `is_dated`, `read_at`, and
        `source` where the curve has it.
    """
    keys = [*_READING, "hour_start"]
    parts = curve.assign(hour_start=curve["interval_start"].dt.floor("h"))
    by_hour = parts.groupby(keys)
    newest = by_hour[["published_at", "read_at"]].max()
    if "source" in curve:
        # The part of the lowest quality names the hour: a real-time part makes it real-time.
        ranks = parts["source"].map({name: int(quality(name)) for name in parts["source"].unique()})
        lowest = parts.assign(rank=ranks).sort_values(["rank", "source"], kind="stable")
        newest["source"] = lowest.groupby(keys)["source"].first()
    means = load_curve.to_hours(curve, by=_READING)
    whole = means[means["quarters"] == load_curve.QUARTERS_AN_HOUR].drop(columns="quarters")
    hourly = whole.merge(newest.reset_index(), on=keys)
    assumed = hourly["published_at"].copy()
    for forecast_type, of_type in hourly.groupby("forecast_type"):
        latest = assumed_publication(of_type["hour_start"], str(forecast_type), of_type["read_at"])
        assumed[of_type.index] = latest
    return hourly.assign(
        is_dated=hourly["published_at"].notna(), published_at=hourly["published_at"].fillna(assumed)
    )
