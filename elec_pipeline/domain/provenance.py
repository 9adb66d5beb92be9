"""Where values come from, and which of two for the same time stands: the one of better quality.

Here: the one order of qualities, by the name of a source. Not here: the same order as SQL (`store.provisional`).

Definitive values stand above consolidated ones, these above real-time ones, these above imported ones. RTE's
API and every source without a word of its own in its name rank as consolidated. A real-time value is as RTE
first measured it; a value taken over from an older database, or from a file that does not say, is of unknown
care. A value of lower quality never replaces one of higher quality, whichever came first; of equal quality the
later one does.
"""

from __future__ import annotations

import enum

DEFINITIVE_SUFFIX = "-definitive"
CONSOLIDATED_SUFFIX = "-consolidated"
REAL_TIME_SUFFIX = "-realtime"
IMPORT_PREFIX = "import:"


class Quality(enum.IntEnum):
    """How far a value is to be trusted; a higher one replaces a lower one."""

    IMPORTED = 0
    REAL_TIME = 1
    CONSOLIDATED = 2
    DEFINITIVE = 3


def quality(source: str) -> Quality:
    """Return the quality of values of a source.

    Example:
        >>> [quality(name).name for name in ("import:x-definitive", "odre-realtime", "rte", "eco2mix-definitive")]
        ['IMPORTED', 'REAL_TIME', 'CONSOLIDATED', 'DEFINITIVE']
    """
    if source.startswith(IMPORT_PREFIX):
        return Quality.IMPORTED
    if source.endswith(REAL_TIME_SUFFIX):
        return Quality.REAL_TIME
    return Quality.DEFINITIVE if source.endswith(DEFINITIVE_SUFFIX) else Quality.CONSOLIDATED


def is_provisional(source: str) -> bool:
    """Tell whether values of a source are to be read again from a better one.

    Example:
        >>> [is_provisional(name) for name in ("odre-realtime", "import:rte", "odre-consolidated", "rte")]
        [True, True, False, False]
    """
    return quality(source) < Quality.CONSOLIDATED
