"""Real series as a history: the hourly CSV of load and RTE's D-1 forecast that the bundled model learnt from.

The file has the columns `ts_utc` (start of the hour), `load_mw` and `rte_d1_mw`; missing values stay missing.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pandas as pd

from elec_pipeline.delivery_day import PARIS, day_end, day_start, to_utc
from elec_pipeline.information_set import History, history

PUBLICATION = time(19, 30)
"""Paris time, the day before, at which RTE's D-1 forecast counts as published: the file does not say."""
TRAIN = (date(2012, 2, 1), date(2023, 12, 31))
VALIDATION = (date(2024, 1, 1), date(2024, 6, 30))


def read_history(csv: Path, last: date) -> History:
    """Return the history up to a delivery day, included.

    Args:
        csv: The hourly series, gzipped or not.
        last: Nothing after this day is read, so that no split can leak into another.
    """
    table = pd.read_csv(csv)
    table["hour_start"] = pd.to_datetime(table["ts_utc"], utc=True).astype("datetime64[us, UTC]")
    table = table[table["hour_start"] < day_end(last)]
    day = table["hour_start"].dt.tz_convert(PARIS).dt.date
    published = {each: to_utc(each - timedelta(days=1), PUBLICATION) for each in day.unique()}
    vintages = table.assign(
        forecast_type="D-1",
        published_at=day.map(published).astype(table["hour_start"].dtype),
        ingested_at=pd.Timestamp.now("UTC").as_unit("us"),
        load_mw=table["rte_d1_mw"],
    ).dropna(subset="load_mw")
    never_revised = pd.DataFrame(
        {"hour_start": table["hour_start"][:0], "until": table["hour_start"][:0], "load_mw": table["load_mw"][:0]}
    )
    start = day_start(table["hour_start"].iloc[0].tz_convert(PARIS).date() + timedelta(days=1))
    return history(start, day_end(last), table[["hour_start", "load_mw"]], never_revised, vintages)
