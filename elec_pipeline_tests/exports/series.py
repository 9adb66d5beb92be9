"""Series of delivery days for files: a value of its own in every cell, with gaps."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import Issue, hours, issue_time, quarters
from elec_pipeline.domain.quantiles import COLUMNS


def series_of(first: date, last: date | None = None) -> pd.DataFrame:
    """Return what `side_by_side` returns of days that are forecast and of which the last hours are to come."""
    axis = hours(first, last).rename("hour_start")
    at = np.arange(len(axis), dtype=np.float64)
    loads = {name: 50_000 + number + at / 7 for number, name in enumerate(COLUMNS)}
    actual = pd.Series(51_000 + at / 3, index=axis)
    actual.iloc[-3:] = np.nan
    quarters = actual.notna() * 4
    quarters.iloc[4] = 3
    frame = pd.DataFrame(loads, index=axis).assign(
        actual_mw=actual, quarters=quarters, rte_d1_mw=52_000 + at, rte_d2_mw=53_000 + at,
        issued_at=pd.Timestamp(issue_time(first, Issue.EVENING)), after_the_fact=False, held_back=None,
    )  # fmt: skip
    frame.loc[axis[6], "rte_d2_mw"] = np.nan
    return frame


def quarters_of(day: date) -> pd.DataFrame:
    """Return what `quarters_side_by_side` returns of a day that is forecast and of which the end is to come."""
    axis = quarters(day).rename("interval_start")
    at = np.arange(len(axis), dtype=np.float64)
    loads = {name: 50_000 + number + at / 7 for number, name in enumerate(COLUMNS)}
    actual = pd.Series(51_000 + at / 3, index=axis)
    actual.iloc[[4, -3, -2, -1]] = np.nan
    return pd.DataFrame(loads, index=axis).assign(
        actual_mw=actual, quarters=actual.notna() * 4, rte_d1_mw=52_000 + at, rte_d2_mw=53_000.0,
        issued_at=pd.Timestamp(issue_time(day, Issue.EVENING)), after_the_fact=False,
    )  # fmt: skip


def nothing_of(day: date) -> pd.DataFrame:
    """Return what `side_by_side` returns of a day of which nothing is known."""
    frame = series_of(day)
    values = [*COLUMNS, "actual_mw", "quarters", "rte_d1_mw", "rte_d2_mw"]
    frame[values] = np.nan
    frame["issued_at"] = pd.Series(pd.NaT, index=frame.index, dtype=frame["issued_at"].dtype)
    return frame
