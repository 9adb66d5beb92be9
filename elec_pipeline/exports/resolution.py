"""How long the interval of a row is, and what depends on it. Pure.

Here: names, columns and how many days a file may hold. Not here: the rows (`table`).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from elec_pipeline.domain.delivery_day import HOUR, QUARTER


class Resolution(StrEnum):
    """The interval of a row, as an address says it."""

    HOUR = "1h"
    QUARTER = "15min"

    @property
    def step(self) -> timedelta:
        """From one row to the next."""
        return QUARTER if self is Resolution.QUARTER else HOUR

    @property
    def number_name(self) -> str:
        """The column that counts the rows of a day."""
        return "quarter_number" if self is Resolution.QUARTER else "hour_number"

    @property
    def most_days(self) -> int:
        """Of a file: a workbook of so many rows takes some seconds."""
        return 92 if self is Resolution.QUARTER else 366
