"""What the store holds of each delivery day of a range: counts of hours, issues, scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.sql.elements import ColumnElement

from elec_pipeline.domain.completeness import DayState
from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, hours, issue_time
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.weather_leads import DAY_AHEAD_LEADS_DAYS
from elec_pipeline.store.queries.frames import paris_day
from elec_pipeline.store.queries.series import DAY_AHEAD
from elec_pipeline.store.queries.weather_leads import within_leads
from elec_pipeline.store.tables import (
    ZONE,
    chronos_predictions,
    forecast_accuracy,
    hourly_consumption,
    quarter_hourly_predictions,
    rte_forecasts,
    weather_forecasts,
)


def day_states(connection: Connection, first: date, last: date) -> list[DayState]:
    """Return what there is of every delivery day of a range, both ends included."""

    def hours_of(table: Table, *conditions: ColumnElement[bool]) -> Callable[[date], int]:
        day, counted = paris_day(table.c.hour_start), func.count(func.distinct(table.c.hour_start))
        rows = connection.execute(
            select(day, counted)
            .where(table.c.zone == ZONE, *conditions)
            .where(table.c.hour_start >= day_start(first), table.c.hour_start < day_end(last))
            .group_by(day)
        )
        found = {of_day: n_hours for of_day, n_hours in rows}  # noqa: C416 - rows are no pairs to the type checker
        return lambda asked: found.get(asked, 0)

    complete = hours_of(hourly_consumption, hourly_consumption.c.quarters == QUARTERS_AN_HOUR)
    rte = hours_of(rte_forecasts, rte_forecasts.c.forecast_type == DAY_AHEAD)
    # What was said of a day a week before keeps no day from being asked for again.
    temperature = hours_of(
        weather_forecasts, weather_forecasts.c.temperature_c.is_not(None), within_leads(DAY_AHEAD_LEADS_DAYS)
    )
    issues = _issues(connection, first, last, chronos_predictions, chronos_predictions.c.hour_start, 1)
    by_quarter = _issues(
        connection, first, last, quarter_hourly_predictions, quarter_hourly_predictions.c.interval_start,
        QUARTERS_AN_HOUR,
    )  # fmt: skip
    scored = set(
        connection.scalars(
            select(forecast_accuracy.c.delivery_day)
            .distinct()
            .where(forecast_accuracy.c.zone == ZONE, forecast_accuracy.c.delivery_day.between(first, last))
        )
    )
    return [
        DayState(
            day=day,
            complete_hours=complete(day),
            rte_hours=rte(day),
            temperature_hours=temperature(day),
            issues=frozenset(issues[day]),
            quarter_issues=frozenset(by_quarter[day]),
            is_scored=day in scored,
        )
        for day in days(first, last)
    ]


def _issues(
    connection: Connection, first: date, last: date, table: Table, start: ColumnElement[datetime], an_hour: int
) -> dict[date, set[Issue]]:
    """Return the issues of each day of which a table has all intervals, so many an hour."""
    day = paris_day(start)
    rows = connection.execute(
        select(day, table.c.issued_at, func.count(func.distinct(start)))
        .where(table.c.zone == ZONE)
        .where(start >= day_start(first), start < day_end(last))
        .group_by(day, table.c.issued_at)
    )
    made: dict[date, set[Issue]] = defaultdict(set)
    for of_day, issued_at, n in rows:
        made[of_day] |= {
            issue
            for issue in Issue
            if issued_at == issue_time(of_day, issue) and n == an_hour * len(hours(of_day))
        }
    return made
