"""Real series as a history: the hourly CSVs of load, RTE's D-1 forecast and temperature that models learn from.

The first has the columns `ts_utc` (start of the hour), `load_mw` and `rte_d1_mw`, the second `ts_utc` and
`temp_c`; missing values stay missing.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start, to_utc
from elec_pipeline.domain.history import History, history
from elec_pipeline.domain.vintages import nominal_publication
from elec_pipeline.forecasting.degraded import blur

PUBLICATION = time(19, 30)
"""Paris time, the day before, at which RTE's D-1 forecast counts as published: the file does not say."""
TEMPERATURE_ISSUE = time(9, 30)
"""Paris time, the day before, at which a temperature forecast counts as issued. The archive at hand is of shorter
leads than that, and close to the truth: what is made of it flatters a real day-ahead forecast."""
EARLY_BLUR_MW, EARLY_SEED = 600.0, 20240701
"""The series hold no D-2 of RTE's: a blurred D-1 stands in for it. That of other days, not those of a training."""
TRAIN = (date(2012, 2, 1), date(2023, 12, 31))
VALIDATION = (date(2024, 1, 1), date(2024, 12, 31))
TEST = (date(2025, 1, 1), date(2025, 10, 19))
"""To report on, once all is chosen."""


def read_history(
    csv: Path, last: date, temperature_csv: Path | None = None, *, early_blur_mw: float | None = None
) -> History:
    """Return the history up to a delivery day, included.

    Args:
        csv: The hourly series, gzipped or not.
        last: Nothing after this day is read, so that no split can leak into another.
        temperature_csv: Hourly temperatures, gzipped or not; None: the history knows none.
        early_blur_mw: Standard deviation of the blur by which D-1 stands in for RTE's D-2; None: there is no D-2.
    """
    table = _read(csv, last)
    vintages = table.assign(
        forecast_type="D-1",
        published_at=_on_the_day_before(table["hour_start"], PUBLICATION),
        ingested_at=pd.Timestamp.now("UTC").as_unit("us"),
        load_mw=table["rte_d1_mw"],
    ).dropna(subset="load_mw")
    if early_blur_mw is not None:
        vintages = pd.concat([vintages, _early(vintages, early_blur_mw)], ignore_index=True)
    never_revised = pd.DataFrame(
        {"hour_start": table["hour_start"][:0], "until": table["hour_start"][:0], "load_mw": table["load_mw"][:0]}
    )
    start = day_start(table["hour_start"].iloc[0].tz_convert(PARIS).date() + timedelta(days=1))
    temperatures = None
    if temperature_csv is not None:
        weather = _read(temperature_csv, last).dropna(subset="temp_c")
        temperatures = weather.assign(
            temperature_c=weather["temp_c"],
            issued_at=_on_the_day_before(weather["hour_start"], TEMPERATURE_ISSUE),
        )
    return history(start, day_end(last), table[["hour_start", "load_mw"]], never_revised, vintages, temperatures)


def _early(vintages: pd.DataFrame, blur_mw: float) -> pd.DataFrame:
    """Return a D-2 forecast made of D-1 by a seeded blur that persists from hour to hour."""
    day = vintages["hour_start"].dt.tz_convert(PARIS).dt.date
    number = vintages.groupby(day).cumcount().to_numpy()
    position = day.map({each: row for row, each in enumerate(day.unique())}).to_numpy(dtype=int)
    made = blur((day.nunique(), 25), blur_mw, np.random.default_rng(EARLY_SEED))
    published = {each: nominal_publication("D-2", each) for each in day.unique()}
    return vintages.assign(
        forecast_type="D-2",
        published_at=day.map(published).astype(vintages["hour_start"].dtype),
        load_mw=vintages["load_mw"] + made[position, number],
    )


def _read(csv: Path, last: date) -> pd.DataFrame:
    table = pd.read_csv(csv)
    table["hour_start"] = pd.to_datetime(table["ts_utc"], utc=True).astype("datetime64[us, UTC]")
    return table[table["hour_start"] < day_end(last)]


def _on_the_day_before(hours: pd.Series, wall_clock: time) -> pd.Series:
    """Return a Paris time of the day before each hour's delivery day, UTC."""
    day = hours.dt.tz_convert(PARIS).dt.date
    instants = {each: to_utc(each - timedelta(days=1), wall_clock) for each in day.unique()}
    issued: pd.Series = day.map(instants).astype(hours.dtype)
    return issued
