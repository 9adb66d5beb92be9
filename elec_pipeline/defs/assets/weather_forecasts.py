"""`weather_forecasts`: the weather of France as it was forecast, every vintage of it."""

from functools import partial
from typing import TYPE_CHECKING

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import QUOTA_FAILS_TAG, asked_days, delivery_days, one_run
from elec_pipeline.defs.pools import WEATHER_POOL
from elec_pipeline.defs.resources import ClockResource, StoreResource, WeatherResource
from elec_pipeline.domain.inputs import TEMPERATURE

if TYPE_CHECKING:
    from elec_pipeline.steps.weather import WeatherReport


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    pool=WEATHER_POOL,
    kinds={"postgres"},
    group_name="forecasts",
    check_specs=[
        dg.AssetCheckSpec(
            "complete",
            asset="weather_forecasts",
            description="Every hour that can have a temperature forecast has one.",
        ),
    ],
)
def weather_forecasts(
    context: dg.AssetExecutionContext, store: StoreResource, weather: WeatherResource, clock: ClockResource
) -> dg.MaterializeResult:
    """Hourly temperature, clouds, wind, humidity and radiation of France, weighted by population.

    A forecast can be issued without it: where Open-Meteo does not answer, this materialises without rows and
    says why; the run goes on.
    """
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.weather import WeatherReport, days_after, ingest_weather
    from elec_pipeline.store import queries

    first, last = asked_days(context)
    with typed_faults(context):
        client = weather.client(context)
        if client is None:
            report = WeatherReport(unavailable="Weather is switched off: OPEN_METEO_URL is off.")
        else:
            now = clock.now()
            ingest = partial(
                ingest_weather,
                client,
                store.engine(),
                source=weather.name,
                now=now,
                progress=lambda day: context.log.info(f"weather forecasts are stored up to {day}"),
                quota_fails=QUOTA_FAILS_TAG in context.run.tags,
            )
            report = ingest(first, last)
            if (after := days_after(last, now)) is not None and not report.unavailable:
                more = ingest(*after)
                report.written += more.written
                report.unavailable = more.unavailable
        by_day.tell_of_table(context, store, queries.inputs_between, day_figures.of_weather)
    if report.unavailable and client is not None:
        context.log.warning(f"{report.unavailable} Forecasts are issued without what is missing.")
    return dg.MaterializeResult(
        metadata={
            **metadata.of_run(context, report.written, windows_there_already=report.requests_saved),
            "source": report.unavailable or "answered",
            "left out": "nothing" if client is None else metadata.left_out(client.left_out, context.log),
        },
        check_results=[_complete(report, is_off=client is None)],
    )


def _complete(report: "WeatherReport", *, is_off: bool) -> dg.AssetCheckResult:
    # By the temperature: it tells most of the load, and of other inputs a model may have no previous runs.
    received = report.received[TEMPERATURE]
    return metadata.check(
        "complete",
        expected=f"{report.expected} hours",
        actual=report.unavailable or f"{received} hours",
        passed=is_off or (not report.unavailable and received >= report.expected),
    )
