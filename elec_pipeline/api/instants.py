"""ISO 8601 in and out: what callers write as a time, and how times are written to them. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS

PATTERN = (
    r"^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?([Zz]|[+\- ](0\d|1[0-4]):?[0-5]\d)?)?$"
)
"""Years 2000 to 2099: there are no values outside, and arithmetic at the ends of the calendar overflows."""
_SHAPE = re.compile(PATTERN, re.ASCII)
_UNESCAPED_PLUS = re.compile(r"(:\d{2}(?:\.\d+)?) (\d{2}:?\d{2})$")
ALLOWED: Final = (
    "must be ISO 8601 of the years 2000 to 2099, such as 2025-03-30, 2025-03-30T18:00 (Paris time) or "
    "2025-03-30T16:00:00Z"
)


def parse_instant(text: str) -> datetime:
    """Return the UTC instant of an ISO 8601 text; a naive one is Paris time, a date the midnight it begins with.

    A wall-clock time that a clock change makes twice is its first occurrence; one that it takes away is the
    instant at which that time would have come. An unescaped plus sign, which a query turns into a blank, is
    understood.

    Raises:
        ValueError: It is none, or not of this century.

    Example:
        >>> parse_instant("2025-03-30").isoformat(), parse_instant("2025-03-30T18:00").isoformat()
        ('2025-03-29T23:00:00+00:00', '2025-03-30T16:00:00+00:00')
        >>> parse_instant("2025-10-26T02:30").isoformat(), parse_instant("2025-10-26T02:30:00 01:00").isoformat()
        ('2025-10-26T00:30:00+00:00', '2025-10-26T01:30:00+00:00')
    """
    if not _SHAPE.match(text):
        raise ValueError(ALLOWED)
    try:
        moment = datetime.fromisoformat(_UNESCAPED_PLUS.sub(r"\1+\2", text))
    except ValueError:  # such as the 30th of February
        raise ValueError(ALLOWED) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=PARIS)
    return moment.astimezone(UTC)


def written(moment: datetime) -> str:
    """Return an instant as it is written to callers.

    Example:
        >>> written(datetime(2025, 3, 30, 2, tzinfo=PARIS))
        '2025-03-30T01:00:00Z'
    """
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def all_written(moments: pd.Series) -> list[str | None]:
    """Return instants of a UTC column as they are written to callers; None where there is none.

    Example:
        >>> all_written(pd.Series(pd.to_datetime(["2025-03-30T01:00Z", None])))
        ['2025-03-30T01:00:00Z', None]
    """
    values = moments.dt.tz_localize(None).to_numpy()
    whole = values.astype("datetime64[s]")
    is_whole = bool((whole == values)[~np.isnat(values)].all())
    texts = np.datetime_as_string(whole if is_whole else values.astype("datetime64[us]"))
    return [None if text == "NaT" else f"{text}Z" for text in texts.tolist()]
