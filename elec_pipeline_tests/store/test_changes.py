"""What readers' caches hang on: the token is another one whenever rows changed, and only then."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.store import queries
from elec_pipeline.store.changes import note_change
from elec_pipeline.store.forecasts import write_predictions
from elec_pipeline.store.models import promote, register_model, roll_back
from elec_pipeline.store.tables import hourly_consumption, rte_forecasts
from elec_pipeline_tests.conftest import every_day_length


def predictions(day: date, issue: Issue, level: float, version: str = "a") -> pd.DataFrame:
    frame = pd.DataFrame({"hour_start": hours(day), "issued_at": pd.Timestamp(issue_time(day, issue))})
    return frame.assign(model_version=version, **dict.fromkeys(COLUMNS, level))


def token(engine: Engine) -> str:
    with engine.connect() as connection:
        return queries.data_version(connection)


@every_day_length
def test_a_write_changes_the_token_and_the_same_write_again_does_not(
    engine: Engine, day: date, n_hours: int
) -> None:
    empty = token(engine)
    assert write_predictions(engine, predictions(day, Issue.MORNING, 50e3)).inserted == n_hours
    written = token(engine)
    write_predictions(engine, predictions(day, Issue.MORNING, 50e3))
    assert empty != written == token(engine)
    with engine.connect() as connection:
        assert set(queries.last_changes(connection)) == {"chronos_predictions"}


def test_a_promotion_and_its_rollback_change_the_token(engine: Engine) -> None:
    register_model(engine, version="a", base_model="b", location="c", trained_through=None)
    tokens = [token(engine)]
    promote(engine, "a", by="hand")
    tokens.append(token(engine))
    roll_back(engine)
    tokens.append(token(engine))
    assert len(set(tokens)) == 3


def test_a_write_that_began_before_another_and_ends_after_it_changes_the_token(engine: Engine) -> None:
    with engine.begin() as slow:
        note_change(slow, rte_forecasts)
        with engine.begin() as quick:
            note_change(quick, rte_forecasts)
        between = token(engine)
    assert token(engine) != between


def test_notes_of_yesterday_go_but_the_newest_of_each_table_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in (rte_forecasts, rte_forecasts, hourly_consumption):
            note_change(connection, table)
        connection.execute(text("UPDATE elec.changes SET changed_at = changed_at - interval '2 days'"))
        note_change(connection, rte_forecasts)
        left = connection.scalars(text("SELECT table_name FROM elec.changes ORDER BY id")).all()
    assert left == ["rte_forecasts", "hourly_consumption", "rte_forecasts"]


@every_day_length
def test_the_newest_issue_is_shown_or_the_one_named_of_the_model_that_made_it_first(
    engine: Engine, day: date, n_hours: int
) -> None:
    for issue, level, version in (
        (Issue.MORNING, 1.0, "z"),
        (Issue.EVENING, 2.0, "z"),
        (Issue.EVENING, 3.0, "a"),  # made later: not what was said
    ):
        write_predictions(engine, predictions(day, issue, level, version))
    write_predictions(engine, predictions(day + timedelta(days=1), Issue.MORNING, 4.0))
    with engine.connect() as connection:
        span = (connection, day_start(day), day_end(day))
        newest = queries.newest_predictions(*span)
        morning = queries.newest_predictions(*span, Issue.MORNING)
        evening = queries.newest_predictions(*span, Issue.EVENING)
    assert len(newest) == len(morning) == n_hours
    assert set(morning["load_mw"]) == {1.0}
    pd.testing.assert_frame_equal(newest, evening)
    assert set(evening["load_mw"]) == {2.0}


@pytest.mark.parametrize("issue", list(Issue))
def test_an_issue_without_predictions_gives_no_rows(engine: Engine, issue: Issue) -> None:
    with engine.connect() as connection:
        span = (day_start(date(2025, 1, 1)), day_end(date(2025, 1, 1)))
        assert queries.newest_predictions(connection, *span, issue).empty
