"""A run of one of our jobs in this process, which Dagster's UI counts among the runs of that job.

Dagster's own `execute_in_process` notes no code location with a run. Its UI then links the run to no job, leaves
it out of the timeline, and says that somebody launched it by hand.

Here: creating such a run and executing it. Not here: what runs it (`backfill_run`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.events import DagsterEvent
from dagster._core.execution.api import (
    ExecuteRunWithPlanIterable,
    create_execution_plan,
    job_execution_iterator,
)
from dagster._core.execution.context_creation_job import (
    PlanOrchestrationContextManager,
    orchestration_context_event_generator,
)
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from elec_pipeline.commands.code_server import LOCATION

LAUNCHED_BY_TAG = "user"
"""What Dagster's UI shows in its column «Launched by»."""


def execute(
    instance: dg.DagsterInstance,
    job: dg.JobDefinition,
    assets: Sequence[str],
    *,
    run_id: str,
    tags: Mapping[str, str],
    run_config: Mapping[str, Any],
) -> list[DagsterEvent]:
    """Execute a job for some of its assets in this process; a step that fails raises nothing.

    Args:
        instance: Of Dagster.
        job: The job.
        assets: Names of what to materialise.
        run_id: Of the run.
        tags: Of the run, beside the job's own.
        run_config: Of the run.

    Returns:
        All that Dagster noted of the run.
    """
    keys = [dg.AssetKey(name) for name in assets]
    ephemeral = job.as_ephemeral_job(resource_defs={}, input_values={}, asset_selection=keys)
    in_memory = InMemoryJob(job_def=ephemeral)
    plan = create_execution_plan(
        in_memory, run_config=run_config, instance_ref=instance.get_ref() if instance.is_persistent else None
    )
    run = instance.create_run_for_job(
        job_def=ephemeral,
        run_config=run_config,
        tags={**job.run_tags, **tags},
        run_id=run_id,
        asset_selection=set(keys),
        execution_plan=plan,
        remote_job_origin=origin(job.name),
    )
    return list(
        ExecuteRunWithPlanIterable(
            execution_plan=plan,
            iterator=job_execution_iterator,
            execution_context_manager=PlanOrchestrationContextManager(
                context_event_generator=orchestration_context_event_generator,
                job=in_memory,
                execution_plan=plan,
                dagster_run=run,
                instance=instance,
                run_config=run_config,
                executor_defs=None,
                output_capture=None,
                raise_on_error=False,
            ),
        )
    )


def origin(job: str) -> RemoteJobOrigin:
    """Return where a job of ours is defined, by the names that `workspace.yaml` gives it."""
    from elec_pipeline.definitions import defs

    repository = defs.get_repository_def().name
    return RemoteJobOrigin(RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), repository), job)
