"""Made-up issues of the week ahead, as the store holds them: a value of its own in every hour, a peak at 19 h.

Here: rows for tests of those who read them. Not here: what a model makes.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import PARIS, hours
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.domain.week_ahead import delivery_days, issued_on
from elec_pipeline.store.forecasts import write_week_ahead

MADE_UP = "made-up"
_OFFSETS = np.array([-1.6, -1.2, -0.6, 0.0, 0.7, 1.3, 1.8])
"""Of the quantiles from the median, in units of the width."""
PEAK_HOUR, SECOND_HOUR = 19, 12
CHANCES = {PEAK_HOUR: 0.6, SECOND_HOUR: 0.25, 18: 0.1, 20: 0.05}


def week_issue(morning: date, version: str = MADE_UP) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return an issue of a morning: its hours and its peaks, as `write_week_ahead` takes them."""
    of_hours, of_days = [], []
    for lead, day in delivery_days(morning):
        start = hours(day)
        clock = start.tz_convert(PARIS).hour.to_numpy()
        level = 52_000 - 1_000 * lead + 6_000 * (day.weekday() < 5)
        shape = -7_000 * np.cos((clock - 3) / 24 * 2 * np.pi) + 6_000 * np.exp(-(((clock - PEAK_HOUR) / 2.5) ** 2))
        median = level + shape + np.arange(len(start)) / 7
        width = 900.0 + 250 * lead
        known = {"issued_at": pd.Timestamp(issued_on(morning)), "model_version": version}
        values = median[:, None] + width * _OFFSETS
        chance = np.array([CHANCES.get(int(each), 0.0) for each in clock])
        of_hours.append(
            pd.DataFrame({"hour_start": start, **known, **dict(zip(COLUMNS, values.T, strict=True))}).assign(
                peak_probability=chance
            )
        )
        highest = median.max() + 150 + width * 0.9 * _OFFSETS
        of_days.append({"delivery_day": day, **known, **dict(zip(COLUMNS, highest.tolist(), strict=True))})
    return pd.concat(of_hours, ignore_index=True), pd.DataFrame(of_days)


def plant_weeks(engine: Engine, *mornings: date) -> None:
    """Let the store hold the issues of some mornings and no other."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE elec.week_ahead_predictions, elec.week_ahead_peaks"))
    for morning in mornings:
        write_week_ahead(engine, *week_issue(morning))
