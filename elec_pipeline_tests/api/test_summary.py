"""/v1/summary: a delivery day at a glance."""

from __future__ import annotations

from datetime import date, timedelta

from elec_pipeline.domain.delivery_day import Issue, issue_time
from elec_pipeline_tests.api.conftest import Api
from elec_pipeline_tests.api.test_front_end import z
from elec_pipeline_tests.api.test_vintages import a_day
from elec_pipeline_tests.conftest import every_day_length


@every_day_length
def test_its_figures_are_those_of_the_rows(api: Api, day: date, n_hours: int) -> None:
    for issue in Issue:
        found = api.json("/v1/summary", day=str(day), issue=issue)
        rows = api.json("/v1/predictions", issue=issue, **a_day(day))["data"]
        highest = max(rows, key=lambda row: row["load_mw"])
        assert found["day"] == str(day)
        assert found["issued_at"] == z(issue_time(day, issue))
        assert found["hours"] == found["hours_due"] == n_hours
        assert {name: found["peak"][name] for name in ("hour_start", "load_mw", "q10", "q90")} == {
            name: highest[name] for name in ("hour_start", "load_mw", "q10", "q90")
        }
        total = sum(row["load_mw"] for row in rows)
        assert abs(found["energy_gwh"] - total / 1000) < 1e-6
        assert abs(found["mean_mw"] - total / n_hours) < 1e-6
        rte = {row["date"]: row["rte forecast"] for row in api.json("/api/data", **a_day(day))}
        gap = found["gap_to_rte"]
        assert gap["forecast_type"] == "D-1"
        assert gap["difference_mw"] == max((row["load_mw"] - rte[row["hour_start"]] for row in rows), key=abs)
        assert found["peak"]["rte_mw"] == rte[highest["hour_start"]]


def test_without_a_day_it_is_the_newest_that_is_forecast(api: Api) -> None:
    assert api.json("/v1/summary")["day"] == "2025-10-27"


def test_of_a_day_that_is_not_forecast_it_has_no_figures(api: Api) -> None:
    found = api.json("/v1/summary", day="2031-03-30")
    assert (found["hours"], found["hours_due"], found["changes"]) == (0, 23, [])
    for name in (
        "peak",
        "morning_peak",
        "evening_peak",
        "ramp",
        "energy_gwh",
        "mean_mw",
        "gap_to_rte",
        "issued_at",
    ):
        assert found[name] is None


def test_nonsense_is_refused(api: Api) -> None:
    assert set(api.refusal("/v1/summary", day="2025-02-30", until="x")) == {"day", "until"}
    assert api.get("/v1/summary", issue="noon").status_code == 404
    assert api.get("/v1/summary", day=str(date(2025, 3, 30) + timedelta(days=1)), zone="DE").status_code == 404
