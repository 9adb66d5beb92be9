"""Checks that compare the whole table with the clock: is the newest row as new as it should be?

Here: freshness. Checks of what one run wrote stand with their asset.
"""

from datetime import time, timedelta

import dagster as dg

from elec_pipeline.defs.resources import ClockResource, StoreResource
from elec_pipeline.domain.timetable import (
    ACTUALS,
    EVENING_ISSUE,
    GRACE,
    MORNING_ISSUE,
    RTE_FORECAST,
    longest_pause,
)

NEWEST_AT_READ = timedelta(hours=3, minutes=30)
"""How long before a read the newest hour that it finds began, at most: the open data comes an hour late."""


def _to_last_hour(moment: time) -> timedelta:
    """Return the time from a moment of a day to the start of its last hour."""
    return timedelta(hours=23) - timedelta(hours=moment.hour, minutes=moment.minute)


_ACTUALS = longest_pause([ACTUALS, MORNING_ISSUE, EVENING_ISSUE]) + NEWEST_AT_READ + GRACE
OLDEST = {
    "raw_consumption": _ACTUALS,
    "hourly_consumption": _ACTUALS,
    "rte_forecasts": GRACE - _to_last_hour(RTE_FORECAST),
    "chronos_predictions": GRACE - _to_last_hour(MORNING_ISSUE),
}
"""How far the newest row may lie behind the clock at any time of a day that went well; negative: ahead of it."""


def _fresh(asset: str, oldest: timedelta) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=asset, name="fresh", description="The newest row is as new as it should be.")
    def fresh(store: StoreResource, clock: ClockResource) -> dg.AssetCheckResult:
        from elec_pipeline.store.queries import newest_instants

        with store.engine().connect() as connection:
            newest = newest_instants(connection)[asset]
        limit = clock.now() - oldest
        return dg.AssetCheckResult(
            passed=newest is not None and newest >= limit,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "expected": f"{limit.isoformat()} or later",
                "actual": "no row" if newest is None else newest.isoformat(),
            },
        )

    return fresh


all_checks = [_fresh(asset, oldest) for asset, oldest in OLDEST.items()]
