"""The rows of the open data's eCO2mix data sets, made of the same curves as RTE's replies.

Here: what each data set holds at a moment, with the quirks of its 96 rows a day. Not here: queries
(`odre_query`), HTTP (`odre_app`).

- A row a wall-clock quarter: in spring those of the hour that does not exist share their instant with the next
  hour's and hold other values; in autumn the first pass of the repeated hour is absent.
- `eco2mix-national-tr`: the last 93 days, actual values about an hour late; tomorrow's rows hold no actual value.
- `eco2mix-national-cons-def`: to the end of the third month back; consumption by half-hour, null at :15 and :45.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, QUARTER, day_start, days, delivery_day
from elec_pipeline.simulator.curves import Curves, LoadType
from elec_pipeline.simulator.faults import ActiveFaults
from elec_pipeline.simulator.publication import latest
from elec_pipeline.simulator.value_faults import Value, spoil, whole

Row: TypeAlias = dict[str, str | int | float | None]
CONSOLIDATED = "eco2mix-national-cons-def"
REAL_TIME = "eco2mix-national-tr"
DATASETS = (CONSOLIDATED, REAL_TIME)
FIELDS = {
    "consommation": LoadType.REALISED,
    "prevision_j1": LoadType.D1,
    "prevision_j": LoadType.ID,
}
COLUMNS = ("perimetre", "nature", "date", "heure", "date_heure", *FIELDS)
FIRST_DAY = date(2012, 1, 1)
REAL_TIME_DAYS = 93
DELAY = timedelta(minutes=55)
"""How much later than RTE's API the real-time data has an actual value."""
_PHANTOM = 1.03
"""The rows of spring's missing hour hold the next hour's values times this: never to be taken for them."""


@dataclass(frozen=True)
class OpenData:
    """What the two data sets hold.

    Attributes:
        curves: Where values come from.
        faults: The plan whose value faults are applied.
    """

    curves: Curves
    faults: ActiveFaults

    def rows(self, dataset: str, start: datetime, end: datetime, now: datetime) -> list[Row]:
        """Return the rows of a data set whose instant lies in a window, in order.

        Args:
            dataset: One of `DATASETS`.
            start: First instant, UTC.
            end: Instant that ends the window (exclusive).
            now: The present moment, zone-aware.
        """
        first, last = extent(dataset, now)
        first = max(first, delivery_day(max(start, day_start(FIRST_DAY))))
        last = min(last, delivery_day(min(end, now + timedelta(days=3))))
        return [
            row
            for day in days(first, last)
            for instant, row in self._day(dataset, day, now)
            if start <= instant < end
        ]

    def _day(self, dataset: str, day: date, now: datetime) -> Iterator[tuple[datetime, Row]]:
        values = {field: self._values(dataset, kind, day, now) for field, kind in FIELDS.items()}
        nature = "Données temps réel" if dataset == REAL_TIME else "Données consolidées"
        for quarter in range(96):
            wall = datetime.combine(day, datetime.min.time()) + quarter * QUARTER
            # The second pass where there are two; one that does not exist moves an hour on, as RTE's does.
            instant = wall.replace(tzinfo=PARIS, fold=1).astimezone(UTC)
            is_phantom = instant.astimezone(PARIS).replace(tzinfo=None) != wall
            if is_phantom:
                instant += timedelta(hours=1)
            row: Row = {
                "perimetre": "France",
                "nature": nature,
                "date": day.isoformat(),
                "heure": f"{wall:%H:%M}",
                "date_heure": instant.isoformat(),
            }
            for field, of_day in values.items():
                value = of_day.get(int(instant.timestamp()))
                row[field] = round(value * _PHANTOM) if is_phantom and isinstance(value, int | float) else value
            yield instant, row

    def _values(
        self, dataset: str, kind: LoadType, day: date, now: datetime
    ) -> dict[int, str | int | float | None]:
        start, end = day_start(day), day_start(day + timedelta(days=1))
        shown_at = now - DELAY if kind is LoadType.REALISED else now
        out = latest(self.curves.vintages(kind, start, end), shown_at)
        starts_s = pd.DatetimeIndex(out["interval_start"]).to_numpy("datetime64[s]").astype(np.int64)
        listed: list[Value] = [
            {"start": int(second), "value": whole(load)}
            for second, load in zip(starts_s.tolist(), out["load_mw"].tolist(), strict=True)
        ]
        if self.faults.plan.of_values:
            listed = spoil(listed, starts_s, kind, self.faults.plan.of_values, self.faults.since)
        found = {int(value["start"] or 0): value["value"] for value in listed}
        if dataset == CONSOLIDATED and kind is LoadType.REALISED:
            return _by_half_hour(found)
        return found


def extent(dataset: str, now: datetime) -> tuple[date, date]:
    """Return the first and the last Paris day that a data set holds at a moment.

    Example:
        >>> now = datetime(2026, 1, 15, 12, tzinfo=UTC)
        >>> [tuple(map(str, extent(name, now))) for name in DATASETS]
        [('2012-01-01', '2025-10-31'), ('2025-10-14', '2026-01-16')]
    """
    today = delivery_day(now)
    if dataset == REAL_TIME:
        return today - timedelta(days=REAL_TIME_DAYS), today + timedelta(days=1)
    month = today.year * 12 + today.month - 3
    return FIRST_DAY, date(month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _by_half_hour(found: dict[int, str | int | float | None]) -> dict[int, str | int | float | None]:
    """Return the mean of each two quarters at the first of them; one spoiled quarter spoils both."""
    half_hours: dict[int, str | int | float | None] = {}
    for second in sorted({start - start % 1800 for start in found}):
        pair = found.get(second), found.get(second + 900)
        numbers = [value for value in pair if isinstance(value, int | float)]
        spoiled = next((value for value in pair if isinstance(value, str)), None)
        half_hours[second] = whole(sum(numbers) / 2) if len(numbers) == len(pair) else spoiled
    return half_hours
