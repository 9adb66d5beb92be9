"""The page of data and runs: what Dagster says of checks, schedules and sensors, and the alerts that are open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.runs import Check, understood
from elec_pipeline_tests.dashboard.conftest import Open
from elec_pipeline_tests.dashboard.world import NOW, plant

AT = 1_795_797_857.0


def check(name: str, status: str | None) -> dict[str, Any]:
    entries = [{"label": "expected", "text": "24 hours"}, {"label": "actual", "text": "23 hours"}]
    done = {"status": status, "timestamp": AT, "evaluation": {"metadataEntries": entries}}
    return {"name": name, "executionForLatestMaterialization": None if status is None else done}


def answer(*checks: dict[str, Any]) -> dict[str, Any]:
    sensor = {
        "name": "heal",
        "sensorState": {
            "status": "RUNNING",
            "ticks": [{"timestamp": AT, "status": "SKIPPED"}],
            "nextTick": {"timestamp": AT + 60},
        },
    }
    node = {"schedules": [], "sensors": [sensor], "location": {"name": "elec_pipeline"}}
    asset = {"assetKey": {"path": ["hourly_consumption"]}, "assetChecksOrError": {"checks": list(checks)}}
    return {
        "runsOrError": {"results": []},
        "repositoriesOrError": {"nodes": [node]},
        "assetNodes": [asset, {"assetKey": {"path": ["x"]}, "assetChecksOrError": {}}],
    }


@pytest.mark.parametrize(
    ("status", "passed"), [("SUCCEEDED", True), ("FAILED", False), ("EXECUTION_FAILED", False)]
)
def test_a_check_says_what_it_found(status: str, passed: bool) -> None:  # noqa: FBT001
    [found] = understood(answer(check("complete", status))).checks
    assert found == Check("hourly_consumption", "complete", passed, "23 hours", datetime.fromtimestamp(AT, UTC))


def test_a_check_that_never_ran_is_neither_good_nor_bad() -> None:
    [found] = understood(answer(check("complete", None))).checks
    assert (found.passed, found.at) == (None, None)


def test_a_sensor_says_when_it_looked_and_looks_next() -> None:
    [sensor] = understood(answer()).sensors
    assert (sensor.is_on, sensor.last_status) == (True, "SKIPPED")
    assert sensor.last_tick is not None
    assert sensor.next_tick is not None
    assert (sensor.next_tick - sensor.last_tick).total_seconds() == 60


def alerts() -> None:
    """The part of the page, as Streamlit runs a script."""
    from dashboard import address, clock
    from dashboard.frame import Frame
    from dashboard.texts import Texts
    from dashboard.views import notices

    address.settle()
    notices.alerts(Frame(Texts(address.language()), clock.now(), ""))


@pytest.mark.parametrize(("lang", "said"), [("en", "worse than RTE's. It is. (since"), ("fr", "(depuis")])
def test_an_alert_that_is_open_stands_on_the_page(data: str, open_app: Open, lang: str, said: str) -> None:
    open_app(data)
    page = AppTest.from_function(alerts, default_timeout=30)
    page.query_params["lang"] = lang
    page.run()
    assert not page.exception
    assert (len(page.success), len(page.error)) == (1, 0)
    plant(
        data,
        "INSERT INTO elec.alerts (key, kind, opened_at, last_seen_at, facts)"
        " VALUES ('skill', 'skill', %(at)s, %(at)s, %(facts)s)",
        at=NOW, facts='{"why": "It is."}',
    )  # fmt: skip
    page.run()
    assert not page.success
    [shown] = [each.value for each in page.error]
    assert said in shown
