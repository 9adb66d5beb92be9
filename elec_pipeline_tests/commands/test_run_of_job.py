"""A backfill is a run of its job to Dagster's UI: linked to it, in the timeline, and with who launched it."""

from __future__ import annotations

from uuid import uuid4

import dagster as dg

from elec_pipeline.commands.code_server import LOCATION
from elec_pipeline.commands.run_of_job import LAUNCHED_BY_TAG, execute


@dg.asset
def sound() -> None:
    """Nothing."""


@dg.asset
def broken() -> None:
    """What fails."""
    raise ValueError("It is broken.")


def job() -> dg.JobDefinition:
    defs = dg.Definitions(
        [sound, broken], jobs=[dg.define_asset_job("both", [sound, broken], tags={"of": "the job"})]
    )
    return defs.resolve_job_def("both")


def run(instance: dg.DagsterInstance, *assets: str) -> dg.DagsterRun:
    run_id = str(uuid4())
    config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    made = execute(
        instance, job(), assets, run_id=run_id, tags={LAUNCHED_BY_TAG: "elec backfill"}, run_config=config
    )
    assert made
    found = instance.get_run_by_id(run_id)
    assert found is not None
    return found


def test_the_ui_finds_it_by_the_job_of_our_code_location() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        done = run(instance, "sound")
        label = f"__repository__@{LOCATION}"
        assert list(instance.get_run_ids(dg.RunsFilter(job_name="both", tags={".dagster/repository": label}))) == [
            done.run_id
        ]
    assert done.status is dg.DagsterRunStatus.SUCCESS
    assert done.tags["user"] == "elec backfill"
    assert done.tags["of"] == "the job"
    assert done.asset_selection == {dg.AssetKey("sound")}


def test_a_step_that_fails_ends_it_and_raises_nothing() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert run(instance, "broken").status is dg.DagsterRunStatus.FAILURE
