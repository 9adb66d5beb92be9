"""The route /v1/summary: what the first screen of the dashboard says of a delivery day, as JSON.

Here: the parameters, and the figures as callers get them. Not here: how they are made (`domain.first_screen`).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from elec_pipeline.api import schemas
from elec_pipeline.api.answers import Made
from elec_pipeline.api.encoding import to_json
from elec_pipeline.api.errors import REFUSALS
from elec_pipeline.api.instants import written
from elec_pipeline.api.parameters import IssueQuery, issue_of
from elec_pipeline.api.service import Served
from elec_pipeline.domain.day_summary import MW_A_GW, DaySummary, Gap, Peak, Ramp, interval_name
from elec_pipeline.domain.delivery_day import WEEK, Issue, delivery_day
from elec_pipeline.domain.first_screen import Before, FirstScreen, first_screen
from elec_pipeline.store.queries import day_ahead, side_by_side

router = APIRouter(prefix="/v1", tags=["series"])
DAY = r"^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
_RTE = {"rte_d1": "D-1", "rte_d2": "D-2"}


def _checked_day(text: str) -> str:
    try:
        if re.fullmatch(DAY, text, re.ASCII):
            date.fromisoformat(text)
            return text
    except ValueError:  # such as the 30th of February
        pass
    raise PydanticCustomError("day", "must be a day of the years 2000 to 2099, such as 2025-03-30.")


class SummaryQuery(IssueQuery):
    """The delivery day and the issue; a parameter that there is not is refused, for it is a mistake."""

    model_config = ConfigDict(extra="forbid")

    day: Annotated[str, AfterValidator(_checked_day)] | None = Field(
        default=None,
        description="Delivery day; tomorrow if not given, or the newest day with a forecast where that has none.",
        examples=["2025-03-30"],
        json_schema_extra={"anyOf": [{"type": "string", "pattern": DAY}, {"type": "null"}]},
    )


@router.get("/summary", response_model=schemas.DaySummary, responses=REFUSALS)
async def summary(request: Request, served: Served, asked: Annotated[SummaryQuery, Query()]) -> Response:
    """What the dashboard's first screen says of a delivery day: peaks, ramp, energy, gap to RTE's, changes.

    A figure is null where nothing is known that it could be made of. RTE's is its newest forecast, revisions
    included: its D-1, or its D-2 where no D-1 is out. Earlier days count by their actual where it is complete,
    else by our forecast.
    """
    issue = issue_of(asked)
    now = served.now()

    def make(connection: Connection) -> Made:
        day = _day(connection, asked.day, now)
        week = side_by_side(connection, day - timedelta(days=WEEK), day, issue)
        return Made(to_json(_figures(day, issue, first_screen(day, week))))

    key = (request.url.path, asked.day or delivery_day(now), issue)
    return await served.answers.give(request, key, make)


def _day(connection: Connection, asked: str | None, now: datetime) -> date:
    if asked is not None:
        return date.fromisoformat(asked)
    return day_ahead(connection, now) or delivery_day(now) + timedelta(days=1)


def _figures(day: date, issue: Issue | None, screen: FirstScreen) -> dict[str, Any]:
    return {
        "day": day.isoformat(),
        "issue": issue,
        "issued_at": None if screen.issued_at is None else written(screen.issued_at),
        "hours_due": screen.hours_due,
        **_of_forecast(screen.summary, screen.rte_mw),
        "gap_to_rte": _gap(screen.gap, screen.rte_kind),
        "changes": [_change(each) for each in screen.changes if each.change is not None],
    }


def _of_forecast(summary: DaySummary | None, rte_mw: pd.Series) -> dict[str, Any]:
    if summary is None:
        names = ("peak", "morning_peak", "evening_peak", "ramp", "energy_gwh", "mean_mw")
        return {"hours": 0, **dict.fromkeys(names)}
    return {
        "hours": summary.hours,
        "peak": _peak(summary.peak, rte_mw),
        "morning_peak": _peak(summary.morning, rte_mw),
        "evening_peak": _peak(summary.evening, rte_mw),
        "ramp": _ramp(summary.ramp),
        "energy_gwh": summary.energy_gwh,
        "mean_mw": MW_A_GW * summary.energy_gwh / summary.hours,
    }


def _hour(start: datetime) -> dict[str, Any]:
    return {"hour_start": written(start), "paris_hour": interval_name(start)}


def _peak(peak: Peak | None, rte_mw: pd.Series) -> dict[str, Any] | None:
    if peak is None:
        return None
    return {
        **_hour(peak.hour),
        "load_mw": peak.load_mw,
        "q10": peak.low_mw,
        "q90": peak.high_mw,
        "rte_mw": float(rte_mw[peak.hour]),
    }


def _ramp(ramp: Ramp | None) -> dict[str, Any] | None:
    return None if ramp is None else {**_hour(ramp.hour), "change_mw": ramp.change_mw}


def _gap(gap: Gap | None, kind: str | None) -> dict[str, Any] | None:
    if gap is None or kind is None:
        return None
    return {
        "forecast_type": _RTE[kind],
        **_hour(gap.hour),
        "difference_mw": gap.difference_mw,
        "first_hour_start": written(gap.first),
        "last_hour_start": written(gap.last),
        "paris_hours": interval_name(gap.first, gap.last),
        "hours": gap.hours,
        "hours_outside_80": gap.hours_outside,
    }


def _change(before: Before) -> dict[str, Any]:
    assert before.change is not None  # noqa: S101 - for the type checker
    return {
        "day": before.day.isoformat(),
        "days_before": before.n_days,
        "mean_mw": before.change.mean_mw,
        "peak_mw": before.change.peak_mw,
        "hours": before.change.hours,
    }
