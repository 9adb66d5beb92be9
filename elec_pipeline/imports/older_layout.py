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

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.domain.provenance import IMPORT_PREFIX
from elec_pipeline.domain.vintages import assumed_publication, is_after_the_fact
from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.dump import Block
from elec_pipeline.imports.older_rows import FORECASTS, HISTORY, PREDICTIONS, OlderTable, Row, staged_row
from elec_pipeline.imports.older_zones import Zones
from elec_pipeline.imports.staging import Staging
from elec_pipeline.imports.summary import ImportSummary
from elec_pipeline.steps.consumption import average_hours, store_vintages
from elec_pipeline.store.actuals import write_raw
from elec_pipeline.store.forecasts import write_predictions

QUARTER = timedelta(minutes=15)
STEPS = (QUARTER, 2 * QUARTER, 4 * QUARTER)
WRITTEN_WITHIN = pd.Timedelta(minutes=1)
_NOTHING_DUE = pd.DatetimeIndex([], tz="UTC")


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
        ImportFormatError: None of the tables is there, or its intervals are of no length that can be stored.
    """
    staged: dict[OlderTable, Staging] = {}
    with engine.connect() as connection:
        for table, rows in blocks:
            tell(f"reading {table.name}")
            staged.setdefault(table, Staging(connection, table)).fill(_readable(table, rows, zones, summary))
        if not staged:
            raise ImportFormatError(
                "None of the tables historical_data(timestamp, value, source), rte_forecasts(timestamp, "
                "forecast_value, forecast_date) and predictions(timestamp, predicted_value, model_name, "
                "prediction_date) is there."
            )
        for table, staging in staged.items():
            step = _step(table, staging)
            for window in staging.windows():
                frame = _in_utc(window, zones)
                tell(f"storing {table.name}, {delivery_day(frame['at'].iloc[0]):%B %Y}")
                summary.cover(frame["at"])
                summary.empty += int(frame["load_mw"].isna().sum())
                _STORE[table.name](in_quarters(frame.dropna(subset="load_mw"), step), engine, summary, now)
    summary.notes += zones.notes()
    if FORECASTS in staged:
        summary.notes.append("rte_forecasts were taken for RTE's D-1.")


def in_quarters(frame: pd.DataFrame, step: timedelta) -> pd.DataFrame:
    """Return a row for each quarter-hour of longer intervals, all with the interval's mean.

    Args:
        frame: Column `at` (UTC) and others.
        step: Length of the intervals.
    """
    parts = step // QUARTER
    shifted = [frame.assign(at=frame["at"] + part * pd.Timedelta(QUARTER)) for part in range(parts)]
    whole: pd.DataFrame = pd.concat(shifted).sort_values("at", kind="stable", ignore_index=True)
    return whole


def _in_utc(frame: pd.DataFrame, zones: Zones) -> pd.DataFrame:
    if "made_at" not in frame:
        return frame
    return frame.assign(made_at=zones.resolved(frame["made_at"], frame["made_is_utc"]))


def _readable(
    table: OlderTable, rows: Iterator[tuple[str, dict[str, object]]], zones: Zones, summary: ImportSummary
) -> Iterator[Row]:
    for where, row in rows:
        summary.read += 1
        try:
            yield staged_row(table, row, zones)
        except ValueError as error:
            summary.report_bad(where, str(error))


def _step(table: OlderTable, staging: Staging) -> timedelta:
    step = staging.step()
    if step not in STEPS:
        raise ImportFormatError(
            f"The rows of {table.name} are usually {step} apart: only steps of 15, 30 and 60 minutes can "
            "be imported."
        )
    return step


def _store_history(frame: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime) -> None:
    curve = pd.DataFrame(
        {
            "interval_start": frame["at"],
            "load_mw": frame["load_mw"],
            "resolution_minutes": 15,
            "published_at": pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]"),
            "source": IMPORT_PREFIX + frame["source"],
        }
    )
    cleaned = load_curve.clean(curve)
    summary.add_cleaned(cleaned)
    summary.add("raw_consumption", write_raw(engine, cleaned.curve, due=_NOTHING_DUE))
    if len(cleaned.curve):
        first, last = (delivery_day(frame["at"].iloc[n]) for n in (0, -1))
        summary.add("hourly_consumption", average_hours(engine, first, last, now=now).written)


def _store_forecasts(frame: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime) -> None:
    frame = _plausible(frame, summary).sort_values("made_at", na_position="first", kind="stable")
    # Of several without a time of day the last is kept: nothing tells when the others were known.
    undated = frame[~frame["is_dated"]].drop_duplicates("at", keep="last")
    undated = undated.assign(made_at=assumed_publication(undated["at"].dt.floor("h"), "D-1", now))
    dated = frame[frame["is_dated"]].drop_duplicates(["at", "made_at"], keep="last")
    for part in (dated, undated):
        hourly = _whole_hours(part, ["made_at", "is_dated"]).rename(columns={"made_at": "published_at"})
        vintages = hourly.assign(forecast_type="D-1")
        written = store_vintages(engine, vintages, source=f"{IMPORT_PREFIX}rte", now=now)
        summary.add("rte_forecasts D-1", written)


def _store_predictions(frame: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime) -> None:
    del now  # an issue carries its time
    frame = _joined(_plausible(frame, summary)).drop_duplicates(["at", "made_at", "model"], keep="last")
    hourly = _whole_hours(frame, ["made_at", "model"])
    issues = hourly.rename(columns={"made_at": "issued_at", "model": "model_version"})
    summary.after_the_fact += int(is_after_the_fact(issues["hour_start"], issues["issued_at"]).sum())
    # It was made then, not now: that is what tells a live forecast from a backfilled one.
    summary.add("chronos_predictions", write_predictions(engine, issues.assign(created_at=issues["issued_at"])))


_STORE: dict[str, Callable[[pd.DataFrame, Engine, ImportSummary, datetime], None]] = {
    HISTORY.name: _store_history,
    FORECASTS.name: _store_forecasts,
    PREDICTIONS.name: _store_predictions,
}


def _plausible(frame: pd.DataFrame, summary: ImportSummary) -> pd.DataFrame:
    is_plausible = frame["load_mw"].between(load_curve.MINIMUM_MW, load_curve.MAXIMUM_MW, inclusive="neither")
    summary.implausible += int((~is_plausible).sum())
    return frame[is_plausible]


def _joined(frame: pd.DataFrame) -> pd.DataFrame:
    """Return predictions with one `made_at` for the quarters of an hour that were written one after the other.

    Rows written one by one have a clock time each. Those of one model and hour that lie less than `WRITTEN_WITHIN`
    apart are of one issue, which was made when the last of them was.
    """
    keys = [frame["at"].dt.floor("h").rename("hour"), frame["model"].rename("of_model")]
    ordered = frame.assign(order=range(len(frame))).sort_values("made_at", kind="stable")
    apart = ordered.groupby(keys)["made_at"].diff() > WRITTEN_WITHIN
    runs = ordered.groupby([*keys, apart.groupby(keys).cumsum().rename("run")])
    is_one = runs["at"].transform("size") == runs["at"].transform("nunique")  # else it is several issues
    made_at = ordered["made_at"].where(~is_one, runs["made_at"].transform("max"))
    return ordered.assign(made_at=made_at).sort_values("order").drop(columns="order")


def _whole_hours(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the mean of each hour that has all its quarters: `hour_start`, `load_mw` and the keys."""
    by_hour = frame.assign(hour_start=frame["at"].dt.floor("h")).groupby(["hour_start", *keys])["load_mw"]
    means = by_hour.agg(["mean", "size"]).reset_index()
    whole = means[means["size"] == load_curve.QUARTERS_AN_HOUR]
    return whole.drop(columns="size").rename(columns={"mean": "load_mw"})
