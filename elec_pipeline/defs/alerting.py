"""The sensors that tell people: `tell_of_failures` at once when a run fails, `watch` every hour of all the rest.

Here: what Dagster needs to know. Not here: the rules, the record and the messages (`elec_pipeline.alerts`), and
the daemon's own death, which no sensor can tell of (`commands.daemon_watch`).
"""

import dagster as dg

from elec_pipeline.alerts.facts import Facts, Kind
from elec_pipeline.defs.resources import ChronosResource, ClockResource, StoreResource
from elec_pipeline.defs.run_outcomes import is_told_of, outcome, recent_outcomes
from elec_pipeline.errors import AlertsNotDeliveredError

_AN_HOUR_S = 3600
LOOKED_AT = frozenset(Kind) - {Kind.DAEMON, Kind.DATABASE}
"""What the watch knows all problems of."""


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells of a run that failed and is not started again by itself, by the addresses of ELEC_ALERTS.",
)
def tell_of_failures(
    context: dg.RunFailureSensorContext, store: StoreResource, clock: ClockResource
) -> dg.SkipReason | None:
    """Tell of the problem that a failed run is part of, unless it was told of."""
    from elec_pipeline.alerts.rules_of_runs import problems_of_runs
    from elec_pipeline.alerts.watch import open_facts, watch
    from elec_pipeline.settings import settings
    from elec_pipeline.store import queries

    record = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    if record is None or not is_told_of(record.dagster_run):
        return dg.SkipReason("Whoever started this run reads it there.")
    now = clock.now()
    with store.engine().connect() as connection:
        span = queries.span_of_hours(connection)
        facts = Facts(
            now=now,
            runs=[outcome(context.instance, record)],
            first_hour=None if span is None else span[0],
            first_forecast_at=queries.first_forecast_at(connection),
            open=open_facts(connection, now),
        )
    found = [problem for problem in problems_of_runs(facts) if problem.kind is Kind.RUN]
    told = watch(store.engine(), settings(), found, now)
    context.log.info(str(told))
    return None


@dg.sensor(
    minimum_interval_seconds=_AN_HOUR_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Every hour: what is wrong with series, days, forecasts, checks, runs and the disk, and what a "
    "trader wants to know of tomorrow. One message when it begins, one when it is over. The tick fails where a "
    "message is not delivered.",
)
def watch(
    context: dg.SensorEvaluationContext, store: StoreResource, chronos: ChronosResource, clock: ClockResource
) -> dg.SkipReason:
    """Look at everything, record it, tell of it.

    Raises:
        AlertsNotDeliveredError: An address has not taken a message; it is sent again at the next watch.
    """
    from elec_pipeline.alerts.reading import read_facts
    from elec_pipeline.alerts.rules import problems
    from elec_pipeline.alerts.watch import open_facts
    from elec_pipeline.alerts.watch import watch as look
    from elec_pipeline.settings import settings

    now = clock.now()
    engine = store.engine()
    with engine.connect() as connection:
        standing = open_facts(connection, now)
    runs = recent_outcomes(context.instance, now)
    facts = read_facts(engine, settings(), now, runs, standing, _promised(chronos))
    told = look(engine, settings(), problems(facts), now, looked_at=LOOKED_AT)
    if told.lost:
        raise AlertsNotDeliveredError(
            f"{told} They are sent again at the next watch; `elec alerts test` tries the addresses now. "
            + " ".join(told.lost)
        )
    return dg.SkipReason(str(told))


def _promised(chronos: ChronosResource) -> float | None:
    """Return what the card of the model in use promises; None where it cannot be read: the runs tell of that."""
    from elec_pipeline.errors import ModelUnavailableError
    from elec_pipeline.forecasting.checkpoint import card_of
    from elec_pipeline.forecasting.lifecycle.drift import promised_ratio

    try:
        return promised_ratio(card_of(chronos.in_use().model))
    except ModelUnavailableError:
        return None
