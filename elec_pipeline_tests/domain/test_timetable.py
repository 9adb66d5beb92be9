"""Whoever moves an issue to another hour edits one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MOVED = """
import json
from datetime import date, time
from elec_pipeline.domain import timetable
timetable.MORNING_ISSUE, timetable.ACTUALS = time(11, 15), time(1, 5)

from dashboard import states, texts
from elec_pipeline.api.parameters import SeriesQuery
from elec_pipeline.defs import jobs, schedules
from elec_pipeline.domain import freshness
from elec_pipeline.domain.completeness import DayState, Lack, lacks
from elec_pipeline.domain.delivery_day import Issue, day_end, issue_time
from elec_pipeline.forecasting.features.day_table import KNOWN_HOURS

day = date(2025, 7, 1)
noon = issue_time(day, Issue.MORNING)
print(json.dumps({
    "issue": noon.isoformat(),
    "cron": [schedules.morning_forecast.cron_schedule, schedules.actuals.cron_schedule],
    "known hours": KNOWN_HOURS[Issue.MORNING],
    "texts": [words for _, pair in sorted(texts.TEXTS.items()) for words in pair if "11:15" in words],
    "stale": [words for _, pair in texts.TEXTS.items() for words in pair if "10:00" in words],
    "api": SeriesQuery.model_json_schema()["properties"]["issue"]["description"],
    "job": jobs.morning_forecast.description,
    "lacking": [Lack.FORECAST in lacks(DayState(day), noon + wait, with_weather=False)
                for wait in (0.9 * timetable.GRACE, timetable.GRACE)],
    "over": [Lack.SCORE in lacks(DayState(day, complete_hours=24), day_end(day) + timetable.GRACE * hours,
                                 with_weather=False) for hours in (2, 2.1)],
    "dashboard": states.issue_due(noon + states.ALLOWANCE).isoformat(),
    "oldest forecast": freshness.OLDEST["chronos_predictions"].total_seconds() / 3600,
}))
"""


def test_another_hour_is_one_edit() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", MOVED], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["issue"] == "2025-06-30T09:15:00+00:00"
    assert found["cron"] == ["15 11 * * *", "5 1 * * *"]
    assert found["known hours"] == 10
    assert len(found["texts"]) == 10
    assert not found["stale"]
    assert "11:15" in found["api"]
    assert "11:15" in found["job"]
    assert found["lacking"] == [False, True]
    assert found["over"] == [False, True]
    assert found["dashboard"] == found["issue"]
    assert found["oldest forecast"] == -10.75
