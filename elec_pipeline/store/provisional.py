"""The quality of actual values, as SQL. The rule itself is in `domain.provenance`."""

from __future__ import annotations

from elec_pipeline.domain.provenance import DEFINITIVE_SUFFIX, IMPORT_PREFIX, REAL_TIME_SUFFIX, Quality


def quality(column: str) -> str:
    """Return the SQL expression of the quality of the source that a column names: a number, see `Quality`.

    Args:
        column: Name of the column, ours and never a user's.
    """
    # As functions, not LIKE: a percent sign would be taken for a parameter by the driver.
    return (
        f"(CASE WHEN left({column}, {len(IMPORT_PREFIX)}) = '{IMPORT_PREFIX}' THEN {Quality.IMPORTED:d}"
        f" WHEN right({column}, {len(REAL_TIME_SUFFIX)}) = '{REAL_TIME_SUFFIX}' THEN {Quality.REAL_TIME:d}"
        f" WHEN right({column}, {len(DEFINITIVE_SUFFIX)}) = '{DEFINITIVE_SUFFIX}' THEN {Quality.DEFINITIVE:d}"
        f" ELSE {Quality.CONSOLIDATED:d} END)"
    )


def provisional(column: str) -> str:
    """Return the SQL condition that a column of sources names a provisional one.

    Args:
        column: Name of the column, ours and never a user's.
    """
    return f"({quality(column)} < {Quality.CONSOLIDATED:d})"
