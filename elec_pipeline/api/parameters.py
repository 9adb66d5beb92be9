"""Query parameters: which there are, and the range of time they mean.

Here: their types, rules and refusals. Not here: what is read for them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from elec_pipeline.api.errors import invalid, unknown
from elec_pipeline.api.instants import ALLOWED, PATTERN, parse_instant
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.timetable import EVENING_ISSUE, MORNING_ISSUE, written
from elec_pipeline.store.tables import ZONE

DEFAULT_DAYS = 90
DAYS = r"^([1-9]\d{0,3}d?)?$"
AHEAD = timedelta(days=4)
"""How far beyond now a range without an end reaches: past every forecast there is."""
LONGEST = timedelta(days=3653)
ZONES = (ZONE,)
ISSUES = tuple(issue.value for issue in Issue)


def _checked_instant(text: str) -> str:
    if not text:  # a form's empty field
        return text
    try:
        parse_instant(text)
    except ValueError:
        raise PydanticCustomError("instant", ALLOWED) from None
    return text


def _checked_days(text: str) -> str:
    if not re.fullmatch(DAYS, text, re.ASCII):
        raise PydanticCustomError("days", "must be a number of days, such as 7d, 30d or 90d.")
    return text


Instant = Annotated[str, AfterValidator(_checked_instant)]
Days = Annotated[str, AfterValidator(_checked_days)]


class RangeQuery(BaseModel):
    """The range of time, and the zone. What it does not know, such as a number against caches, it ignores."""

    range: Days | None = Field(
        default=None,
        description="So many days up to now, such as 7d, 30d or 90d, and whatever is forecast beyond; with `end` "
        f"the days before it. {DEFAULT_DAYS}d where neither it nor `start` is given, or it is empty.",
        examples=["7d"],
        json_schema_extra={"pattern": DAYS},
    )
    start: Instant | None = Field(
        default=None,
        description="First instant, instead of `range`: ISO 8601; a naive time is Paris time, a date midnight.",
        examples=["2025-03-30"],
        json_schema_extra={"pattern": PATTERN},
    )
    end: Instant | None = Field(
        default=None,
        description="End, exclusive, at most ten years after `start`; everything there is if not given.",
        examples=["2025-03-31"],
        json_schema_extra={"pattern": PATTERN},
    )
    zone: str = Field(default=ZONE, description="Bidding zone.", json_schema_extra={"enum": list(ZONES)})


class IssueQuery(BaseModel):
    """Which issue of our forecast, and the zone."""

    zone: str = Field(default=ZONE, description="Bidding zone.", json_schema_extra={"enum": list(ZONES)})
    issue: str | None = Field(
        default=None,
        description=f"Our forecast as issued in the morning ({written(MORNING_ISSUE)} Paris time the day before) "
        f"or in the evening ({written(EVENING_ISSUE)}); the newest of each hour if not given.",
        json_schema_extra={"anyOf": [{"type": "string", "enum": list(ISSUES)}, {"type": "null"}]},
    )


class SeriesQuery(RangeQuery, IssueQuery):
    """The range, and which issue of our forecast."""


@dataclass(frozen=True)
class Window:
    """What is asked for, resolved.

    Attributes:
        start: First instant, UTC.
        end: End, exclusive, UTC.
        issue: The issue named, if any.
    """

    start: datetime
    end: datetime
    issue: Issue | None


async def each_once(request: Request) -> None:
    """Refuse a query that gives a parameter twice: which of them is meant nobody can tell.

    Raises:
        RequestValidationError: It does.
    """
    counts = Counter(name for name, _ in request.query_params.multi_items())
    problems = [
        {"loc": ("query", name), "msg": f"is given {count} times: allowed is once.", "type": "repeated"}
        for name, count in counts.items()
        if count > 1
    ]
    if problems:
        raise RequestValidationError(problems)


def window(query: RangeQuery, now: datetime) -> Window:
    """Return the range of time that a query means.

    Raises:
        RequestValidationError: The fields contradict each other, or the range is too long.
        HTTPException: 404, the zone or the issue does not exist.
    """
    issue = issue_of(query)
    start, end = _range(query, now)
    return Window(start, end, issue)


def issue_of(query: RangeQuery | IssueQuery) -> Issue | None:
    """Return the issue that a query names, if any.

    Raises:
        HTTPException: 404, the zone or the issue does not exist.
    """
    if query.zone not in ZONES:
        raise unknown("zone", query.zone, ZONES)
    issue = query.issue if isinstance(query, IssueQuery) else None
    if issue is not None and issue not in ISSUES:
        raise unknown("issue", issue, ISSUES)
    return None if issue is None else Issue(issue)


def _range(query: RangeQuery, now: datetime) -> tuple[datetime, datetime]:
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    length = timedelta(days=int((query.range or f"{DEFAULT_DAYS}d").removesuffix("d")))
    if query.start and query.range:
        raise invalid("range", "must not be given together with `start`: allowed is one or the other.")
    if query.start:
        start = parse_instant(query.start)
        end = parse_instant(query.end) if query.end else max(hour, start) + AHEAD
    elif query.end:
        end = parse_instant(query.end)
        start = end - length
    else:
        start, end = hour - length, hour + AHEAD
    if end <= start:
        raise invalid("end", "must be later than `start`; it is exclusive: of a day, the next day's date.")
    if end - start > LONGEST:
        given = "end" if query.start and query.end else "start" if query.start else "range"
        raise invalid(given, "must not make a range of more than ten years.")
    return start, end
