"""The week ahead: one curve from tomorrow on, and each of its days in a few figures. Pure.

Here: which forecast stands for which day, and the figures of a day. Not here: words, tiles (`views.week`), the
chart (`charts.week`).

Tomorrow is of the day-ahead forecast, for that knows most; the days after it are of the issue of the week ahead.
That issue speaks of tomorrow too where it was made the morning before, and stands in until tomorrow is forecast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from elec_pipeline.domain.day_summary import Change, change, summarize
from elec_pipeline.domain.delivery_day import PARIS, WEEK, days, hours
from elec_pipeline.domain.quantiles import COLUMNS

LEAST_CHANCE = 0.1
"""An hour that is less likely the peak than this is not named."""
MOST_HOURS = 2
"""So many of the likeliest hours of a peak are named."""
_CURVE = (*COLUMNS, "peak_probability")


@dataclass(frozen=True)
class DayOfWeek:
    """A day ahead.

    Attributes:
        day: The delivery day.
        peak_mw: Median of its highest hour; of a day-ahead forecast the highest hour of the median.
        low_mw: Lower end of the 80 % interval of that.
        high_mw: Upper end.
        likely: Starts (UTC) of the hours that most likely are the highest, each with its probability, the
            likeliest first; NaN of a day-ahead forecast, which has none.
        energy_gwh: Of the hours that are forecast.
        hours: How many those are.
        hours_due: How many the day has.
        change: Against the same weekday a week before; None where nothing is known of that.
    """

    day: date
    peak_mw: float
    low_mw: float
    high_mw: float
    likely: tuple[tuple[datetime, float], ...]
    energy_gwh: float
    hours: int
    hours_due: int
    change: Change | None

    @property
    def is_of_issue(self) -> bool:
        """Whether it is of the issue of the week ahead, and not of a day-ahead forecast."""
        return not math.isnan(self.likely[0][1])

    @property
    def peak_hour(self) -> datetime:
        """Start (UTC) of the hour that most likely is the highest."""
        return self.likely[0][0]


def week_curve(tomorrow: date, day_ahead: pd.DataFrame, issue: pd.DataFrame) -> pd.DataFrame:
    """Return the forecast of each hour from tomorrow to the last day that the issue speaks of.

    Args:
        tomorrow: The day after the present one.
        day_ahead: The day-ahead forecast of tomorrow by `hour_start`, with the quantiles; NaN where there is none.
        issue: Hours of an issue of the week ahead, as `queries.newest_week_ahead` returns them; may be empty.

    Returns:
        Index `hour_start` (UTC), every hour of those days; the quantiles and `peak_probability`, NaN where not
        known. Of tomorrow alone where there is no issue.
    """
    last = tomorrow if issue.empty else max(tomorrow, issue["hour_start"].iloc[-1].tz_convert(PARIS).date())
    axis = hours(tomorrow, last).rename("hour_start")
    of_issue = issue.set_index("hour_start")[list(_CURVE)].reindex(axis)
    of_tomorrow = day_ahead[list(COLUMNS)].reindex(axis).dropna()
    of_issue.loc[of_tomorrow.index, list(COLUMNS)] = of_tomorrow
    of_issue.loc[of_tomorrow.index, "peak_probability"] = np.nan
    return of_issue


def days_of_week(curve: pd.DataFrame, peaks: pd.DataFrame, before: pd.Series) -> list[DayOfWeek]:
    """Return each day of a curve of which anything is forecast.

    Args:
        curve: As `week_curve` returns it.
        peaks: Of the same issue, as `queries.newest_week_ahead` returns them.
        before: What is known of the days before, MW by hour (UTC); where the actual lacks, a forecast.
    """
    local = pd.DatetimeIndex(curve.index).tz_convert(PARIS)
    made = (_a_day(day, curve, peaks, before) for day in days(local[0].date(), local[-1].date()))
    return [each for each in made if each is not None]


def _a_day(day: date, curve: pd.DataFrame, peaks: pd.DataFrame, before: pd.Series) -> DayOfWeek | None:
    part = curve.reindex(hours(day))
    summary = summarize(day, part)
    if summary is None:
        return None
    of_day = peaks[peaks["delivery_day"] == day]
    chances = part["peak_probability"]
    is_of_issue = bool(chances.notna().any()) and len(of_day) > 0
    highest = summary.peak
    peak, low, high = highest.load_mw, highest.low_mw, highest.high_mw
    if is_of_issue:
        peak, low, high = (float(of_day[name].iloc[0]) for name in ("load_mw", "q10", "q90"))
    return DayOfWeek(
        day=day,
        peak_mw=peak,
        low_mw=low,
        high_mw=high,
        likely=likely_hours(chances) if is_of_issue else ((highest.hour, float("nan")),),
        energy_gwh=summary.energy_gwh,
        hours=summary.hours,
        hours_due=summary.hours_due,
        change=change(part["load_mw"], before, WEEK),
    )


def likely_hours(chances: pd.Series) -> tuple[tuple[datetime, float], ...]:
    """Return the hours of a day that most likely are its highest, the likeliest first, with their probability.

    Args:
        chances: Probability by start of the hour (UTC).

    Example:
        >>> axis = hours(date(2025, 1, 15))
        >>> chances = pd.Series(0.0, index=axis)
        >>> chances.iloc[[12, 18, 19]] = [0.2, 0.3, 0.5]
        >>> [(f"{at:%H} h UTC", chance) for at, chance in likely_hours(chances)]
        [('18 h UTC', 0.5), ('17 h UTC', 0.3)]
    """
    ordered = chances.dropna().sort_values(ascending=False, kind="stable")
    named = ordered[ordered >= LEAST_CHANCE].iloc[:MOST_HOURS]
    chosen = named if len(named) else ordered.iloc[:1]
    return tuple((at.to_pydatetime(), float(chance)) for at, chance in chosen.items())  # type: ignore[attr-defined]
