"""The time axis of a chart: instants that run evenly, labelled with Paris time.

Here: positions, ticks, hover labels. Not here: traces.

Plotly knows no time zones. Drawn at Paris wall-clock time, a day of 25 hours would run back on itself and one
of 23 would have a hole; so points stand at UTC, without the zone, and the labels are made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.language import Language, clock, month_name, short_day
from elec_pipeline.domain.delivery_day import PARIS, day_start, days, to_utc

_EVERY_HOURS = {1: 3, 2: 6, 3: 12}
"""Up to so many days, a tick every so many hours."""
_DAILY, _WEEKLY, _MONTHLY, _QUARTERLY = 11, 100, 430, 1500
"""Up to so many days, ticks at days, weeks, months, quarters; beyond, at years."""
_PHONE_TICKS = 8


@dataclass(frozen=True)
class Ticks:
    """Where ticks stand (UTC without zone) and what they say."""

    positions: list[datetime]
    text: list[str]


def positions(instants: pd.DatetimeIndex) -> npt.NDArray[np.datetime64]:
    """Return where instants stand on the axis: UTC, without the zone.

    Example:
        >>> from elec_pipeline.domain.delivery_day import hours
        >>> x = positions(hours(date(2025, 10, 26)))
        >>> len(x), set(np.diff(x).astype("timedelta64[m]").astype(int).tolist())
        (25, {60})
    """
    naive: npt.NDArray[np.datetime64] = instants.tz_convert("UTC").tz_localize(None).to_numpy()
    return naive


def position(moment: datetime) -> datetime:
    """Return where one instant stands on the axis."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def labels(instants: pd.DatetimeIndex, language: Language) -> list[str]:
    """Return the hover label of each instant: Paris day, time, and offset."""
    paris = instants.tz_convert(PARIS)
    dates = {day: short_day(day, language) for day in set(paris.date)}  # once a day, not once an hour
    return [f"{dates[day]} {clock(each)}" for day, each in zip(paris.date, paris.to_pydatetime(), strict=True)]


def ticks(first: date, last: date, language: Language) -> Ticks:
    """Return ticks for a range of days, both ends included.

    Example:
        >>> ticks(date(2025, 10, 26), date(2025, 10, 26), Language.ENGLISH).text
        ['00:00', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00']
    """
    n_days = (last - first).days + 1
    every = next((hours for most, hours in _EVERY_HOURS.items() if n_days <= most), None)
    if every is not None:
        return _hourly(first, last, every, language)
    if n_days <= _DAILY:
        chosen = days(first, last)
    elif n_days <= _WEEKLY:
        weeks = 1 + n_days // (7 * _PHONE_TICKS)
        mondays = [day for day in days(first, last) if day.weekday() == 0]
        chosen = mondays[::weeks]
    else:
        step = 1 if n_days <= _MONTHLY else 3 if n_days <= _QUARTERLY else 12
        chosen = [day for day in days(first, last) if day.day == 1 and (day.month - 1) % step == 0]
        return Ticks(
            [position(day_start(day)) for day in chosen],
            [
                str(day.year) if step == 12 else _month(day, language)  # noqa: PLR2004 - a year of months
                for day in chosen
            ],
        )
    with_weekday = n_days <= _DAILY
    return Ticks(
        [position(day_start(day)) for day in chosen],
        [short_day(day, language, weekday=with_weekday).replace(" ", "<br>", int(with_weekday)) for day in chosen],
    )


def _hourly(first: date, last: date, every: int, language: Language) -> Ticks:
    at, text = [], []
    for day in days(first, last):
        for hour in range(0, 24, every):
            at.append(position(to_utc(day, time(hour))))
            is_dated = hour == 0 and first != last
            # The day on a line of its own: on a phone it would run into the hours beside it.
            text.append(f"{hour:02d}:00" + (f"<br>{short_day(day, language)}" if is_dated else ""))
    return Ticks(at, text)


def _month(day: date, language: Language) -> str:
    name = month_name(day.month, language)
    return f"{name}<br>{day.year}" if day.month == 1 else name


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return where the axis begins and ends for a range of days."""
    return position(day_start(first)), position(day_start(last + timedelta(days=1)))
