"""RTE's forecast in scores: the D-1 that it had made by the evening before, and the newest one beside it. Pure.

Here: which vintage of each hour is scored under `rte_d1` and `rte_d1_latest`, the same for the daily scores, the
back-test, model cards, the gate and the pages. Not here: when a vintage became known (`vintages`), and the
formulas (`metrics`).

`rte_d1` is the bar: the newest D-1 known at the evening issue, 20:30 Paris time on the day before the delivery
day, when our own evening forecast is made. A D-2 never stands in for it. What RTE says later is nearer to the
hour and scored by itself, as `rte_d1_latest`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, Issue, issue_time
from elec_pipeline.domain.plausibility import LIMITS, beyond
from elec_pipeline.domain.vintages import timed

RTE_D1, RTE_D1_LATEST = "rte_d1", "rte_d1_latest"
"""Names of both in every table of scores."""
DAY_AHEAD = "D-1"


class Basis(StrEnum):
    """What the time of publication of a scored forecast of RTE's rests on."""

    PUBLISHED = "published"
    """Every hour counts from its publication."""
    NOMINAL = "nominal"
    """Hours were fetched after the day began and count from 20:00 the day before: they may be later revisions."""


def bar_time(day: date) -> pd.Timestamp:
    """Return the UTC instant by which a D-1 must be known to be the bar of a delivery day.

    Example:
        >>> bar_time(date(2025, 3, 30)).isoformat()
        '2025-03-29T19:30:00+00:00'
    """
    return pd.Timestamp(issue_time(day, Issue.EVENING)).as_unit("us")


def rte_d1(vintages: pd.DataFrame) -> pd.DataFrame:
    """Return the D-1 of each hour that is scored as `rte_d1`: the newest known at 20:30 the day before.

    Args:
        vintages: All that is stored of the hours, of any type: columns `hour_start`, `forecast_type`,
            `published_at`, `ingested_at` (UTC), `load_mw`.

    Returns:
        In order of `hour_start` one row for each hour that has one: `hour_start`, `load_mw`, `is_nominal`
        (see `vintages.timed`).

    Example:
        >>> at = ["2024-12-31T18:30Z", "2024-12-31T21:00Z"]  # 19:30 and 22:00 in Paris
        >>> both = pd.DataFrame({"hour_start": pd.to_datetime(["2025-01-01T12:00Z"] * 2), "forecast_type": "D-1",
        ...     "published_at": pd.to_datetime(at), "ingested_at": pd.to_datetime(at), "load_mw": [50e3, 51e3]})
        >>> rte_d1(both)["load_mw"].tolist(), rte_d1_latest(both)["load_mw"].tolist()
        ([50000.0], [51000.0])
    """
    d1 = timed(_day_ahead(vintages))
    day = d1["hour_start"].dt.tz_convert(PARIS).dt.date
    by = day.map({each: bar_time(each) for each in day.unique()}).astype(d1["known_at"].dtype)
    return _newest(d1[d1["known_at"] <= by])[["hour_start", "load_mw", "is_nominal"]]


def rte_d1_latest(vintages: pd.DataFrame) -> pd.DataFrame:
    """Return the newest D-1 of each hour, whenever it came: what is scored as `rte_d1_latest`.

    Args:
        vintages: As `rte_d1` takes them.

    Returns:
        In order of `hour_start` one row for each hour that has one: `hour_start`, `load_mw`.
    """
    return _newest(_day_ahead(vintages))[["hour_start", "load_mw"]]


def _day_ahead(vintages: pd.DataFrame) -> pd.DataFrame:
    return vintages[vintages["forecast_type"] == DAY_AHEAD]


def _newest(d1: pd.DataFrame) -> pd.DataFrame:
    believed = d1[~beyond(d1["load_mw"], LIMITS[DAY_AHEAD])]
    ordered = believed.sort_values(["hour_start", "published_at", "ingested_at"], kind="stable")
    return ordered.drop_duplicates("hour_start", keep="last").reset_index(drop=True)
