"""Quarter-hours in the chart of the forecast page: of two days and the issue shown; else the page says so."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from elec_pipeline.domain.delivery_day import day_end, day_start, quarters
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.store import queries
from elec_pipeline.store.database import open_database
from elec_pipeline_tests.conftest import DST_DAYS, every_day_length, settings_for
from elec_pipeline_tests.dashboard.conftest import Open
from elec_pipeline_tests.dashboard.test_app import in_address, words
from elec_pipeline_tests.dashboard.world import plant


def traces(app: AppTest) -> dict[str, dict[str, Any]]:
    [figure] = [each for each in app.get("plotly_chart") if "yaxis2" in each.proto.spec]
    return {trace["name"]: trace for trace in json.loads(figure.proto.spec)["data"]}


def n_points(app: AppTest) -> int:
    return len(traces(app)[""]["text"])  # of the title that the pointer shows


@every_day_length
def test_every_quarter_of_a_day_has_its_row_with_what_is_stored(data: str, day: date, n_hours: int) -> None:
    engine = open_database(settings_for(data))
    start, end = day_start(day), day_end(day)
    with engine.connect() as connection:
        rows = queries.quarters_side_by_side(connection, day, day, None)
        by_hour = queries.side_by_side(connection, day, day, None)
        readings = queries.readings_between(connection, start, end)
        raw = queries.raw_between(connection, start, end).set_index("interval_start")["load_mw"]
    engine.dispose()
    assert rows.index.tolist() == quarters(day).tolist()
    assert len(rows) == 4 * n_hours
    hour = pd.DatetimeIndex(rows.index).floor("h")
    means = rows[[*COLUMNS, "actual_mw"]].groupby(hour).mean()
    np.testing.assert_allclose(means["load_mw"], by_hour["load_mw"], atol=0.1)
    np.testing.assert_allclose(means["actual_mw"], by_hour["actual_mw"])
    assert rows["actual_mw"].tolist() == raw.tolist()
    newest = readings.sort_values("published_at").groupby(["forecast_type", "interval_start"])["load_mw"].last()
    assert rows["rte_d1_mw"].tolist() == newest["D-1"].tolist()
    assert rows["rte_d2_mw"].iloc[::2].tolist() == rows["rte_d2_mw"].iloc[1::2].tolist() == newest["D-2"].tolist()
    assert rows["issued_at"].tolist() == by_hour["issued_at"].reindex(hour).tolist()
    assert not rows["after_the_fact"].any()


def test_quarter_hours_are_drawn_and_the_choice_stands_in_the_address(data: str, open_app: Open) -> None:
    app = open_app(data)
    assert n_points(app) == 48
    app.segmented_control(key="forecast.resolution").set_value("15min").run()
    assert in_address(app, "resolution") == "15min"
    drawn = traces(app)
    assert n_points(app) == 192
    assert {"80% band", "50% band", "RTE D-1", "RTE D-2", "Actual consumption", "Ours, 09:10"} <= set(drawn)
    assert drawn["Ours − RTE"]["width"] == pytest.approx(0.85 * 15 * 60 * 1000)
    assert "Quarter-hours;" in words(app)
    for against in ("day", "week", "issue"):
        app.segmented_control(key="forecast.against").set_value(against).run()
        assert n_points(app) == 192
    app.segmented_control(key="forecast.range").set_value("7d").run()
    assert n_points(app) == 7 * 24 + 1
    assert "at most 2 days" in words(app)


@pytest.mark.parametrize("day", DST_DAYS, ids=str)
def test_a_link_draws_the_quarters_of_any_two_days(data: str, open_app: Open, day: date) -> None:
    span = f"{day - timedelta(days=1)}..{day}" if day != date(2025, 3, 31) else f"{day}..{day}"
    first = day - timedelta(days=1) if day != date(2025, 3, 31) else day
    assert n_points(open_app(data, range=span, resolution="15min")) == len(quarters(first, day))


def test_an_issue_that_is_to_come_and_quarters_that_lack_are_told(data: str, open_app: Open) -> None:
    app = open_app(data, resolution="15min", issue="evening")
    assert n_points(app) == 192
    assert "is made Mon 27 Oct 20:30" in words(app)
    plant(data, "TRUNCATE elec.quarter_hourly_predictions")
    app = open_app(data, resolution="15min")
    assert n_points(app) == 48
    assert "No forecast by the quarter-hour" in words(app)
