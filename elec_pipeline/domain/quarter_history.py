"""Quarter-hours of past days as an issue knew them. Pure.

Here: which quarters and days are known at an instant, and as which values. Not here: the hours of the two
named issues (`history`), and what is made of the quarters (`forecasting.quarter_hours`, `forecasting.intraday`).

The rules are those of hours: a quarter is known an hour after its hour ends; one that was revised later is taken
in its former value, one that had been missing stays missing; one that cannot be true is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, QUARTER, day_end, day_start, delivery_day
from elec_pipeline.domain.information_set import first_unknown_hour
from elec_pipeline.domain.instants import Instants, Positions, instant, instants
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.plausibility import LIMITS, LOAD, beyond
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE

QUARTER64 = np.timedelta64(QUARTER)
_MINUTES = 15


@dataclass(frozen=True)
class QuarterHistory:
    """Actual quarter-hours of a span, with all that is needed to cut them at any issue time.

    Build it with `quarter_history`. Positions count quarter-hours from `start`.
    """

    start: datetime
    load_mw: Floats
    former_position: Positions
    former_mw: Floats
    former_until: Instants

    def days_known_at(self, issued: datetime, n_days: int) -> dict[date, Floats]:
        """Return the last days of which every quarter-hour was known at an instant.

        Args:
            issued: When the forecast is issued.
            n_days: Only so many days before the first that is not over are looked at.

        Returns:
            By day, from the newest to the oldest, MW, shape (23, 24 or 25, 4): hours of the day, quarters of the
            hour. A day with a gap is left out.
        """
        known = self._known_at(issued)
        not_over = delivery_day(first_unknown_hour(issued))
        found = {}
        for n in range(1, n_days + 1):
            day = not_over - timedelta(days=n)
            low, high = ((edge - self.start) // QUARTER for edge in (day_start(day), day_end(day)))
            quarters = known[max(0, low) : high]
            if low >= 0 and quarters.size == high - low and not np.isnan(quarters).any():
                found[day] = quarters.reshape(-1, QUARTERS_AN_HOUR)
        return found

    def known_at(self, start: datetime, end: datetime, issued: datetime) -> Floats:
        """Return the quarters of `[start, end[` as they stood at an instant, MW, shape (n,); NaN where not known.

        Of a quarter that came late: whether it may be known at all is for the caller to say, by what it asks for.
        """
        low, high = ((edge - self.start) // QUARTER for edge in (start, end))
        return self._known_at(issued)[low:high]

    def _known_at(self, issued: datetime) -> Floats:
        """Return all quarters with the values that were revised later put back, and none that cannot be true."""
        known = self.load_mw.copy()
        later = self.former_until > instant(issued + FETCH_ALLOWANCE)
        position, first = np.unique(self.former_position[later], return_index=True)
        known[position] = self.former_mw[later][first]
        known[beyond(known, LIMITS[LOAD])] = np.nan
        return known


def quarter_history(start: datetime, end: datetime, raw: pd.DataFrame, revisions: pd.DataFrame) -> QuarterHistory:
    """Arrange what the store holds of a span of quarter-hours.

    Args:
        start: First hour, UTC.
        end: End of the last hour, UTC, exclusive.
        raw: Columns `interval_start` (UTC), `load_mw`, `resolution_minutes`; values of half an hour say nothing of
            its quarters and count as unknown.
        revisions: Columns `interval_start`, `replaced_at` (UTC), `old_load_mw`, NaN where it had been missing.
    """
    load = np.full((end - start) // HOUR * QUARTERS_AN_HOUR, np.nan)
    quarters = raw[raw["resolution_minutes"] == _MINUTES]
    position, is_inside = _positions(quarters["interval_start"], start, len(load))
    load[position[is_inside]] = quarters["load_mw"].to_numpy(dtype=np.float64)[is_inside]
    old = revisions.sort_values(["interval_start", "replaced_at"])
    position, is_inside = _positions(old["interval_start"], start, len(load))
    return QuarterHistory(
        start=start,
        load_mw=load,
        former_position=position[is_inside],
        former_mw=old["old_load_mw"].to_numpy(dtype=np.float64)[is_inside],
        former_until=instants(old["replaced_at"])[is_inside],
    )


def _positions(moments: pd.Series, start: datetime, n: int) -> tuple[Positions, np.ndarray]:
    position = ((instants(moments) - instant(start)) // QUARTER64).astype(np.int64)
    return position, (position >= 0) & (position < n)
