"""Which actual values are provisional: they fill what is missing and yield to every other.

Here: the one rule, as names and as SQL. A real-time value of the open data is as RTE first measured it; a
value taken over from an older database is of unknown care. Neither may replace one of RTE's API or a
consolidated one, whichever came first.
"""

from __future__ import annotations

REAL_TIME_SUFFIX = "-realtime"
IMPORT_PREFIX = "import:"


def is_provisional(source: str) -> bool:
    """Tell whether values of a source yield to others.

    Example:
        >>> [is_provisional(name) for name in ("odre-realtime", "import:rte", "odre-consolidated", "rte")]
        [True, True, False, False]
    """
    return source.endswith(REAL_TIME_SUFFIX) or source.startswith(IMPORT_PREFIX)


def provisional(column: str) -> str:
    """Return the SQL condition that a column of sources names a provisional one.

    Args:
        column: Name of the column, ours and never a user's.
    """
    # As functions, not LIKE: a percent sign would be taken for a parameter by the driver.
    return (
        f"(right({column}, {len(REAL_TIME_SUFFIX)}) = '{REAL_TIME_SUFFIX}'"
        f" OR left({column}, {len(IMPORT_PREFIX)}) = '{IMPORT_PREFIX}')"
    )
