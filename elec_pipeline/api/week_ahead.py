"""What the API says of the week ahead beyond the columns of its tables: which issue is meant, leads, peak hours.

Here: frames. Not here: the routes and their pages (`vintages`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import Connection

from elec_pipeline.api.errors import invalid
from elec_pipeline.api.paging import REFUSAL
from elec_pipeline.domain.delivery_day import FIRST_DAY, PARIS
from elec_pipeline.domain.week_ahead import LEADS, lead_of, leads
from elec_pipeline.store.queries import newest_week_ahead
from elec_pipeline.store.queries.listings import KeyValue
from elec_pipeline.store.queries.peak_hours import most_likely_peak_hours

REACH = timedelta(days=LEADS[-1] + 2)
"""From an issue to beyond the end of its last day."""
_ISSUE = ("issued_at", "model_version")
_YEARS = range(2000, 2100)
"""As of every instant that callers give: arithmetic at the ends of the calendar overflows."""


def issue_meant(connection: Connection, now: datetime, after: tuple[KeyValue, ...] | None) -> dict[str, KeyValue]:
    """Return the issue time and the model of the issue that a request without a period is about.

    Args:
        connection: Open.
        now: The moment; the newest issue that still looks ahead then is meant.
        after: Key of the last row of the page before: its issue is meant, though there may be a newer one by now.

    Raises:
        RequestValidationError: The key is of no issue that there can be.
    """
    if after is not None:
        at = after[1]
        if not isinstance(at, datetime) or at.year not in _YEARS:
            raise invalid("cursor", REFUSAL, "cursor")
        return dict(zip(_ISSUE, after[1:], strict=True))
    hours, _ = newest_week_ahead(connection, now)
    if hours.empty:
        return {"issued_at": now, "model_version": ""}  # of which there is no row
    return {
        "issued_at": hours["issued_at"].iloc[0].to_pydatetime(),
        "model_version": hours["model_version"].iloc[0],
    }


def period_of(issue: Mapping[str, KeyValue]) -> tuple[datetime, datetime]:
    """Return a period that holds every hour of an issue."""
    issued_at = issue["issued_at"]
    assert isinstance(issued_at, datetime)  # noqa: S101 - for the type checker
    return issued_at, issued_at + REACH


def with_leads(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows of hours with `lead_days`."""
    return table.assign(lead_days=leads(table["hour_start"], table["issued_at"]).astype("int64"))


def with_peak_hours(connection: Connection, table: pd.DataFrame) -> pd.DataFrame:
    """Return rows of daily peaks with `lead_days` and the hour that most likely is the highest.

    `peak_hour` is in Paris time with its offset, `peak_hour_start` the same in UTC. The hour is missing where the
    issue has no hours of that day.
    """
    days = table["delivery_day"]
    made = table.assign(
        lead_days=pd.Series(
            [lead_of(day, at.to_pydatetime()) for day, at in zip(days, table["issued_at"], strict=True)],
            index=table.index,
            dtype="int64",
        )
    )
    keys = ["delivery_day", *_ISSUE]
    first, last = (days.iloc[0], days.iloc[-1]) if len(days) else (FIRST_DAY, FIRST_DAY)
    found = most_likely_peak_hours(connection, first, last).rename(
        columns={"hour_start": "peak_hour_start", "peak_probability": "peak_hour_probability"}
    )
    made = made.merge(found, on=keys, how="left")
    paris = made["peak_hour_start"].dt.tz_convert(PARIS)
    made["peak_hour"] = [None if pd.isna(each) else each.isoformat() for each in paris]
    return made
