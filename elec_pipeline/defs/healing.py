"""`heal`, the sensor that asks again for what the last fourteen days lack.

Here: which assets bring what is lacking, and the run requests. Not here: what a day lacks, and how often it is
asked for again (`domain.completeness`); what its ticks carry over of assets that were renamed (`renamed`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from elec_pipeline.defs import jobs
from elec_pipeline.defs.assets import (
    chronos_predictions,
    forecast_accuracy,
    hourly_consumption,
    quarter_hourly_predictions,
    raw_consumption,
    raw_rte_forecasts,
    rte_forecasts,
    weather_forecasts,
    week_ahead_predictions,
)
from elec_pipeline.defs.partitions import AS_FAR_AS_POSSIBLE_TAG, key
from elec_pipeline.defs.renamed import carry_over
from elec_pipeline.defs.resources import ClockResource, StoreResource, WeatherResource
from elec_pipeline.domain.completeness import GIVE_UP_DAYS, Lack, attempt, lacks
from elec_pipeline.domain.delivery_day import FIRST_DAY, days, delivery_day

HEAL_TAG = "elec/heal"
"""Names the delivery day; `dagster.yaml` lets one run with this tag out of the queue at a time, oldest first."""
BRINGING = {
    Lack.ACTUALS: (raw_consumption, hourly_consumption, forecast_accuracy),
    Lack.RTE: (raw_rte_forecasts, rte_forecasts, forecast_accuracy),
    Lack.TEMPERATURE: (weather_forecasts,),
    Lack.FORECAST: (chronos_predictions, quarter_hourly_predictions, week_ahead_predictions, forecast_accuracy),
    Lack.QUARTERS: (quarter_hourly_predictions,),
    Lack.SCORE: (forecast_accuracy,),
}
_AN_HOUR_S = 3600
_UNDER_WAY = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
]


@dg.sensor(
    job=jobs.backfill,
    minimum_interval_seconds=_AN_HOUR_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for days of the last fourteen that are missing, partial or without a forecast.",
)
def heal(
    context: dg.SensorEvaluationContext, store: StoreResource, weather: WeatherResource, clock: ClockResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for exactly what each day lacks: every hour at first, then every six, then once a day."""
    from elec_pipeline.store import queries

    carry_over(context.instance)
    now = clock.now()
    today = delivery_day(now)
    first = max(FIRST_DAY, today - timedelta(days=GIVE_UP_DAYS))
    with store.engine().connect() as connection:
        states = queries.day_states(connection, first, today + timedelta(days=1))
    lacking = {state.day: lacks(state, now, with_weather=weather.is_on) for state in states}
    busy = _under_way(context.instance)
    requests = [
        _request(day, found, now) for day, found in lacking.items() if found and not busy & _runs_of(day, found)
    ]
    if not requests:
        yield dg.SkipReason(f"Nothing is lacking from {first} on that is not under way.")
    yield from requests


def _request(day: date, found: frozenset[Lack], now: datetime) -> dg.RunRequest:
    wanted = {asset.key for lack in found for asset in BRINGING[lack]}
    if day >= delivery_day(now):
        wanted.discard(forecast_accuracy.key)  # nothing to score yet
    return dg.RunRequest(
        run_key=f"heal {key(day)} {' '.join(sorted(found))} {attempt(day, now)}",
        partition_key=key(day),
        asset_selection=sorted(wanted),
        tags={HEAL_TAG: key(day), AS_FAR_AS_POSSIBLE_TAG: "true", "elec/lacking": ", ".join(sorted(found))},
    )


def _runs_of(day: date, found: frozenset[Lack]) -> set[tuple[str, date]]:
    """Return what a run under way would have to be for a request to wait: one with an asset that is wanted."""
    return {(asset.key.to_user_string(), day) for lack in found for asset in BRINGING[lack]}


def _under_way(instance: dg.DagsterInstance) -> set[tuple[str, date]]:
    """Return the assets and delivery days of all runs that wait or run."""
    busy: set[tuple[str, date]] = set()
    for run in instance.get_runs(RunsFilter(statuses=_UNDER_WAY)):
        first, last = (
            run.tags.get(name) or run.tags.get("dagster/partition")
            for name in ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
        )
        if first is None or last is None or run.asset_selection is None:
            continue
        busy |= {
            (asset.to_user_string(), day)
            for day in days(date.fromisoformat(first), date.fromisoformat(last))
            for asset in run.asset_selection
        }
    return busy
