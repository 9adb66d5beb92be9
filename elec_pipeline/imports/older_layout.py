"""The older three-table layout into the tables, with the vintages it holds.

Here: what becomes of each table. Not here: where rows come from (`dump`, `older_database`).

- `historical_data`: actual values, stored as `import:<source>`. They yield to values of RTE's and to
  consolidated ones.
- `rte_forecasts`: vintages of RTE's D-1, for the older layout kept no other. `forecast_date` is the time of
  publication where it has a time of day, else the nominal one counts (see `domain.vintages`).
- `predictions`: issues of the model `model_name`, made at `prediction_date`, without quantiles. `horizon` follows
  from the two times and is not kept. Those made after their hour had begun, as a history filled in later is, are
  kept too: pages and the API mark them, no score counts them (`domain.vintages.is_after_the_fact`).

Intervals of 30 and 60 minutes stand in all their quarters; forecasts are kept by hour, and only whole hours.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.domain.provenance import IMPORT_PREFIX
from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.counting import Outcome
from elec_pipeline.imports.dump import Block
from elec_pipeline.imports.intervals import in_quarters, with_lengths
from elec_pipeline.imports.landing import land_actuals, land_dated, land_predictions
from elec_pipeline.imports.older_rows import (
    FORECASTS,
    HISTORY,
    PREDICTIONS,
    OlderTable,
    Row,
    neighbour,
    staged_row,
)
from elec_pipeline.imports.older_zones import Zones
from elec_pipeline.imports.staging import Staging
from elec_pipeline.imports.summary import ImportSummary

Store = Callable[[pd.DataFrame, Engine, ImportSummary, datetime], pd.DataFrame]
"""Stores the quarter-hours of one month, and returns what became of them, see `landing`."""
NO_TABLES = (
    "None of the tables historical_data(timestamp, value, source), rte_forecasts(timestamp, forecast_value, "
    "forecast_date) and predictions(timestamp, predicted_value, model_name, prediction_date) is there."
)
WRITTEN_WITHIN = pd.Timedelta(minutes=1)
_ROW = ("row", "bigint")
_NEIGHBOUR = 0
"""The `row` of a row that cannot be read: it tells its neighbours' lengths, and is stored nowhere."""


def import_older(
    blocks: Iterator[Block],
    engine: Engine,
    summary: ImportSummary,
    *,
    zones: Zones,
    now: datetime,
    tell: Callable[[str], None],
) -> None:
    """Stage every table, then store them; nothing is stored of a dump that turns out to be broken.

    Args:
        blocks: Tables and their rows.
        engine: Of the store.
        summary: Added to.
        zones: Of times that carry none.
        now: Current instant, UTC.
        tell: Told what is being done.

    Raises:
        ImportFormatError: None of the tables is there.
    """
    staged: dict[OlderTable, Staging] = {}
    numbers = itertools.count(_NEIGHBOUR + 1)
    with engine.connect() as connection:
        for table, rows in blocks:
            tell(f"reading {table.name}")
            if table not in staged:
                staged[table] = Staging(connection, f"older_{table.name}", (_ROW, *table.staged))
            staged[table].fill(_readable(table, rows, zones, summary, numbers))
        if not staged:
            raise ImportFormatError(NO_TABLES)
        for table, staging in staged.items():
            for window in staging.windows():
                frame = _in_utc(window, zones)
                tell(f"storing {table.name}, {delivery_day(frame['at'].iloc[0]):%B %Y}")
                _settle(_LENGTHS[table.name](frame), _STORE[table.name], engine, summary, now)
    summary.notes += [note for note in zones.notes() if note not in summary.notes]
    note = "rte_forecasts were taken for RTE's D-1."
    if FORECASTS in staged and note not in summary.notes:
        summary.notes.append(note)


def _in_utc(frame: pd.DataFrame, zones: Zones) -> pd.DataFrame:
    """Return staged rows with the time at which they were made as an instant, once every row was read."""
    if "made_at" not in frame:
        return frame
    is_utc = frame["made_is_utc"].astype("boolean").fillna(value=True).astype(bool)
    return frame.assign(made_at=zones.resolved(frame["made_at"], is_utc))


def _readable(
    table: OlderTable,
    rows: Iterator[tuple[str, dict[str, object]]],
    zones: Zones,
    summary: ImportSummary,
    numbers: Iterator[int],
) -> Iterator[Row]:
    for where, row in rows:
        summary.counts.read += 1
        try:
            yield next(numbers), *staged_row(table, row, zones)
        except ValueError as error:
            summary.report_bad(where, str(error))
            summary.counts.rows[Outcome.UNREADABLE] += 1
            if (known := neighbour(table, row, zones)) is not None:
                yield _NEIGHBOUR, *known


def _settle(frame: pd.DataFrame, store: Store, engine: Engine, summary: ImportSummary, now: datetime) -> None:
    """Store the rows of one month, and count them."""
    rows = frame[frame["is_inside"] & (frame["row"] != _NEIGHBOUR)]
    if rows.empty:
        return
    summary.cover(rows["at"])
    is_empty = rows["load_mw"].isna()
    empty = rows.loc[is_empty, ["row"]].assign(kind="", outcome=int(Outcome.EMPTY))
    valued = in_quarters(rows[~is_empty])
    fates = [empty] if valued.empty else [empty, store(valued, engine, summary, now)]
    summary.counts.settle(pd.concat(fates, ignore_index=True))


def _history_lengths(frame: pd.DataFrame) -> pd.DataFrame:
    """Take sources for one series, unless two of them have a row for the same time."""
    named = frame.loc[frame["row"] != _NEIGHBOUR, ["at", "source"]].drop_duplicates()
    return with_lengths(frame, ["source"] if named["at"].duplicated().any() else [])


_LENGTHS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    HISTORY.name: _history_lengths,
    FORECASTS.name: lambda frame: with_lengths(frame, ["made_at"]),
    PREDICTIONS.name: lambda frame: with_lengths(frame, ["model", "made_at"], within=["model"]),
}


def _store_history(quarters: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime) -> pd.DataFrame:
    return land_actuals(quarters.assign(source=IMPORT_PREFIX + quarters["source"]), engine, summary, now)


def _store_forecasts(
    quarters: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime
) -> pd.DataFrame:
    return land_dated(quarters, engine, summary, now, source=f"{IMPORT_PREFIX}rte")


def _store_predictions(
    quarters: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime
) -> pd.DataFrame:
    del now  # an issue carries its time
    return land_predictions(_joined(quarters), engine, summary)


def _joined(quarters: pd.DataFrame) -> pd.DataFrame:
    """Return predictions with one `made_at` for the quarters of an hour that were written one after the other.

    Rows written one by one have a clock time each. Those of one model and hour that lie less than `WRITTEN_WITHIN`
    apart are of one issue, which was made when the last of them was.
    """
    keys = [quarters["at"].dt.floor("h").rename("hour"), quarters["model"].rename("of_model")]
    ordered = quarters.assign(order=range(len(quarters))).sort_values("made_at", kind="stable")
    apart = ordered.groupby(keys)["made_at"].diff() > WRITTEN_WITHIN
    runs = ordered.groupby([*keys, apart.groupby(keys).cumsum().rename("run")])
    is_one = runs["at"].transform("size") == runs["at"].transform("nunique")  # else it is several issues
    made_at = ordered["made_at"].where(~is_one, runs["made_at"].transform("max"))
    return ordered.assign(made_at=made_at).sort_values("order").drop(columns="order")


_STORE: dict[str, Store] = {
    HISTORY.name: _store_history,
    FORECASTS.name: _store_forecasts,
    PREDICTIONS.name: _store_predictions,
}
