"""A Dagster workspace that loads in a second: an asset, and a schedule that is off until somebody starts it."""

from __future__ import annotations

import dagster as dg


@dg.asset
def thing() -> None:
    return None


yearly = dg.ScheduleDefinition(name="yearly", cron_schedule="0 0 1 1 *", target=dg.AssetSelection.assets(thing))
defs = dg.Definitions(assets=[thing], schedules=[yearly])
