"""The order of day and month in the dates of a file: one for the whole file, and proved by the file.

Here: the proof, and the reading of one date by it. Not here: times of day.

2024-06-03 needs no proof. 12/10/2024 is the 12th of October in France and the 10th of December where Excel was
set to American English. A number above 12 proves which; if there is none, that the file's days follow one
another does. A file that proves neither, or both, is not read: half of it would land in other months.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import date

from elec_pipeline.errors import ImportFormatError

_MIDNIGHT = r"(?:[T ]0?0:00(?::00)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_MIDNIGHT}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_MIDNIGHT}")
_MOST_MONTHS = 12
_ADVICE = "Save the file with dates as 2024-06-03 (year-month-day), then import it again."


class DateOrder(enum.Enum):
    """Where the day stands in a file's dates."""

    YEAR_FIRST = "year, month, day"
    DAY_FIRST = "day, month, year"
    MONTH_FIRST = "month, day, year"


def read_date(text: str, order: DateOrder) -> date:
    """Return a date.

    Raises:
        ValueError: It is none in this order.

    Example:
        >>> str(read_date("12/10/2024", DateOrder.MONTH_FIRST)), str(read_date("3.6.2012", DateOrder.DAY_FIRST))
        ('2024-12-10', '2012-06-03')
    """
    match = (_YEAR_FIRST if order is DateOrder.YEAR_FIRST else _YEAR_LAST).fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no date")
    try:
        one, two, three = (int(part) for part in match.groups())
        if order is DateOrder.YEAR_FIRST:
            return date(one, two, three)
        return date(three, two, one) if order is DateOrder.DAY_FIRST else date(three, one, two)
    except ValueError:
        raise ValueError(f"{text!r} is no date") from None


def prove_order(name: str, texts: Mapping[str, int]) -> DateOrder:
    """Return the order of a file's dates.

    Args:
        name: Of the file, for the message.
        texts: Every date of the file as it stands there, and the first line that has it.

    Raises:
        ImportFormatError: The file proves no order, or several.

    Example:
        >>> prove_order("file", {"12/10/2024": 2, "12/11/2024": 98, "12/13/2024": 194})
        <DateOrder.MONTH_FIRST: 'month, day, year'>
        >>> prove_order("file", {"30/06/2024": 2, "01/07/2024": 98})
        <DateOrder.DAY_FIRST: 'day, month, year'>
        >>> prove_order("file", {"01/06/2024": 2, "02/06/2024": 98})
        <DateOrder.DAY_FIRST: 'day, month, year'>
    """
    evidence: dict[DateOrder, str] = {}
    doubtful: list[str] = []
    for text in texts:
        if _YEAR_FIRST.fullmatch(text):
            evidence.setdefault(DateOrder.YEAR_FIRST, text)
        elif _YEAR_LAST.fullmatch(text):
            possible = [order for order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST) if _is_date(text, order)]
            if len(possible) == 1:
                evidence.setdefault(possible[0], text)
            elif possible:
                doubtful.append(text)
    if len(evidence) > 1 or (doubtful and DateOrder.YEAR_FIRST in evidence):
        shown = [*evidence.items(), *((None, text) for text in doubtful[:1] if len(evidence) == 1)]
        seen = ", ".join(
            f"{text} (line {texts[text]}" + (f": {order.value})" if order else ")") for order, text in shown
        )
        raise ImportFormatError(f"{name} writes its dates in several ways: {seen}. {_ADVICE}")
    if evidence:
        return next(iter(evidence))
    return _by_sequence(name, doubtful) if doubtful else DateOrder.YEAR_FIRST


def _by_sequence(name: str, doubtful: list[str]) -> DateOrder:
    """Return the order in which days follow one another."""
    orders = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)
    read = {order: {read_date(text, order) for text in doubtful} for order in orders}
    if read[orders[0]] == read[orders[1]] and len(doubtful) == 1:
        return orders[0]  # such as 06/06/2024
    consecutive = [
        order
        for order in orders
        if any(day.toordinal() + 1 in {d.toordinal() for d in read[order]} for day in read[order])
    ]
    if len(consecutive) == 1:
        return consecutive[0]
    raise ImportFormatError(
        f"{name}: nothing in it tells whether {doubtful[0]} is day/month/year or month/day/year. {_ADVICE}"
    )


def _is_date(text: str, order: DateOrder) -> bool:
    try:
        read_date(text, order)
    except ValueError:
        return False
    return True
