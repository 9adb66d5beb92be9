"""The period shown: what stands in the address, and which days that means.

Here: pure arithmetic on days. Not here: the address itself (`address`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from elec_pipeline.domain.delivery_day import FIRST_DAY

PRESETS = {"2d": 2, "7d": 7, "30d": 30, "90d": 90}
"""Days back from the last one."""
DEFAULT = "2d"
HOURLY_DAYS = 60
"""Longer periods are shown as daily means: of more the lines of hours run into one another."""


@dataclass(frozen=True)
class Span:
    """Delivery days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def n_days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def is_hourly(self) -> bool:
        """Whether it is short enough to be shown hour by hour."""
        return self.n_days <= HOURLY_DAYS


def written(first: date, last: date) -> str:
    """Return how a free period stands in the address.

    Example:
        >>> written(date(2025, 1, 1), date(2025, 2, 1))
        '2025-01-01..2025-02-01'
    """
    return f"{first.isoformat()}..{last.isoformat()}"


def free(text: str) -> Span | None:
    """Return the free period that a text of the address names; None where it names none.

    Example:
        >>> free("2025-01-01..2025-02-01")
        Span(first=datetime.date(2025, 1, 1), last=datetime.date(2025, 2, 1))
        >>> free("30d"), free("2025-02-01..2025-01-01"), free("2025-02-30..x")
        (None, None, None)
    """
    begin, dots, end = text.partition("..")
    if not dots:
        return None
    first, last = a_day(begin), a_day(end)
    return None if first is None or last is None or last < first else Span(first, last)


def a_day(text: str) -> date | None:
    """Return the day that a text names; None where it names none, or one before RTE's first or beyond 2100.

    Example:
        >>> a_day("2025-03-30"), a_day("2025-02-30"), a_day("0001-01-01")
        (datetime.date(2025, 3, 30), None, None)
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day < date(2100, 1, 1) else None


def is_range(text: str) -> bool:
    """Tell whether a text of the address names a period."""
    return text in PRESETS or free(text) is not None


def span(text: str, last: date) -> Span:
    """Return the days that a text of the address means.

    Args:
        text: A preset or a free period; anything else is the default.
        last: Last day of the presets.

    Example:
        >>> span("7d", date(2025, 3, 31))
        Span(first=datetime.date(2025, 3, 25), last=datetime.date(2025, 3, 31))
    """
    chosen = free(text)
    if chosen is not None:
        return chosen
    n_days = PRESETS.get(text, PRESETS[DEFAULT])
    return Span(max(FIRST_DAY, last - timedelta(days=n_days - 1)), last)
