"""Numbers and moments as sources write them in JSON.

Here: what one value of a reply means, whatever its JSON type is. Not here: the shape of a reply (the readers of
each source), and what is beyond belief (`domain.plausibility`).
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from elec_pipeline.errors import SourceReplyError
from elec_pipeline.sources.http import opening

FIRST_YEAR, LAST_YEAR = 1990, 2099
"""Of moments that can be meant; the others are slips of a source, or overflow further on."""
_ABSENT = frozenset({"", "-", "ND", "NA", "N/A", "NAN", "NULL", "NONE"})
"""Words by which sources say that they have no number, upper case."""
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_QUARTER_MINUTES = 15


def number_of(value: object) -> float | None:
    """Return a finite number, NaN where the source says that it has none, None where this is no number at all.

    Example:
        >>> [number_of(value) for value in (50000, "50000.5", None, "ND", True, "many", float("inf"), 10**400)]
        [50000.0, 50000.5, nan, nan, None, None, None, None]
    """
    if value is None or (isinstance(value, str) and value.strip().upper() in _ABSENT):
        return math.nan
    is_text = isinstance(value, str) and _NUMBER.fullmatch(value.strip()) is not None
    if isinstance(value, bool) or not (is_text or isinstance(value, (int, float))):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # a text of digits, or a number
    except OverflowError:
        return None
    return None if math.isinf(number) else number


def moment_of(value: object) -> datetime | None:
    """Return a moment in UTC; None where it cannot be read, has no offset, or is of another century.

    Example:
        >>> moment_of("2025-06-03T00:00:00+02:00")
        datetime.datetime(2025, 6, 2, 22, 0, tzinfo=datetime.timezone.utc)
        >>> [moment_of(value) for value in ("2025-06-03T00:00:00", "0001-01-01T00:00+14:00", "soon", 7, None)]
        [None, None, None, None, None]
    """
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of February; before the year 1
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def quarter_of(value: object) -> datetime | None:
    """Return the beginning of a quarter-hour in UTC; None where it is no moment, or not on the quarter.

    Example:
        >>> quarter_of("2025-06-03T00:07:00+02:00") is None
        True
    """
    moment = moment_of(value)
    if moment is None or moment.minute % _QUARTER_MINUTES or moment.second or moment.microsecond:
        return None
    return moment


def malformed(whose: str, why: str, body: bytes) -> SourceReplyError:
    """Return the error for a reply that is not what the source's protocol says.

    Args:
        whose: Such as "RTE's".
        why: What is wrong with it, in words of ours.
        body: The reply as it came.
    """
    return SourceReplyError(f"{whose} reply is not the expected JSON ({why}); it starts with {opening(body)}.")
