"""The page of a back-test shows whatever text it is given, and runs none of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.forecasting.backtest import scores as skill
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.backtest.report import About, report
from elec_pipeline.forecasting.backtest.run import BackTest, Tally
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.forecasting.backtest.test_scores import OURS, a_frame

HOSTILE = "<script>alert('{0}')</script>"


@every_day_length
def test_names_warnings_and_the_command_are_escaped_everywhere(day: date, n_hours: int) -> None:
    frame = a_frame({day: (1000.0, 500.0)})
    name = HOSTILE.format("name")
    frame["forecaster"] = frame["forecaster"].replace(OURS, name).astype("category")
    about = About(
        first=day,
        last=day,
        issues=[Issue.EVENING],
        knew={RTE: "its own", name: HOSTILE.format("knew")},
        warnings=[HOSTILE.format("warning")],
        command=HOSTILE.format("command"),
        made_at=datetime(2025, 11, 1, tzinfo=UTC),
    )
    outcome = BackTest(frame, Tally(issues=1, hours=n_hours, scored=n_hours))
    page = report(outcome, skill.every_table(frame), about)
    assert "<script>alert" not in page
    for shown in ("name", "knew", "warning", "command"):
        assert f"&lt;script&gt;alert(&#39;{shown}&#39;)&lt;/script&gt;" in page
    assert f"{n_hours} are scored" in page
