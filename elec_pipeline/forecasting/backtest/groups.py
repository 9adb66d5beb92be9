"""What kinds of hours a back-test is broken down by: local hour, kind of day, season, lead time.

Here: the groups of every row of a back-test's frame. Not here: scores (`scores`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, PARIS, day_end, day_start
from elec_pipeline.domain.kinds_of_day import KindOfDay, kind_of_day

SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring",
           6: "summer", 7: "summer", 8: "summer", 9: "autumn", 10: "autumn", 11: "autumn"}  # fmt: skip
"""Meteorological season of each month."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

GROUPS: dict[str, Sequence[str | int] | None] = {
    "local_hour": list(range(24)),
    "weekday": list(WEEKDAYS),
    "month": list(range(1, 13)),
    "season": ["winter", "spring", "summer", "autumn"],
    "kind_of_day": [str(kind) for kind in reversed(KindOfDay)],
    "lead_hours": None,
    "hours_of_day": [23, 24, 25],
    "year": None,
}
"""What rows are grouped by, and the order of the groups; ascending where none is given."""


def grouped(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a back-test's frame with a column for each of `GROUPS`.

    `local_hour` is that of Paris, `lead_hours` the whole hours from the issue to the start of the hour, and
    `hours_of_day` the length of the delivery day.

    Args:
        frame: Columns `delivery_day`, `hour_start` and `issued_at` (UTC), and any others.
    """
    days = pd.Series(frame["delivery_day"].unique())
    of_day = pd.DataFrame(
        {
            "weekday": [WEEKDAYS[day.weekday()] for day in days],
            "month": [day.month for day in days],
            "season": [SEASONS[day.month] for day in days],
            "kind_of_day": [str(kind_of_day(day)) for day in days],
            "hours_of_day": [(day_end(day) - day_start(day)) // HOUR for day in days],
            "year": [day.year for day in days],
        },
        index=pd.Index(days, dtype=object),
    )
    row = of_day.index.get_indexer(pd.Index(frame["delivery_day"], dtype=object))
    columns: dict[str, Any] = {str(name): of_day[name].to_numpy()[row] for name in of_day}
    columns["local_hour"] = frame["hour_start"].dt.tz_convert(PARIS).dt.hour.to_numpy()
    columns["lead_hours"] = (frame["hour_start"] - frame["issued_at"]).to_numpy() // np.timedelta64(1, "h")
    for name, order in GROUPS.items():
        ordered = np.unique(columns[name]).tolist() if order is None else list(order)
        columns[name] = pd.Categorical(columns[name], categories=ordered, ordered=True)
    return frame.assign(**columns)
