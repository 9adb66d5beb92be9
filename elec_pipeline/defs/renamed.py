"""Assets that bore another name: their partitions stay materialised under the new one.

Here: which, and telling Dagster. Not here: their tables, which migrations rename. What a day lacks is read from
those (`domain.completeness`), so that nothing is fetched anew either way; this is for whoever looks at Dagster's
pages.
"""

from __future__ import annotations

import dagster as dg

from elec_pipeline.defs.assets import weather_forecasts

RENAMED = {dg.AssetKey("temperature_forecasts"): weather_forecasts.key}
"""From the former key to the present one."""
AT_ONCE = 1000
"""Partitions carried over in one go: a tick of a sensor has a minute, and each takes some milliseconds."""


def carry_over(instance: dg.DagsterInstance, at_once: int = AT_ONCE) -> int:
    """Note partitions that were materialised under a former name as materialised under the present one.

    What is on record of the former name stays. The newest come first; those beyond `at_once` wait for the next
    time.

    Args:
        instance: Of Dagster.
        at_once: The most partitions.

    Returns:
        How many there were.
    """
    carried = 0
    for former, present in RENAMED.items():
        found = instance.get_materialized_partitions(former)
        missing = sorted(found - instance.get_materialized_partitions(present), reverse=True) if found else []
        for partition in missing[: at_once - carried]:
            instance.report_runless_asset_event(
                dg.AssetMaterialization(
                    present, partition=partition, metadata={"materialised as": former.to_user_string()}
                )
            )
            carried += 1
    return carried
