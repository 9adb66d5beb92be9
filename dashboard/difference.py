"""Our forecast less another one, hour by hour, and both errors over past hours.

Here: pure tables from the frames of `reads.hourly` and `reads.daily`. Not here: how they are drawn
(`charts.difference`), and which other one the reader chose (`address`).
"""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

from elec_pipeline.domain.day_summary import as_known, outside_band
from elec_pipeline.domain.delivery_day import PARIS, WEEK, same_time_days_before
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR

MOST_DAYS_BY_HOUR = 14
"""Over more days the differences are means of days: a bar for each hour would be thinner than a pixel."""
_MOST = 0.5
"""A day is marked where the other lies outside our band in more than this share of its hours."""


class Against(StrEnum):
    """What our forecast is held against."""

    RTE = "rte"
    DAY_BEFORE = "day"
    WEEK_BEFORE = "week"
    PREVIOUS_ISSUE = "issue"

    @property
    def is_of_days(self) -> bool:
        """Whether it can be told by means of days too."""
        return self is not Against.PREVIOUS_ISSUE

    @property
    def is_forecast(self) -> bool:
        """Whether it is a forecast of the same hours, which our band should hold, and not of another day."""
        return self in (Against.RTE, Against.PREVIOUS_ISSUE)

    @property
    def days_before(self) -> int:
        """How many days earlier the other curve is; 0 for one of the same hours."""
        return {Against.DAY_BEFORE: 1, Against.WEEK_BEFORE: WEEK}.get(self, 0)


def other_curve(frame: pd.DataFrame, against: Against, issues: pd.DataFrame | None, *, by_hour: bool) -> pd.Series:
    """Return what our forecast is held against, MW, with the index of a frame.

    Args:
        frame: As `reads.hourly` or `reads.daily` returns it, with the days that are needed before those shown.
        against: What it is held against. Of a day before it is the actual where it is complete, else our forecast.
        issues: For the previous issue: `hour_start`, `issued_at`, `load_mw` of every issue.
        by_hour: Whether rows are hours, or else days.
    """
    if against is Against.PREVIOUS_ISSUE:
        return (
            previous_issue(frame["issued_at"], issues) if issues is not None else frame["load_mw"] * float("nan")
        )
    if against is Against.RTE:
        return frame["rte_d1_mw"].fillna(frame["rte_d2_mw"])
    if not by_hour:
        return as_known(frame).shift(against.days_before)
    before = as_known(frame).reindex(same_time_days_before(pd.DatetimeIndex(frame.index), against.days_before))
    return before.set_axis(frame.index)


def previous_issue(shown: pd.Series, issues: pd.DataFrame) -> pd.Series:
    """Return what the issue before the one that is shown said of each hour, MW.

    Args:
        shown: When the issue shown of each hour was issued; index: hours.
        issues: `hour_start`, `issued_at`, `load_mw` of every issue.

    Example:
        >>> hour = pd.date_range("2025-01-02T12:00Z", periods=1, name="hour_start")
        >>> made = pd.DataFrame({"hour_start": hour[[0, 0]], "load_mw": [50.0, 60.0],
        ...     "issued_at": pd.to_datetime(["2025-01-01T09:00Z", "2025-01-01T19:30Z"])})
        >>> previous_issue(pd.Series(pd.Timestamp("2025-01-01T19:30Z"), index=hour), made).tolist()
        [50.0]
    """
    newest = issues["hour_start"].map(shown)
    earlier = issues[issues["issued_at"] < newest].sort_values("issued_at", kind="stable")
    return (
        earlier.drop_duplicates("hour_start", keep="last").set_index("hour_start")["load_mw"].reindex(shown.index)
    )


def differences(frame: pd.DataFrame, other: pd.Series) -> pd.DataFrame:
    """Return ours less another curve, and the errors of both where the actual is complete.

    Args:
        frame: Of the days that are shown.
        other: The other curve, MW; other hours may be in it.

    Returns:
        With the index of `frame`: `difference_mw`; `outside`, whether the other lies outside our 80 % band;
        `our_error_mw` and `other_error_mw`, forecast less actual.
    """
    curve = other.reindex(frame.index)
    actual = frame["actual_mw"].where(frame["quarters"] == QUARTERS_AN_HOUR)
    return pd.DataFrame(
        {
            "difference_mw": frame["load_mw"] - curve,
            "outside": outside_band(frame, curve),
            "our_error_mw": frame["load_mw"] - actual,
            "other_error_mw": curve - actual,
        }
    )


def by_day(table: pd.DataFrame) -> pd.DataFrame:
    """Return the means of `differences` by Paris day; `outside` where it holds for most of the hours.

    Returns:
        Index: the middle of the day (UTC).
    """
    midnight = pd.DatetimeIndex(table.index).tz_convert(PARIS).normalize()
    means = table.astype(float).groupby(midnight).mean()
    means.index = pd.DatetimeIndex(means.index).tz_convert("UTC") + pd.Timedelta(hours=12)
    return means.assign(outside=means["outside"] > _MOST)
