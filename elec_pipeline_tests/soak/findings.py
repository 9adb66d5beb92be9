"""What must be there at the end of a soak, and what must not.

Here: the questions to both databases. Not here: how the soak came there.
"""

from __future__ import annotations

from datetime import date, datetime

import dagster as dg
from dagster import RunsFilter
from sqlalchemy import Connection, Engine, text

from elec_pipeline.domain.completeness import lacks
from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, hours, quarters
from elec_pipeline.domain.forecasters import SCORED_LEADS, within_day
from elec_pipeline.store import queries
from elec_pipeline_tests.soak.runs import UNDER_WAY

TABLES = (
    "raw_consumption", "raw_consumption_revisions", "hourly_consumption", "raw_rte_forecasts", "rte_forecasts",
    "weather_forecasts", "chronos_predictions", "quarter_hourly_predictions", "intraday_predictions",
    "week_ahead_predictions", "week_ahead_peaks", "expert_predictions", "prediction_changes", "forecast_accuracy",
    "rte_weekly_forecasts", "changes",
)  # fmt: skip
_DOUBLED = {
    "raw_consumption": "zone, interval_start",
    "hourly_consumption": "zone, hour_start",
    "raw_rte_forecasts": "zone, interval_start, forecast_type, ingested_at",
    "rte_forecasts": "zone, hour_start, forecast_type, published_at",
    "weather_forecasts": "zone, hour_start, issued_at, source",
    "chronos_predictions": "zone, hour_start, issued_at, model_version",
    "quarter_hourly_predictions": "zone, interval_start, issued_at, model_version",
    "intraday_predictions": "zone, hour_start, issued_at",
    "week_ahead_predictions": "zone, hour_start, issued_at, model_version",
    "expert_predictions": "zone, hour_start, issued_at, model_version, expert",
    "prediction_changes": "zone, hour_start, issued_at, model_version",
    "forecast_accuracy": "zone, delivery_day, forecaster",
    "rte_weekly_forecasts": "zone, hour_start, published_at",
}
SCORED = {"rte_d1", "rte_d1_latest", "seasonal_naive", *(f"chronos_{issue}" for issue in Issue)}


def findings(engine: Engine, instance: dg.DagsterInstance, first: date, last: date, now: datetime) -> list[str]:
    """Return in sentences what is not as it should be; nothing where all is well.

    Args:
        engine: Of the store.
        instance: Dagster's.
        first: First delivery day that must be whole.
        last: Last one, included.
        now: The simulated instant, UTC.
    """
    with engine.connect() as connection:
        return [
            *_of_days(connection, first, last, now),
            *_of_rows(connection, first, last),
            *_doubled(connection),
            *_of_runs(instance),
        ]


def counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {name: int(connection.scalar(text(f"SELECT count(*) FROM elec.{name}")) or 0) for name in TABLES}


def _of_days(connection: Connection, first: date, last: date, now: datetime) -> list[str]:
    found = [
        f"{state.day} lacks {', '.join(sorted(lacking))}: {state}"
        for state in queries.day_states(connection, first, last)
        if (lacking := lacks(state, now, with_weather=True))
    ]
    scores = queries.accuracy_between(connection, first, last)
    for day in days(first, last):
        of_day = scores[scores["delivery_day"] == day]
        if absent := SCORED - set(of_day["forecaster"]):
            found.append(f"{day} has no score of {', '.join(sorted(absent))}")
        # Of issues within the day some are lacking for good where nothing ran at the time.
        whole = of_day[~of_day["forecaster"].isin([within_day(lead) for lead in SCORED_LEADS])]
        if (whole["hours"] != len(hours(day))).any():
            found.append(f"{day} is scored on {whole['hours'].tolist()} hours")
    return found


def _of_rows(connection: Connection, first: date, last: date) -> list[str]:
    n_hours = len(hours(first, last))
    span = {"start": day_start(first), "end": day_end(last)}
    asked = {
        "raw_consumption": ("count(*)", "interval_start", len(quarters(first, last))),
        "hourly_consumption": ("count(*)", "hour_start", n_hours),
        "chronos_predictions": ("count(DISTINCT (hour_start, issued_at))", "hour_start", 2 * n_hours),
        "quarter_hourly_predictions": (
            "count(DISTINCT (interval_start, issued_at))",
            "interval_start",
            2 * len(quarters(first, last)),
        ),
    }
    found = []
    for table, (what, column, wanted) in asked.items():
        there = connection.scalar(
            text(f"SELECT {what} FROM elec.{table} WHERE {column} >= :start AND {column} < :end"), span
        )
        if there != wanted:
            found.append(f"{table} has {there} rows instead of {wanted}")
    broken = connection.scalar(
        text("SELECT count(*) FROM elec.chronos_predictions WHERE 'NaN' IN (q05, q25, load_mw, q75, q95)")
    )
    return [*found, *([f"{broken} forecasts are no numbers"] if broken else [])]


def _doubled(connection: Connection) -> list[str]:
    found = []
    for table, key in _DOUBLED.items():
        more = connection.scalar(text(f"SELECT count(*) - count(DISTINCT ({key})) FROM elec.{table}"))
        if more:
            found.append(f"{table} holds {more} rows twice")
    return found


def _of_runs(instance: dg.DagsterInstance) -> list[str]:
    under_way = instance.get_runs(RunsFilter(statuses=UNDER_WAY))
    left = [f"run {run.job_name} is {run.status.value}" for run in under_way]
    held = instance.event_log_storage.get_concurrency_run_ids()
    return [*left, *(f"run {run_id} holds a slot" for run_id in held)]
