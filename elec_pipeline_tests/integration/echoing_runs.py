"""Run by `test_secrets` in a process of its own: real runs against sources that repeat what they are told."""

import json
import logging
import os
import sys

import dagster as dg
import requests

from elec_pipeline.definitions import build_defs
from elec_pipeline.defs import faults
from elec_pipeline.defs.resources import ClockResource, StoreResource
from elec_pipeline.settings import settings
from elec_pipeline.sources import retries

TRIES = 12


@dg.asset
def foreign(context: dg.AssetExecutionContext, store: StoreResource) -> None:
    """Fails as a library would, with secrets in its words, its cause, its output, its log and its statement."""
    said = " ".join(
        os.environ[name] for name in ("RTE_CLIENT_ID", "RTE_CLIENT_SECRET", "DATABASE_URL", "ELEC_API_KEY")
    )
    sys.stdout.write(f"{said}\n")
    sys.stderr.write(f"{said}\n")
    context.log.info(said)
    try:
        requests.get(f"http://127.0.0.1:9/{said}", timeout=5)
    except requests.RequestException as cause:
        logging.getLogger("urllib3").exception("%s", said)
        context.add_output_metadata({"said": said, "nested": {"deeper": [said]}})
        from sqlalchemy import text
        from sqlalchemy.exc import DBAPIError

        with store.engine().connect() as connection:
            try:
                connection.execute(text("SELECT 1 / (:said <> :said)::int"), {"said": said})
            except DBAPIError:
                context.log.exception(said)
        raise ValueError(said) from cause


def main(runs: list[list[str]], day: str, now: str) -> None:
    """Do one run for each list of faults."""
    retries.RetryPlan.__init__.__defaults__ = (TRIES, 0.001, 0.002, None)
    faults.FIRST_WAIT_S = 0.01
    names = ["raw_consumption", "raw_rte_forecasts", "weather_forecasts"]
    logging.getLogger().setLevel(logging.DEBUG)
    job = build_defs(clock=ClockResource(fixed=now)).resolve_job_def("backfill")
    url = settings().rte_base_url
    with dg.DagsterInstance.get() as instance:
        for faulty in runs:
            requests.post(f"{url}/simulator/faults", json=faulty, timeout=10).raise_for_status()
            result = job.execute_in_process(
                instance=instance,
                asset_selection=[dg.AssetKey(name) for name in names],
                partition_key=day,
                raise_on_error=False,
            )
            sys.stdout.write(f"RUN {json.dumps([faulty, result.success])}\n")
        result = dg.materialize(
            [foreign], instance=instance, resources={"store": StoreResource()}, raise_on_error=False
        )
        sys.stdout.write(f"RUN {json.dumps([['foreign'], result.success])}\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2], sys.argv[3])
    raise ValueError(os.environ["RTE_CLIENT_SECRET"])
