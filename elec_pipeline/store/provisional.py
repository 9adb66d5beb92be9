"""The rule of which actual values are provisional, as SQL. The rule itself is in `domain.provenance`."""

from __future__ import annotations

from elec_pipeline.domain.provenance import IMPORT_PREFIX, REAL_TIME_SUFFIX


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
