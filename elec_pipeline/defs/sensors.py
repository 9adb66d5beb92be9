"""Sensors: what asks for a run because of what the data say, not because of the clock."""

import dagster as dg

from elec_pipeline.defs import jobs
from elec_pipeline.defs.alerting import tell_of_failures, watch
from elec_pipeline.defs.healing import heal
from elec_pipeline.defs.resources import ChronosResource, ClockResource, StoreResource
from elec_pipeline.domain.delivery_day import delivery_day

AN_HOUR_S = 3600


@dg.sensor(
    job=jobs.retrain,
    minimum_interval_seconds=AN_HOUR_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for a retraining where the evening forecast has become worse against RTE's.",
)
def drift(
    context: dg.SensorEvaluationContext, store: StoreResource, chronos: ChronosResource, clock: ClockResource
) -> dg.SensorResult | dg.SkipReason:
    """Ask for `retrain` where the last week is worse than RTE and than usual; at most once in a fortnight."""
    from elec_pipeline.forecasting.checkpoint import card_of
    from elec_pipeline.forecasting.lifecycle.drift import SCORED_BEFORE, pause_after, promised_ratio
    from elec_pipeline.forecasting.lifecycle.drift import drift as drifting
    from elec_pipeline.store import queries

    today = delivery_day(clock.now())
    with store.engine().connect() as connection:
        scores = queries.accuracy_between(connection, today - SCORED_BEFORE, today)
        registered = queries.registered_models(connection)
    found = drifting(scores, promised_ratio(card_of(chronos.in_use().model)))
    if not found.is_drifting:
        return dg.SkipReason(found.why)
    if pause := pause_after(registered, context.cursor, clock.now()):
        return dg.SkipReason(f"{found.why} {pause}")
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"drift {found.last}", tags={"elec/reason": found.why})],
        cursor=clock.now().isoformat(),
    )


all_sensors = [drift, heal, tell_of_failures, watch]
