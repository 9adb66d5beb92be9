"""Quarter-hours of our issues: which lack them, what each issue knew, what is stored.

Here: the path from hourly forecasts that are stored to their quarter-hours, the same for one issued just now and
one of years ago. Not here: how quarters are made of hours (`forecasting.quarter_hours`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import (
    PARIS,
    QUARTER,
    day_end,
    day_start,
    hours,
    spans,
)
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import COLUMNS, Floats
from elec_pipeline.domain.quarter_history import QuarterHistory
from elec_pipeline.forecasting.quarter_hours import PAST_DAYS, quarter_hours
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_quarter_hours

MONTH_DAYS = 31
_ISSUED_BEFORE = timedelta(days=2)
"""An issue is made on the day before, when that day is not over: the days it knows end two days before its own."""


@dataclass
class QuarterHoursReport:
    """What a run did.

    Attributes:
        written: Rows added.
        issues: Of how many forecasts; one of each issue and model.
        on_the_curve_alone: Those of which no past day was known in full, so that the curve through the hours
            stands alone.
        partial: Those that have not all hours of their day, and get no quarter-hours.
    """

    written: Written = NOTHING
    issues: int = 0
    on_the_curve_alone: list[str] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)


def add_quarter_hours(engine: Engine, first: date, last: date) -> QuarterHoursReport:
    """Make the quarter-hours of all issues for a range of delivery days, both ends included, that have none.

    Of any model, and of forecasts that were imported too.
    """
    report = QuarterHoursReport()
    for begin, end in spans(first, last, MONTH_DAYS):
        with engine.connect() as connection:
            hourly = queries.hours_without_quarters(connection, day_start(begin), day_end(end))
        if hourly.empty:
            continue
        since = begin - timedelta(days=PAST_DAYS) - _ISSUED_BEFORE
        known = queries.quarter_hours_known(engine, day_start(since), day_end(end))
        frames = _of_issues(hourly, known, report)
        if frames:
            quarters = pd.concat(frames, ignore_index=True)
            report.written += write_quarter_hours(engine, quarters)
    return report


def _of_issues(hourly: pd.DataFrame, known: QuarterHistory, report: QuarterHoursReport) -> list[pd.DataFrame]:
    """Return the quarter-hours of each issue, and note in the report what is to be said of it."""
    frames = []
    of_day = hourly.assign(day=hourly["hour_start"].dt.tz_convert(PARIS).dt.date)
    for _, issues in of_day.groupby(["issued_at", "day"]):
        day: date = issues["day"].iloc[0]
        issued_at: pd.Timestamp = issues["issued_at"].iloc[0]
        past = known.days_known_at(issued_at.to_pydatetime(), PAST_DAYS)
        for version, issue in issues.groupby("model_version"):
            name = f"{day} issued {issued_at:%Y-%m-%d %H:%M} UTC by {version}"
            if len(issue) != len(hours(day)):
                report.partial.append(name)
                continue
            if not past:
                report.on_the_curve_alone.append(name)
            frames.append(_frame(day, issue, quarter_hours(day, issue[list(COLUMNS)].to_numpy(), past)))
            report.issues += 1
    return frames


def _frame(day: date, issue: pd.DataFrame, quantiles: Floats) -> pd.DataFrame:
    frame = pd.DataFrame(quantiles, columns=list(COLUMNS))
    n_quarters = QUARTERS_AN_HOUR * len(hours(day))
    start = pd.date_range(day_start(day), periods=n_quarters, freq=pd.Timedelta(QUARTER), unit="us")
    frame.insert(0, "interval_start", start)
    for place, name in enumerate(("issued_at", "model_version"), 1):
        frame.insert(place, name, issue[name].iloc[0])
    return frame
