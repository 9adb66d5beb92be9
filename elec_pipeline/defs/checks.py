"""Checks that compare the whole table with the clock: is the newest row as new as it should be?

Here: freshness. Not here: the limits (`domain.freshness`); checks of what one run wrote stand with their asset.
"""

from datetime import timedelta

import dagster as dg

from elec_pipeline.defs.resources import ClockResource, StoreResource
from elec_pipeline.domain.freshness import OLDEST


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
