"""Tables group the hours they say, and their scores are those of the formulas."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain import metrics
from elec_pipeline.domain.delivery_day import Issue, hours, issue_time
from elec_pipeline.domain.quantiles import COLUMNS, LEVELS
from elec_pipeline.forecasting.backtest import scores as skill
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.backtest.groups import GROUPS, grouped
from elec_pipeline_tests.conftest import DST_DAYS, every_day_length

OURS = "ours"
OFFSETS = np.array([-900.0, -700, -300, 0, 300, 700, 900])


def rows(day: date, issue: Issue, forecaster: str, error: float) -> pd.DataFrame:
    """A day whose load is 50 GW and whose forecast errs by the same in every hour."""
    axis = hours(day)
    quantiles = np.full((len(axis), len(LEVELS)), np.nan)
    quantiles[:, 3] = 50e3 + error
    if forecaster == OURS:
        quantiles = 50e3 + error + np.tile(OFFSETS, (len(axis), 1))
    frame = pd.DataFrame(quantiles, columns=list(COLUMNS))
    return frame.assign(
        delivery_day=day, issue=str(issue), hour_start=axis, issued_at=pd.Timestamp(issue_time(day, issue)),
        forecaster=forecaster, actual_mw=50e3,
    )  # fmt: skip


def a_frame(errors: dict[date, tuple[float, float]], issue: Issue = Issue.EVENING) -> pd.DataFrame:
    """RTE's and our error of each day."""
    parts = [
        rows(day, issue, name, error)
        for day, both in errors.items()
        for name, error in zip((RTE, OURS), both, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def score(table: pd.DataFrame, forecaster: str, name: str, issue: Issue = Issue.EVENING) -> float:
    [value] = table.loc[(table["forecaster"] == forecaster) & (table["issue"] == issue), name].tolist()
    return float(value)


def test_scores_are_those_of_the_formulas() -> None:
    frame = a_frame({date(2025, 6, 3): (1000.0, 500.0), date(2025, 6, 4): (-2000.0, 800.0)})
    table = skill.scores(frame)
    ours = frame[frame["forecaster"] == OURS]
    actual, quantiles = ours["actual_mw"].to_numpy(), ours[list(COLUMNS)].to_numpy()
    assert score(table, OURS, "hours") == 48
    assert score(table, OURS, "mape") == pytest.approx(1.3)
    assert score(table, RTE, "mape") == pytest.approx(3.0)
    assert score(table, OURS, "ratio_to_rte") == pytest.approx(1.3 / 3)
    assert score(table, RTE, "ratio_to_rte") == 1
    assert score(table, OURS, "mae_mw") == pytest.approx(650)
    assert score(table, RTE, "bias_mw") == pytest.approx(-500)
    assert score(table, OURS, "pinball_mw") == pytest.approx(metrics.pinball(actual, quantiles, LEVELS))
    assert score(table, OURS, "crps_mw") == pytest.approx(metrics.crps(actual, quantiles, LEVELS))
    assert [score(table, OURS, f"coverage_{share}") for share in (50, 80, 90)] == [0, 0.5, 1]


def test_a_point_forecast_has_no_band_and_its_crps_is_its_absolute_error() -> None:
    table = skill.scores(a_frame({date(2025, 6, 3): (1000.0, 500.0)}))
    assert all(np.isnan(score(table, RTE, name)) for name in ("pinball_mw", *skill.COVERAGES))
    assert score(table, RTE, "crps_mw") == score(table, RTE, "mae_mw") == 1000


def test_issues_are_scored_apart() -> None:
    day = date(2025, 6, 3)
    frame = pd.concat([a_frame({day: (1000, 500)}), a_frame({day: (1000, 2000)}, Issue.MORNING)])
    table = skill.scores(frame)
    assert score(table, OURS, "ratio_to_rte") == pytest.approx(0.5)
    assert score(table, OURS, "ratio_to_rte", Issue.MORNING) == pytest.approx(2)


@every_day_length
def test_an_hour_is_in_the_group_that_paris_says(day: date, n_hours: int) -> None:
    frame = grouped(rows(day, Issue.EVENING, RTE, 0.0))
    by_hour = frame["local_hour"].value_counts()
    two_o_clock = {23: 0, 24: 1, 25: 2}[n_hours]
    assert [by_hour[hour] for hour in range(24)] == [1, 1, two_o_clock, *[1] * 21]
    assert frame["lead_hours"].tolist() == list(range(3, 3 + n_hours))
    assert set(frame["hours_of_day"]) == {n_hours}
    assert set(frame["weekday"]) == {f"{day:%A}"}
    assert set(frame["month"]) == {day.month}
    assert set(frame["year"]) == {2025}
    assert set(frame["season"]) == {"spring" if day.month == 3 else "autumn"}


@pytest.mark.parametrize("group", GROUPS)
def test_every_grouping_holds_every_hour_once(group: str) -> None:
    frame = a_frame(dict.fromkeys(DST_DAYS, (1000.0, 500.0)))
    tables = skill.every_table(frame)
    of_group = tables[(tables["grouped_by"] == group) & (tables["forecaster"] == OURS)]
    assert of_group["hours"].sum() == sum(DST_DAYS.values())
    assert of_group["ratio_to_rte"].to_numpy() == pytest.approx(0.5)


def test_kinds_of_day_are_scored_on_their_own() -> None:
    kinds = {
        date(2025, 5, 28): "working day",
        date(2025, 5, 29): "public holiday",
        date(2025, 5, 30): "bridge day",
        date(2025, 5, 31): "Saturday",
        date(2025, 6, 1): "Sunday",
    }
    errors = {day: (1000.0, 100.0 * (n + 1)) for n, day in enumerate(kinds)}
    table = skill.scores(grouped(a_frame(errors)), by="kind_of_day")
    ours = table[table["forecaster"] == OURS].set_index("kind_of_day")["mae_mw"].to_dict()
    assert ours == {kind: errors[day][1] for day, kind in kinds.items()}


def test_reliability_is_the_share_of_hours_below_each_quantile() -> None:
    errors = {date(2025, 6, n): (0.0, error) for n, error in ((3, 0.0), (4, 500.0), (5, -500.0), (6, 5000.0))}
    observed = skill.reliability(a_frame(errors))
    assert set(observed["forecaster"]) == {OURS}
    assert observed["level"].tolist() == list(LEVELS)
    assert observed["observed"].tolist() == [0.25, 0.25, 0.5, 0.75, 0.75, 1.0, 1.0]


def test_worst_days_are_ranked_by_forecaster_the_worst_first() -> None:
    errors = {date(2025, 6, n): (100.0 * (31 - n), 100.0 * n) for n in range(1, 16)}
    worst = skill.worst_days(a_frame(errors), count=3)
    ours, theirs = (worst[worst["forecaster"] == name] for name in (OURS, RTE))
    assert [day.day for day in ours["delivery_day"]] == [15, 14, 13]
    assert [day.day for day in theirs["delivery_day"]] == [1, 2, 3]
    assert ours["mape"].tolist() == pytest.approx([3.0, 2.8, 2.6])
    assert ours["rte_mape"].tolist() == pytest.approx([3.2, 3.4, 3.6])
    assert ours["kind_of_day"].tolist() == ["Sunday", "Saturday", "working day"]
    assert ours["hours"].tolist() == [24, 24, 24]


def test_a_day_of_which_little_is_known_is_no_worst_day() -> None:
    frame = a_frame({date(2025, 6, 3): (100.0, 100.0), date(2025, 6, 4): (9000.0, 9000.0)})
    little = frame[(frame["delivery_day"] == date(2025, 6, 3)) | (frame["hour_start"].dt.hour < 5)]
    assert set(skill.worst_days(little)["delivery_day"]) == {date(2025, 6, 3)}
