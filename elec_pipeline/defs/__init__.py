"""The Dagster shell over the domain: assets, checks, partitions, jobs, schedules, resources.

Here: what Dagster needs to know. Not here: any rule of the domain; an asset calls one domain function and
turns its report into metadata and checks.
"""

import warnings

import dagster as dg

# Both are beta to Dagster. Without backfill policies a year of days would be 365 runs; the other lets the first
# days of the history have fewer days before them than the context asks for.
warnings.filterwarnings(
    "ignore", message=r".*`(backfill_policy|allow_nonexistent_upstream_partitions)`", category=dg.BetaWarning
)
