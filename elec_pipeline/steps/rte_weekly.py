"""RTE's forecasts of three to nine days ahead, from RTE to the store.

Here: which days are asked for, the order of fetching, cleaning and writing, and what it means that RTE does not
serve them. Not here: what of a reading is new (`domain.rte_weekly`), and the forecasts of today and tomorrow
(`rte_forecasts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.delivery_day import day_end, day_start, delivery_day, hours
from elec_pipeline.domain.rte_hours import to_vintages
from elec_pipeline.domain.rte_weekly import days_ahead
from elec_pipeline.errors import SourceError, SourceReplyError, SourceRequestError
from elec_pipeline.sources.rte_weekly_reply import WEEKLY
from elec_pipeline.steps.consumption import Report
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING
from elec_pipeline.store.rte_weekly import write_weekly

NOT_SERVED = (403, 404)
"""Statuses by which RTE says that it does not serve them to this account: nothing is broken then."""
_HOURLY = ["hour_start", "published_at", "load_mw"]


class WeeklySource(Protocol):
    """What has weekly forecasts: RTE's API or a simulator of it."""

    def weekly_forecasts(self, first: date, last: date) -> pd.DataFrame:
        """Return the forecasts of a range of days, as `RteClient.weekly_forecasts` does."""
        ...


@dataclass
class WeeklyReport(Report):
    """What a reading of the weekly forecasts did.

    Attributes:
        unavailable: Why there is nothing; empty where RTE answered.
        days: How many delivery days were asked for.
        days_forecast: How many of these RTE forecast.
        is_misread: Whether RTE answered otherwise than is known here, so that somebody has to look.
    """

    unavailable: str = ""
    is_misread: bool = False
    days: int = 0
    days_forecast: int = 0


def ingest_weekly(client: WeeklySource, engine: Engine, first: date, last: date, *, now: datetime) -> WeeklyReport:
    """Fetch RTE's weekly forecasts of a range of delivery days and store the vintages that say something new.

    Of the range only the days that are forecast today, D+3 to D+9, are asked for, in one request: of past days it
    is not known whether RTE shows any, and which vintage.

    Args:
        client: Of RTE's API.
        engine: Of the store.
        first: First delivery day.
        last: Last delivery day, included.
        now: Current instant, UTC: says which days are ahead; values without a time of publication, or with one
            that is yet to come, count from it.

    Returns:
        `expected` and `received` count the hours of the days that RTE forecast.

    Raises:
        SourceRefusedError: RTE refuses the credentials.
        SourceUnavailableError: No answer after every retry.
    """
    ahead_first, ahead_last = days_ahead(now)
    begin, end = max(first, ahead_first), min(last, ahead_last)
    if begin > end:
        return WeeklyReport(
            unavailable=f"RTE forecasts {ahead_first} to {ahead_last} now; other days are not asked for."
        )
    report = WeeklyReport(days=(end - begin).days + 1)
    try:
        reply = client.weekly_forecasts(begin, end)
    except SourceError as error:
        is_served = error.status not in NOT_SERVED
        # The protocol is known at second hand. A fault in that must not fail a run every morning, for which the
        # platform would be called broken: nothing else needs these forecasts.
        report.is_misread = is_served and isinstance(error, (SourceReplyError, SourceRequestError))
        if is_served and not report.is_misread:
            raise
        report.unavailable = str(error)
        return report
    readings = list(_cleaned(reply, report))
    vintages = pd.concat([to_vintages(curve, WEEKLY, now) for curve in readings]) if readings else pd.DataFrame()
    if len(vintages):
        seen = pd.Timestamp(now).as_unit("us")
        published = vintages["published_at"]
        report.written = write_weekly(
            engine, vintages.assign(published_at=published.where(published <= seen, seen))[_HOURLY]
        )
    with engine.connect() as connection:
        known = queries.weekly_vintages(connection, day_start(begin), day_end(end))["hour_start"]
    forecast = {day for curve in readings for day in _days_of(curve)}
    report.days_forecast = len(forecast)
    due = {hour for day in forecast for hour in hours(day)}
    report.expected, report.received = len(due), len(due & {*known})
    return report


def _cleaned(reply: pd.DataFrame, report: WeeklyReport) -> Iterator[pd.DataFrame]:
    """Yield the clean curve of each element of a reply: one may be another vintage of the same day."""
    for _, element in reply.groupby("block"):
        cleaned = load_curve.clean(element)
        report.add(cleaned, NOTHING)
        if len(cleaned.curve):
            yield cleaned.curve


def _days_of(curve: pd.DataFrame) -> set[date]:
    return {delivery_day(instant) for instant in curve["interval_start"]}
