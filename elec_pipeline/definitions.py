"""What Dagster loads."""

from __future__ import annotations

from typing import Any

import dagster as dg

from elec_pipeline.defs.assets import all_assets
from elec_pipeline.defs.backups import backup
from elec_pipeline.defs.checks import all_checks
from elec_pipeline.defs.housekeeping import housekeeping
from elec_pipeline.defs.jobs import all_jobs
from elec_pipeline.defs.resources import (
    ChronosResource,
    ClockResource,
    EntsoeResource,
    SourceResource,
    StoreResource,
    WeatherResource,
)
from elec_pipeline.defs.run_workers import worker_executor
from elec_pipeline.defs.schedules import all_schedules
from elec_pipeline.defs.scrubbed import guard_databases
from elec_pipeline.defs.sensors import all_sensors
from elec_pipeline.guard import guard_messages
from elec_pipeline.settings import settings

guard_messages()  # `dagster` commands begin here; with our DAGSTER_HOME, in `instance_storage` already
guard_databases()
settings()  # what makes no sense is said now, and not by each run


def build_defs(**overrides: Any) -> dg.Definitions:
    """Return the definitions, with some resources replaced by name; tests fix the clock this way."""
    resources = {
        "store": StoreResource(),
        "source": SourceResource(),
        "entsoe": EntsoeResource(),
        "weather": WeatherResource(),
        "chronos": ChronosResource(),
        "clock": ClockResource(),
    }
    return dg.Definitions(
        assets=all_assets,
        asset_checks=all_checks,
        jobs=[*all_jobs, housekeeping, backup],
        schedules=all_schedules,
        sensors=all_sensors,
        resources=resources | overrides,
        # The model is loaded once a process: a process a step would load it again.
        executor=worker_executor,
    )


defs = build_defs()
