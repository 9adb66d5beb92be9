"""A run in a process of its own, to be killed: `python -m elec_pipeline_tests.soak.child NOW JOB PARTITION …`.

Here: the same call as in `runs`, on the instance of the environment. Not here: when it is killed (`injuries`).
"""

from __future__ import annotations

import sys

import dagster as dg

from elec_pipeline.definitions import build_defs
from elec_pipeline.defs.resources import ClockResource
from elec_pipeline_tests.soak.runs import PARTITION_TAG, QUIET


def main(now: str, job: str, partition: str, *rest: str) -> None:
    """Carry out one run.

    Args:
        now: The simulated instant, ISO 8601.
        job: Its name.
        partition: Its partition key, or "".
        rest: Its tags as `name=value`, and its assets as `asset=name`.
    """
    pairs = [each.split("=", 1) for each in rest]
    assets = [dg.AssetKey(value) for name, value in pairs if name == "asset"]
    with dg.DagsterInstance.get() as instance:
        build_defs(clock=ClockResource(fixed=now)).resolve_job_def(job).execute_in_process(
            instance=instance,
            partition_key=partition or None,
            asset_selection=assets or None,
            tags={name: value for name, value in pairs if name not in ("asset", PARTITION_TAG)},
            run_config=QUIET,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
