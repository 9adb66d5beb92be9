"""RTE's D-1 of tomorrow, looked for at ENTSO-E as long as RTE's own API does not have it.

Here: when it is looked for, by whose clock it is read, and what is stored. Not here: how two clocks are compared
(`domain.clock_offset`), and RTE's own forecasts (`rte_forecasts`), which are read first.

By rule a transmission operator hands in its forecast two hours before gate closure, so that it may be there before
the morning issue, ten hours before RTE's API has it. ENTSO-E's stamps of the French load were a quarter-hour early
for years, and an hour late for months: so nothing is stored before its forecasts of the last fortnight agree with
those that RTE gave for the same days, at one shift of the clock, by which tomorrow's is then moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.clock_offset import clock_offset, to_quarters
from elec_pipeline.domain.delivery_day import QUARTER, day_end, day_start, days, delivery_day
from elec_pipeline.domain.rte_bar import DAY_AHEAD
from elec_pipeline.sources.entsoe_reply import SOURCE
from elec_pipeline.steps.rte_forecasts import readings_of
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.rte_readings import write_readings

CLOCK_DAYS = 14


class DayAheadSource(Protocol):
    """Who has day-ahead forecasts, by a clock of its own."""

    def day_ahead(self, first: date, last: date) -> pd.DataFrame:
        """Return those of a range of Paris days, as `entsoe_reply.read_load` gives them."""
        ...


@dataclass(frozen=True)
class Early:
    """What became of looking for it.

    Attributes:
        said: A sentence for the run's log.
        written: Rows.
        is_doubtful: Whether something is there that was not used.
    """

    said: str
    written: Written = NOTHING
    is_doubtful: bool = False


def read_early(client: DayAheadSource, engine: Engine, first: date, last: date, *, now: datetime) -> Early:
    """Look for the D-1 of those days that have not begun and have none, and store what is there.

    Args:
        client: Of ENTSO-E.
        engine: Of the store.
        first: First delivery day.
        last: Last delivery day, included.
        now: Current instant, UTC: when what is found was read.

    Raises:
        SourceError: ENTSO-E failed.
    """
    today = delivery_day(now)
    with engine.connect() as connection:
        there = queries.rte_minutes_by_day(connection, DAY_AHEAD, first, last)
    wanted = [day for day in days(first, last) if day > today and not there.get(day)]
    if not wanted:
        return Early("not asked: the D-1 of every day to come is there")
    begin = today - timedelta(days=CLOCK_DAYS)
    # A day more: by a clock that is late the last quarters of a day bear the next one's date.
    theirs = load_curve.clean(client.day_ahead(begin, wanted[-1] + timedelta(days=1))).curve
    with engine.connect() as connection:
        readings = queries.readings_between(connection, day_start(begin), day_end(today))
    offset = clock_offset(theirs, to_quarters(_of_rte(readings)))
    if offset is None:
        return Early(
            f"not used: its forecasts of the last {CLOCK_DAYS} days agree with RTE's at no shift of the clock",
            is_doubtful=True,
        )
    found = _curve(to_quarters(theirs.assign(interval_start=theirs["interval_start"] + offset)), wanted)
    written = write_readings(engine, readings_of(found, source=SOURCE, now=now))
    minutes = int(offset.total_seconds() // 60)
    return Early(f"{len(found)} quarter-hours of D-1, its clock moved by {minutes:+d} minutes", written)


def _of_rte(readings: pd.DataFrame) -> pd.DataFrame:
    """Return the newest D-1 of each instant that RTE itself gave."""
    own = readings[(readings["forecast_type"] == DAY_AHEAD) & (readings["source"] != SOURCE)]
    return own.sort_values(["published_at", "ingested_at"], kind="stable").drop_duplicates(
        "interval_start", keep="last"
    )


def _curve(by_quarter: pd.Series, wanted: Sequence[date]) -> pd.DataFrame:
    """Return the quarter-hours of some days as a load curve without times of publication."""
    at = pd.DatetimeIndex(by_quarter.index)
    is_wanted = pd.Series(data=False, index=at)
    for day in wanted:
        is_wanted |= (at >= pd.Timestamp(day_start(day))) & (at < pd.Timestamp(day_end(day)))
    kept = by_quarter[is_wanted.to_numpy()].dropna()
    return pd.DataFrame(
        {
            "interval_start": pd.DatetimeIndex(kept.index).as_unit("us"),
            "load_mw": kept.to_numpy(),
            "resolution_minutes": int(QUARTER / timedelta(minutes=1)),
            "forecast_type": DAY_AHEAD,
            "published_at": pd.Series(pd.NaT, index=range(len(kept)), dtype="datetime64[us, UTC]"),
        }
    )
