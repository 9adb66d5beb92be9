"""The assets as Dagster runs them, against a real database and the simulator over HTTP."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.definitions import build_defs
from elec_pipeline.defs import faults
from elec_pipeline.defs.partitions import RANGE_END_TAG, RANGE_START_TAG
from elec_pipeline.defs.resources import ClockResource
from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, issue_time
from elec_pipeline.domain.forecasters import by_quarter, of_expert
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.settings import Settings
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import NOW, whole_runs_every_day_length

KNOWNS = ["raw_consumption", "hourly_consumption", "raw_rte_forecasts", "rte_forecasts"]
FORECASTS = ["chronos_predictions", "quarter_hourly_predictions"]
EVERYTHING = [*KNOWNS, *FORECASTS, "forecast_accuracy"]
pytestmark = pytest.mark.usefixtures("configured")


def run(
    assets: list[str], first: date, last: date, now: datetime = NOW, *, job: str = "backfill"
) -> dg.ExecuteInProcessResult:
    defs = build_defs(clock=ClockResource(fixed=now.isoformat()))
    return defs.resolve_job_def(job).execute_in_process(
        asset_selection=[dg.AssetKey(name) for name in assets],
        tags={RANGE_START_TAG: str(first), RANGE_END_TAG: str(last)},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )


def predictions(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        made = queries.first_predictions(connection, day_start(day), day_end(day))
    return made.drop(columns="created_at")


def quarter_hours(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.newest_quarter_hours(connection, day_start(day), day_end(day))


def experts(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        said = queries.expert_predictions_between(connection, day_start(day), day_end(day))
    return said.sort_values(["issued_at", "expert", "hour_start"], ignore_index=True)


def checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {
        f"{check.asset_key.to_user_string()}.{check.check_name}": check.passed
        for check in result.get_asset_check_evaluations()
    }


def failure(result: dg.ExecuteInProcessResult) -> str:
    [event] = [event for event in result.all_events if event.is_step_failure]
    data = event.step_failure_data
    assert data.user_failure_data is not None
    return str(data.user_failure_data.description)


@whole_runs_every_day_length
def test_a_range_of_days_goes_through_the_whole_path(engine: Engine, day: date, n_hours: int) -> None:
    first = day - timedelta(days=9)
    result = run(EVERYTHING, first, day)
    assert result.success
    passed = checks(result)
    assert passed["raw_consumption.complete"]
    assert passed["hourly_consumption.complete"]
    assert passed["chronos_predictions.quantiles_in_order"]
    made = predictions(engine, day)
    assert made.groupby("issued_at").size().tolist() == [n_hours, n_hours]
    assert [moment.to_pydatetime() for moment in made["issued_at"].unique()] == [
        issue_time(day, issue) for issue in Issue
    ]
    quarters = quarter_hours(engine, day)
    assert len(quarters) == 4 * n_hours
    of_hours = quarters.groupby(quarters["interval_start"].dt.floor("h"))["load_mw"].mean()
    evening = made[made["issued_at"] == issue_time(day, Issue.EVENING)].set_index("hour_start")["load_mw"]
    assert (of_hours - evening).abs().max() <= 0.1
    assert quarters["load_mw"].diff().abs().median() > 1  # a curve, not steps
    with engine.connect() as connection:
        scores = queries.accuracy_between(connection, day, day).set_index("forecaster")
    names = card_of("")["combination"]["experts"]
    assert experts(engine, day).groupby(["expert", "issued_at"]).size().tolist() == [n_hours] * 2 * len(names)
    assert set(scores.index) == {
        "rte_d1", "rte_d1_latest", "rte_debiased", "chronos_morning", "chronos_evening", "seasonal_naive",
        *(of_expert(name, issue) for name in names for issue in Issue),
        *map(by_quarter, ("rte_d1", "chronos_morning", "chronos_evening")),
    }  # fmt: skip
    assert scores.loc["rte_d1", "basis"] == "nominal"  # all was fetched months later
    assert (scores["hours"] == n_hours).all()
    mape = scores["mape"].to_dict()
    assert mape["chronos_evening"] < mape["seasonal_naive"]
    assert mape["chronos_evening_15min"] == pytest.approx(mape["chronos_evening"], abs=0.5)
    again = run(EVERYTHING, first, day)
    assert again.success
    for event in again.get_asset_materialization_events():
        done = event.materialization.metadata["this run"].value
        assert isinstance(done, dict)
        assert done["rows inserted"] == done["rows replaced"] == 0
    pd.testing.assert_frame_equal(predictions(engine, day), made)
    assert run(["intraday_predictions"], day, day).success
    with engine.connect() as connection:
        within = queries.intraday_between(connection, day_start(day), day_end(day))
    assert within["issued_at"].nunique() == n_hours


@whole_runs_every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_issued_live_or_backfilled_a_forecast_is_the_same(
    engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int, issue: Issue
) -> None:
    """A live run ends at its issue time; then the future comes, values are revised, and it is issued again."""
    issued, today = issue_time(day, issue), day - timedelta(days=1)
    simulator.set_clock(lambda: issued)
    assert run([*KNOWNS], today - timedelta(days=9), today, issued).success
    assert run(["raw_rte_forecasts", "rte_forecasts", "chronos_predictions"], day, day, issued).success
    live = predictions(engine, day)
    live = live[live["issued_at"] == issued].reset_index(drop=True)
    assert len(live) == n_hours
    experts_live = experts(engine, day).query("issued_at == @issued").reset_index(drop=True)
    assert len(experts_live) == n_hours * len(card_of("")["combination"]["experts"])
    with engine.begin() as connection:
        # The rows came when the issue was made, not when this test ran.
        for table in ("raw_consumption", "rte_forecasts"):
            connection.execute(text(f"UPDATE elec.{table} SET ingested_at = :at"), {"at": issued})
        connection.execute(text("DELETE FROM elec.chronos_predictions"))
        connection.execute(text("DELETE FROM elec.expert_predictions"))
    simulator.set_clock(lambda: NOW)
    revised_days = [f"revised=3@{today - timedelta(days=n)}/all" for n in range(10)]
    simulator.set_faults([*revised_days, f"revised=3@{day}/all"])
    assert run(EVERYTHING, today - timedelta(days=9), day).success
    with engine.connect() as connection:
        assert len(queries.revisions_between(connection, day_start(today - timedelta(days=9)), day_end(day)))
    later = predictions(engine, day)
    later = later[later["issued_at"] == issued].reset_index(drop=True)
    pd.testing.assert_frame_equal(later, live, check_exact=True)
    backfilled = experts(engine, day).query("issued_at == @issued").reset_index(drop=True)
    pd.testing.assert_frame_equal(backfilled, experts_live, check_exact=True)


@whole_runs_every_day_length
def test_too_thin_a_context_is_a_typed_error_and_no_row(engine: Engine, day: date, n_hours: int) -> None:
    assert n_hours
    assert run(KNOWNS, day - timedelta(days=2), day).success
    result = run(["chronos_predictions"], day, day)
    assert not result.success
    assert "of the week before it is known" in failure(result)
    assert predictions(engine, day).empty


@whole_runs_every_day_length
def test_a_gap_degrades_the_forecast_and_says_so(
    engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    simulator.set_faults([f"missing@{day - timedelta(days=3)}"])
    result = run(EVERYTHING, day - timedelta(days=9), day)
    assert result.success
    passed = checks(result)
    assert not passed["raw_consumption.complete"]
    assert not passed["chronos_predictions.fully_informed"]
    assert len(predictions(engine, day)) == 2 * n_hours


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("implausible@2025-06-02T10:00Z", "plausible"),
        ("conflict-undated@2025-06-02T10:00Z", "no_conflict"),
        ("nd@2025-06-02T10:00Z", "complete"),
        ("null@2025-06-02T10:00Z", "complete"),
    ],
)
def test_each_bad_value_fails_its_check_and_the_day_lands(
    engine: Engine, simulator: SimulatorHandle, fault: str, check: str
) -> None:
    simulator.set_faults([fault])
    day = date(2025, 6, 2)
    result = run(["raw_consumption"], day, day)
    assert result.success
    assert not checks(result)[f"raw_consumption.{check}"]
    with engine.connect() as connection:
        assert len(queries.raw_between(connection, day_start(day), day_end(day))) == 95


@pytest.mark.parametrize(("fault", "advice"), [("token-401", "RTE_CLIENT_ID"), ("403", "subscribe")])
def test_a_refusal_fails_the_run_at_once(simulator: SimulatorHandle, fault: str, advice: str) -> None:
    simulator.set_faults([fault])
    result = run(["raw_consumption"], date(2025, 6, 2), date(2025, 6, 2))
    assert not result.success
    assert advice in failure(result)


def test_a_broken_model_is_named_and_no_other_is_taken(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    from elec_pipeline.settings import settings

    monkeypatch.setenv("ELEC_MODEL", str(tmp_path))
    settings.cache_clear()
    day = date(2025, 6, 2)
    result = run(["chronos_predictions"], day, day)
    assert not result.success
    assert "ELEC_MODEL" in failure(result)
    assert predictions(engine, day).empty


def test_a_source_that_is_away_is_tried_again_and_then_fails(
    simulator: SimulatorHandle, monkeypatch: pytest.MonkeyPatch, configured: Settings
) -> None:
    from elec_pipeline.sources import retries

    assert configured.rte_base_url == simulator.url
    monkeypatch.setattr(faults, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(retries.RetryPlan.__init__, "__defaults__", (2, 0.01, 0.05, None))
    simulator.set_faults(["500"])
    result = run(["raw_consumption"], date(2025, 6, 2), date(2025, 6, 2))
    assert not result.success
    assert "500" in failure(result)
    assert sum(event.is_step_restarted for event in result.all_events) == faults.MORE_TRIES


@whole_runs_every_day_length
def test_each_day_of_a_range_tells_of_itself(engine: Engine, day: date, n_hours: int) -> None:
    first = day - timedelta(days=9)
    result = run([*KNOWNS, "forecast_accuracy"], first, day)
    assert result.success
    told = {
        (event.materialization.asset_key.to_user_string(), str(event.materialization.partition)): {
            name: value.value for name, value in event.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
    }
    with engine.connect() as connection:
        scores = queries.accuracy_between(connection, first, day)
        load = queries.hours_between(connection, day_start(day), day_end(day))["load_mw"]
    mape = scores[scores["forecaster"] == "rte_d1"].set_index("delivery_day")["mape"]
    assert len(set(mape)) > 1
    assert {
        each: told["forecast_accuracy", str(each)]["MAPE of rte_d1 (%)"] for each in mape.index
    } == mape.to_dict()
    last = {name: told[name, str(day)] for name in ("raw_consumption", "hourly_consumption", "rte_forecasts")}
    assert last["raw_consumption"]["dagster/row_count"] == last["raw_consumption"]["quarter-hours"] == 4 * n_hours
    assert last["hourly_consumption"]["complete hours"] == last["rte_forecasts"]["hours of D-1"] == n_hours
    assert last["hourly_consumption"]["peak (MW)"] == load.max()
    assert {metadata["this run"]["days"] for metadata in told.values()} == {f"{first} to {day}"}  # type: ignore[index, call-overload]
