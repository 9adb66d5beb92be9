"""Reads the requests of RTE's Consumption API the way RTE does, with its quirks.

Here: types, days, and what RTE refuses. Not here: the reply (`protocol`), HTTP (`app`).

Of RTE's error codes only F03 (window too long) and F07 (bad type) are known from measurements. The others
here, F01, F02 and F05, are made up, and a client must not rely on them. `weekly_forecasts` is taken to read its
days as `short_term` does; without any it answers for those that it forecasts today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from elec_pipeline.domain.delivery_day import delivery_day, to_utc
from elec_pipeline.domain.rte_weekly import days_ahead
from elec_pipeline.simulator.curves import SHORT_TERM, LoadType

MAX_DAYS = 186
_CODE = "CONSUMPTION_SHORTTERM_"
"""Before each code; that of `weekly_forecasts` is not known."""
_ONE_DAY = timedelta(days=1)


class BadRequestError(ValueError):
    """A request that RTE answers with 400.

    Attributes:
        code: RTE's code, the `error` of the reply.
    """

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = _CODE + code


@dataclass(frozen=True)
class Days:
    """The Paris days that are to be served, `end` exclusive.

    `end` may equal `first`, or lie before it: then every day was dropped.
    """

    first: date
    end: date


@dataclass(frozen=True)
class ShortTermRequest(Days):
    """What is to be served: types in the order asked for, and Paris days."""

    types: tuple[LoadType, ...]


def read_request(query: Mapping[str, str], now: datetime) -> ShortTermRequest:
    """Validate the parameters of a request.

    Args:
        query: `type`, `start_date`, `end_date`, each optional.
        now: The present moment, zone-aware: without dates, the request is for today in Paris.

    Returns:
        The request.

    Raises:
        BadRequestError: RTE would answer 400.

    Example:
        >>> query = {"start_date": "2025-07-01T00:00:00+01:00", "end_date": "2025-07-03T00:00:00+02:00"}
        >>> read_request(query, datetime.fromisoformat("2025-08-01T00:00Z")).first.isoformat()
        '2025-07-02'
    """
    types = _types(query.get("type", ""))
    today = delivery_day(now)
    days = _days(query) or Days(today, today + _ONE_DAY)
    return ShortTermRequest(days.first, days.end, types)


def read_weekly_request(query: Mapping[str, str], now: datetime) -> Days:
    """Validate the parameters of a request of `weekly_forecasts`.

    Args:
        query: `start_date`, `end_date`, both or neither.
        now: The present moment, zone-aware: without dates, the request is for D+3 to D+9.

    Raises:
        BadRequestError: RTE would answer 400.
    """
    first, last = days_ahead(now)
    return _days(query) or Days(first, last + _ONE_DAY)


def _days(query: Mapping[str, str]) -> Days | None:
    """Return the days asked for; None where no date is given."""
    start_text, end_text = query.get("start_date", ""), query.get("end_date", "")
    if not start_text and not end_text:
        return None
    if not start_text or not end_text:
        raise BadRequestError("F01", "start_date and end_date must be given together, or neither of them.")
    start, end = _bound("start_date", start_text), _bound("end_date", end_text)
    asked_for = (end.date() - start.date()).days
    if asked_for < 1:
        raise BadRequestError("F05", "end_date must be at least one day after start_date.")
    if asked_for > MAX_DAYS:
        raise BadRequestError("F03", f"The period asked for is longer than {MAX_DAYS} days.")
    first = start.date() + (timedelta(0) if _offset_is_right(start) else _ONE_DAY)
    last = end.date() - (timedelta(0) if _offset_is_right(end) else _ONE_DAY)
    return Days(first, last)


def _types(text: str) -> tuple[LoadType, ...]:
    if not text:
        return SHORT_TERM
    names = dict.fromkeys(name.strip() for name in text.split(","))
    if not set(names) <= set(SHORT_TERM):
        raise BadRequestError("F07", f"The value of type is not allowed; allowed are {', '.join(SHORT_TERM)}.")
    return tuple(LoadType(name) for name in names)


def _bound(name: str, text: str) -> datetime:
    try:
        bound = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequestError("F02", f"{name} is not an ISO 8601 date with an offset.") from error
    if bound.tzinfo is None or bound.time() != time(0):
        raise BadRequestError("F02", f"{name} must be a midnight with an offset: only whole days are served.")
    return bound


def _offset_is_right(bound: datetime) -> bool:
    """Tell whether a midnight carries the offset that Paris has at that midnight.

    Where it does not, RTE answers 200 and leaves out the day next to that bound without a word.
    """
    return bound == to_utc(bound.date(), time(0))
