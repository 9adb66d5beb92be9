"""Which problems Dagster's runs tell of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from elec_pipeline.alerts.facts import CheckResult, Facts, Failure, Problem, RunOutcome
from elec_pipeline.alerts.rules_of_runs import FULLY_INFORMED, problems_of_runs
from elec_pipeline.domain.delivery_day import delivery_day

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
TODAY = delivery_day(NOW)
DOWN = "SourceUnavailableError"


def facts(*runs: RunOutcome, former: list[Problem] | None = None, **more: object) -> Facts:
    known = {
        problem.key: {**problem.facts, "since": problem.since and problem.since.isoformat()}
        for problem in former or []
    }
    return Facts(
        now=NOW,
        runs=runs,
        open=known,
        first_hour=NOW - timedelta(days=400),
        first_forecast_at=NOW - timedelta(days=400),
        **more,  # type: ignore[arg-type]
    )


def found(made: Facts) -> list[Problem]:
    return list(problems_of_runs(made))


def failing(hour: int, step: str, fault: str = DOWN) -> RunOutcome:
    at = NOW.replace(hour=hour)
    return RunOutcome(f"run-{hour}", "actuals", at, TODAY, [Failure(step, fault, "RTE is down")])


def succeeding(hour: int, *steps: str) -> RunOutcome:
    return RunOutcome(f"run-{hour}", "actuals", NOW.replace(hour=hour), TODAY, succeeded=frozenset(steps))


def test_all_failures_by_one_fault_are_one_problem_since_the_first() -> None:
    [problem] = found(
        facts(failing(2, "raw_consumption"), failing(7, "rte_forecasts"), failing(8, "rte_forecasts"))
    )
    assert (problem.key, problem.since) == (f"run/{DOWN}", NOW.replace(hour=2))
    assert sorted(problem.facts["steps"]) == ["raw_consumption", "rte_forecasts"]
    assert problem.facts["run"] == "run-8"


def test_it_is_over_once_each_step_has_succeeded() -> None:
    both = (failing(2, "raw_consumption"), failing(3, "rte_forecasts"))
    [one] = found(facts(*both, succeeding(4, "raw_consumption")))
    assert list(one.facts["steps"]) == ["rte_forecasts"]
    assert found(facts(*both, succeeding(4, "raw_consumption", "rte_forecasts"))) == []


def test_a_failure_lasts_though_its_run_is_no_longer_read() -> None:
    former = found(facts(failing(2, "fine_tuned_chronos", "")))
    assert [problem.key for problem in found(facts(former=former))] == ["run/fine_tuned_chronos"]
    assert found(facts(succeeding(11, "fine_tuned_chronos"), former=former)) == []


def test_one_that_fails_again_after_it_succeeded_begins_anew() -> None:
    former = found(facts(failing(2, "raw_consumption")))
    again = facts(failing(2, "raw_consumption"), succeeding(3, "raw_consumption"), failing(5, "raw_consumption"))
    assert found(replace(again, open=facts(former=former).open))[0].since == NOW.replace(hour=5)


def test_a_run_that_lost_its_process_is_told_of_until_the_job_succeeds() -> None:
    killed = failing(2, "job actuals", "")
    assert [problem.key for problem in found(facts(killed))] == ["run/job actuals"]
    assert found(facts(killed, succeeding(3, "job actuals"))) == []


def test_a_first_forecast_without_a_week_before_it_is_no_problem_while_that_is_loaded() -> None:
    made = facts(failing(2, "chronos_predictions", "ContextTooThinError"))
    assert len(found(made)) == 1
    assert found(replace(made, first_hour=NOW - timedelta(days=3))) == []
    assert found(replace(made, first_hour=None)) == []


def checked(hour: int, name: str, *, passed: bool, days_ago: int = 0) -> RunOutcome:
    at = NOW.replace(hour=hour)
    day = TODAY - timedelta(days=days_ago)
    return RunOutcome(f"run-{hour}", "rte_forecast", at, day, checks={name: CheckResult(passed, "3 rejected")})


@pytest.mark.parametrize("name", ["raw_rte_forecasts.plausible", "raw_consumption.first_choice"])
def test_a_check_that_fails_is_told_of_until_it_passes(name: str) -> None:
    former = found(facts(checked(2, name, passed=False)))
    assert [problem.key for problem in former] == [f"check/{name}"]
    assert [problem.key for problem in found(facts(former=former))] == [f"check/{name}"]
    assert found(facts(checked(2, name, passed=False), checked(3, name, passed=True), former=former)) == []


def test_checks_of_older_days_and_those_told_of_otherwise_are_left_out() -> None:
    assert found(facts(checked(2, "raw_rte_forecasts.plausible", passed=False, days_ago=9))) == []
    assert found(facts(checked(2, "rte_forecasts.complete", passed=False))) == []
    assert found(facts(checked(2, FULLY_INFORMED, passed=False, days_ago=1))) == []


def test_a_forecast_made_from_less_is_told_of_but_for_the_week_after_the_hour_that_open_data_never_has() -> None:
    made = facts(checked(2, FULLY_INFORMED, passed=False))
    assert [problem.key for problem in found(made)] == ["degraded"]
    autumn = datetime(2025, 10, 28, 12, tzinfo=UTC)
    at = replace(checked(2, FULLY_INFORMED, passed=False), last_day=delivery_day(autumn))
    for is_open_data, n_found in ((True, 0), (False, 1)):
        assert len(found(replace(made, now=autumn, runs=[at], is_open_data=is_open_data))) == n_found
