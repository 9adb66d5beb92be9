"""Issues that look a week ahead: which are due, what each knew, what is stored.

Here: the path from the store through the information sets and the model back to the store, the same for a live
issue and a backfilled one. Not here: how the days are forecast (`forecasting.week_ahead`), and tomorrow
(`issuing`).

A run names them by the delivery day of the morning issue that they go on from: tomorrow, seen from the morning on
which both are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import Issue, clock, day_end, day_start, days, hours, spans
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import is_too_thin
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.domain.weather_leads import LONGEST_LEAD_DAYS
from elec_pipeline.domain.week_ahead import LEADS, delivery_days, due, issued_on
from elec_pipeline.forecasting.forecaster import Forecaster, workers
from elec_pipeline.forecasting.week_ahead import DayAhead, week_ahead
from elec_pipeline.steps.issuing import MONTH_DAYS
from elec_pipeline.steps.weekly_shares import WeeklyForecasts, read_weekly
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_week_ahead
from elec_pipeline.store.models import register_model

_ONE_DAY = timedelta(days=1)


@dataclass
class WeekReport:
    """What a run did.

    Attributes:
        written: Rows of hours added.
        issues: How many issues were made.
        there_already: How many due issues this model had made before.
        refused: Issues, or days of one, that are not published, with the reason.
    """

    written: Written = NOTHING
    issues: int = 0
    there_already: int = 0
    refused: list[str] = field(default_factory=list)


def issue_weeks(engine: Engine, forecaster: Forecaster, first: date, last: date, *, now: datetime) -> WeekReport:
    """Make every issue that is due and that this model has not made yet.

    Args:
        engine: Of the store.
        forecaster: A loaded model.
        first: First delivery day of the morning issues that they go on from.
        last: Last one, included.
        now: Current instant, UTC.
    """
    report = WeekReport()
    for begin, end in spans(first - _ONE_DAY, last - _ONE_DAY, MONTH_DAYS):
        with engine.connect() as connection:
            made = queries.week_ahead_issues_made(connection, forecaster.version, begin, end)
        mornings = [day for day in days(begin, end) if due(day, now)]
        missing = [day for day in mornings if issued_on(day) not in made]
        report.there_already += len(mornings) - len(missing)
        if missing:
            _issue(engine, forecaster, missing, report)
    return report


def _issue(engine: Engine, forecaster: Forecaster, mornings: Sequence[date], report: WeekReport) -> None:
    start = day_start(mornings[0] - _ONE_DAY) - timedelta(hours=forecaster.context_hours)
    end = day_end(mornings[-1] + timedelta(days=LEADS[-1]))
    history = queries.history(engine, start, end, weather_leads_days=LONGEST_LEAD_DAYS)
    weekly = read_weekly(engine, mornings)
    with workers() as threads:
        issues = list(threads.map(lambda day: _of_morning(history, forecaster, day, weekly), mornings))
    published = [(issued_on(day), made) for day, (made, _) in zip(mornings, issues, strict=True) if made]
    report.refused += [reason for _, reason in issues if reason is not None]
    if not published:
        return
    register_model(
        engine,
        version=forecaster.version,
        base_model=forecaster.base_model,
        location=forecaster.location,
        trained_through=forecaster.trained_through,
    )
    report.written += write_week_ahead(engine, *frames(published, forecaster.version))
    report.issues += len(published)


def _of_morning(
    history: History, forecaster: Forecaster, day: date, weekly: WeeklyForecasts
) -> tuple[list[DayAhead], str | None]:
    """Return the days of the issue of a morning, and why some or all are not published."""
    tomorrow = history.at(day + _ONE_DAY, Issue.MORNING, context_hours=forecaster.context_hours)
    if is_too_thin(tomorrow):
        reason = (
            f"The issue of {clock(issued_on(day))} for the week ahead cannot be made: only "
            f"{tomorrow.known_share_of_last_week:.0%} of the week before it is known."
        )
        return [], reason
    later = [
        history.at(of, Issue.MORNING, context_hours=forecaster.context_hours, lead_days=lead)
        for lead, of in delivery_days(day)
    ]
    return week_ahead(forecaster, tomorrow, later, weekly.of(day, tomorrow))


def frames(
    published: Sequence[tuple[datetime, list[DayAhead]]], version: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return issues as rows of hours, and of daily peaks, as `write_week_ahead` takes them.

    Args:
        published: The time of each issue, UTC, and its days, at least one.
        version: Of the model.
    """
    by_hour, by_day = [], []
    for issued, made in published:
        head = {"issued_at": pd.Timestamp(issued).as_unit("us"), "model_version": version}
        for each in made:
            quantiles = dict(zip(COLUMNS, each.quantiles.T, strict=True))
            by_hour.append(
                pd.DataFrame(
                    {"hour_start": hours(each.delivery_day)} | head | quantiles
                    | {"peak_probability": each.peak_probability}
                )
            )  # fmt: skip
            by_day.append(
                {"delivery_day": each.delivery_day} | head | dict(zip(COLUMNS, each.peak_mw, strict=True))
            )
    return pd.concat(by_hour, ignore_index=True), pd.DataFrame(by_day)
