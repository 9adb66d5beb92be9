"""Where values come from, and which of them are provisional: these fill what is missing and yield to every other.

Here: the one rule, by the name of a source. Not here: the same rule as SQL (`store.provisional`). A real-time
value of the open data is as RTE first measured it; a value taken over from an older database is of unknown care.
Neither may replace one of RTE's API or a consolidated one, whichever came first.
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
