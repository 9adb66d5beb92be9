"""Quarter-hours of an import into the tables, and what became of each: the same for every format.

Here: writing, and comparing what the store held before and after. Not here: the reading of rows, the length of
their intervals (`intervals`), and the counts (`counting`).

Every function takes rows as `intervals.in_quarters` returns them, with a column `row`, and returns one line for
each of them with `row`, `kind` and `outcome`.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.delivery_day import HOUR, QUARTER, delivery_day
from elec_pipeline.domain.plausibility import LIMITS, LOAD, beyond
from elec_pipeline.domain.rte_hours import to_vintages
from elec_pipeline.domain.vintages import SAME_MW, assumed_publication, is_after_the_fact
from elec_pipeline.imports.counting import Outcome
from elec_pipeline.imports.summary import ImportSummary
from elec_pipeline.steps.consumption import average_hours
from elec_pipeline.steps.rte_forecasts import readings_of, store_vintages
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_raw
from elec_pipeline.store.bulk import Written
from elec_pipeline.store.forecasts import write_predictions
from elec_pipeline.store.rte_readings import write_readings

_NOTHING_DUE = pd.DatetimeIndex([], tz="UTC")
_HOUR_KEYS = ["hour_start"]
_MADE_KEYS = ["hour_start", "published_at"]
_ISSUE_KEYS = ["hour_start", "issued_at", "model_version"]


def land_actuals(quarters: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime) -> pd.DataFrame:
    """Store actual values, and the hours that they touch.

    Args:
        quarters: Columns `at`, `load_mw`, `source`, `interval_minutes`, `part`, `row`.
        engine: Of the store.
        summary: Added to.
        now: Current instant, UTC.
    """
    cleaned = load_curve.clean(_curve(quarters))
    kept = cleaned.curve
    fates = _fates_of_cleaning(quarters, cleaned, "REALISED")
    if kept.empty:
        return pd.concat(fates, ignore_index=True)
    begin, end = _span(kept["interval_start"])
    keys, columns = ["interval_start"], ["load_mw", "source"]

    def read() -> pd.DataFrame:
        with engine.connect() as connection:
            return queries.raw_between(connection, begin, end + QUARTER)

    before = read()
    summary.add("raw_consumption", write_raw(engine, kept, due=_NOTHING_DUE))
    after = read()
    outcome = _outcomes(kept, before, after, keys, columns, otherwise=Outcome.BETTER_KNOWN)
    summary.add(
        "hourly_consumption", average_hours(engine, delivery_day(begin), delivery_day(end), now=now).written
    )
    return _joined(fates, kept, outcome, "REALISED")


def land_undated(
    quarters: pd.DataFrame, forecast_type: str, engine: Engine, summary: ImportSummary, now: datetime
) -> pd.DataFrame:
    """Store RTE's forecasts that carry no time of publication; columns as for actual values.

    Args:
        quarters: Columns `at`, `load_mw`, `source`, `interval_minutes`, `part`, `row`.
        forecast_type: `D-1` or `ID`.
        engine: Of the store.
        summary: Added to.
        now: Current instant, UTC.
    """
    cleaned = load_curve.clean(_curve(quarters))
    vintages = to_vintages(cleaned.curve, forecast_type, now)
    if len(cleaned.curve):
        _land_readings(cleaned.curve.assign(forecast_type=forecast_type), engine, summary, now)
    outcome = _land_vintages(vintages, _HOUR_KEYS, engine, summary, now)
    kept = cleaned.curve.assign(hour_start=cleaned.curve["interval_start"].dt.floor("h"))
    by_hour = _looked_up(kept, vintages.assign(outcome=outcome), _HOUR_KEYS)
    return _joined(_fates_of_cleaning(quarters, cleaned, forecast_type), kept, by_hour, forecast_type)


def land_dated(
    quarters: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime, *, source: str
) -> pd.DataFrame:
    """Store RTE's D-1 forecasts by when they were made; of those that do not say, the last row of a time stands.

    Args:
        quarters: Columns `at`, `load_mw`, `made_at` (UTC, NaT for none), `is_dated`, `row`.
        engine: Of the store.
        summary: Added to.
        now: Current instant, UTC.
        source: Stored with each vintage.
    """
    fates, plausible = _plausible(quarters, "D-1")
    ordered = plausible.sort_values(["made_at", "row"], na_position="first", kind="stable")
    dated, undated = ordered[ordered["is_dated"]], ordered[~ordered["is_dated"]]
    for part, keys in ((dated, ["at", "made_at"]), (undated, ["at"])):
        is_last = ~part.duplicated(keys, keep="last")
        fates.append(_lines(part[~is_last], "D-1", Outcome.REPEATED))
        kept = part[is_last].assign(hour_start=part["at"].dt.floor("h"))
        if keys == ["at"]:
            kept["made_at"] = assumed_publication(kept["hour_start"], "D-1", now)
        kept = kept.rename(columns={"made_at": "published_at"})
        vintages = _whole_hours(kept, [*_MADE_KEYS, "is_dated"]).assign(forecast_type="D-1", source=source)
        # Of parts of an hour nobody can say later which of them were made together: they are not kept either.
        whole = kept.merge(vintages[_MADE_KEYS], on=_MADE_KEYS)
        if len(whole):
            readings = _curve(whole.drop(columns="published_at")).assign(forecast_type="D-1", source=source)
            dated_at = whole["published_at"] if keys != ["at"] else readings["published_at"]
            _land_readings(readings.assign(published_at=dated_at), engine, summary, now)
        compared = _HOUR_KEYS if keys == ["at"] else _MADE_KEYS
        outcome = _land_vintages(vintages, compared, engine, summary, now)
        by_hour = _looked_up(kept, vintages.assign(outcome=outcome), _MADE_KEYS)
        fates.append(_lines(kept, "D-1", by_hour))
    return pd.concat(fates, ignore_index=True)


def land_predictions(quarters: pd.DataFrame, engine: Engine, summary: ImportSummary) -> pd.DataFrame:
    """Store issues of a model, without quantiles; of several rows for one time and issue the last stands.

    Args:
        quarters: Columns `at`, `load_mw`, `made_at` (UTC), `model`, `row`.
        engine: Of the store.
        summary: Added to.
    """
    fates, plausible = _plausible(quarters, "forecast")
    ordered = plausible.sort_values("row", kind="stable")
    ordered = ordered.rename(columns={"made_at": "issued_at", "model": "model_version"})
    is_last = ~ordered.duplicated(["at", "issued_at", "model_version"], keep="last")
    fates.append(_lines(ordered[~is_last], "forecast", Outcome.REPEATED))
    kept = ordered[is_last].assign(hour_start=ordered["at"].dt.floor("h"))
    issues = _whole_hours(kept, _ISSUE_KEYS)
    outcome = pd.Series(dtype="int64")
    if len(issues):
        begin, end = _span(issues["hour_start"])

        def read() -> pd.DataFrame:
            with engine.connect() as connection:
                return queries.issues_between(connection, begin, end + HOUR)

        before = read()
        summary.after_the_fact += int(is_after_the_fact(issues["hour_start"], issues["issued_at"]).sum())
        # It was made then, not now: that is what tells a live forecast from a backfilled one.
        rows = issues.assign(created_at=issues["issued_at"])
        summary.add("chronos_predictions", write_predictions(engine, rows))
        outcome = _outcomes(issues, before, read(), _ISSUE_KEYS, ["load_mw"])
    by_hour = _looked_up(kept, issues.assign(outcome=outcome), _ISSUE_KEYS)
    return pd.concat([*fates, _lines(kept, "forecast", by_hour)], ignore_index=True)


def _land_readings(curve: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime) -> None:
    """Store forecasts of one type as they came, beside the hours that are made of them."""
    forecast_type = curve["forecast_type"].iloc[0]
    summary.add(f"raw_rte_forecasts {forecast_type}", write_readings(engine, readings_of(curve, now=now)))


def _land_vintages(
    vintages: pd.DataFrame, keys: list[str], engine: Engine, summary: ImportSummary, now: datetime
) -> pd.Series:
    """Store vintages of one type and return the outcome of each, compared by `keys`."""
    if vintages.empty:
        return pd.Series(dtype="int64")
    forecast_type = str(vintages["forecast_type"].iloc[0])
    begin, end = _span(vintages["hour_start"])

    def read() -> pd.DataFrame:
        with engine.connect() as connection:
            known = queries.vintages_between(connection, begin, end + HOUR)
        return known[known["forecast_type"] == forecast_type]

    before = read()
    written: Written = store_vintages(engine, vintages, now=now)
    summary.add(f"rte_forecasts {forecast_type}", written)
    after = read()
    is_new = ~pd.MultiIndex.from_frame(after[_MADE_KEYS]).isin(pd.MultiIndex.from_frame(before[_MADE_KEYS]))
    new = pd.MultiIndex.from_frame(after[is_new][keys])
    offered = pd.MultiIndex.from_frame(vintages[keys])
    said = vintages[keys].assign(offered=vintages["load_mw"], place=range(len(vintages))).merge(after, on=keys)
    same = said.loc[(said["offered"] - said["load_mw"]).abs() < SAME_MW, "place"]
    outcome = pd.Series(int(Outcome.STANDS_OTHERWISE), index=vintages.index)
    outcome[pd.Series(range(len(vintages)), index=vintages.index).isin(same)] = int(Outcome.THERE_ALREADY)
    outcome[offered.isin(new)] = int(Outcome.STORED)
    return outcome


def _outcomes(
    offered: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    keys: list[str],
    columns: list[str],
    *,
    otherwise: Outcome = Outcome.STANDS_OTHERWISE,
) -> pd.Series:
    """Return what became of rows, one a key: stored where the store's row is new or differs from what it was."""
    was = offered[keys].merge(before, on=keys, how="left")
    now = offered[keys].merge(after, on=keys, how="left")
    changed = pd.Series(was["load_mw"].isna().to_numpy(), index=offered.index)
    for column in columns:
        changed |= (was[column] != now[column]).to_numpy()
    is_same = (now["load_mw"].to_numpy() - offered["load_mw"]).abs() < SAME_MW
    outcome = pd.Series(int(otherwise), index=offered.index)
    outcome[is_same] = int(Outcome.THERE_ALREADY)
    outcome[changed & is_same] = int(Outcome.STORED)
    return outcome


def _curve(quarters: pd.DataFrame) -> pd.DataFrame:
    curve = quarters.rename(columns={"at": "interval_start"}).assign(resolution_minutes=15)
    return curve.assign(published_at=pd.Series(pd.NaT, index=curve.index, dtype="datetime64[us, UTC]"))


def _fates_of_cleaning(quarters: pd.DataFrame, cleaned: load_curve.CleanCurve, kind: str) -> list[pd.DataFrame]:
    """Return the lines of what cleaning left out."""
    left_out = [
        _lines(cleaned.implausible, kind, Outcome.IMPLAUSIBLE),
        _lines(cleaned.conflicts, kind, Outcome.CONTRADICTORY),
        _lines(cleaned.superseded, kind, Outcome.BETTER_KNOWN),
    ]
    keys = ["row", "part"]
    seen = pd.concat(
        [
            cleaned.curve[keys],
            *(frame[keys] for frame in (cleaned.implausible, cleaned.conflicts, cleaned.superseded)),
        ]
    )
    is_seen = pd.MultiIndex.from_frame(quarters[keys]).isin(pd.MultiIndex.from_frame(seen))
    return [*left_out, _lines(quarters[~is_seen], kind, Outcome.REPEATED)]


def _plausible(quarters: pd.DataFrame, kind: str) -> tuple[list[pd.DataFrame], pd.DataFrame]:
    is_plausible = quarters["load_mw"].notna() & ~beyond(quarters["load_mw"], LIMITS[LOAD])
    return [_lines(quarters[~is_plausible], kind, Outcome.IMPLAUSIBLE)], quarters[is_plausible]


def _whole_hours(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the mean of each hour that has all its quarters: `load_mw` and the keys."""
    means = rows.groupby(keys)["load_mw"].agg(["mean", "size"]).reset_index()
    whole = means[means["size"] == load_curve.QUARTERS_AN_HOUR]
    return whole.drop(columns="size").rename(columns={"mean": "load_mw"}).reset_index(drop=True)


def _looked_up(rows: pd.DataFrame, hours: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Return the outcome of each row's hour; a row whose hour is not among them was a part of one."""
    found = rows[keys].merge(hours[[*keys, "outcome"]], on=keys, how="left")["outcome"]
    return pd.Series(found.fillna(int(Outcome.PART_OF_AN_HOUR)).astype("int64").to_numpy(), index=rows.index)


def _lines(rows: pd.DataFrame, kind: str, outcome: Outcome | pd.Series) -> pd.DataFrame:
    fate = outcome if isinstance(outcome, pd.Series) else int(outcome)
    return pd.DataFrame({"row": rows["row"].astype("int64")}).assign(kind=kind, outcome=fate)


def _joined(fates: list[pd.DataFrame], kept: pd.DataFrame, outcome: pd.Series, kind: str) -> pd.DataFrame:
    return pd.concat([*fates, _lines(kept, kind, outcome)], ignore_index=True)


def _span(instants: pd.Series) -> tuple[datetime, datetime]:
    return instants.min().to_pydatetime(), instants.max().to_pydatetime()
