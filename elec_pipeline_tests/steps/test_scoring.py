"""Each expert is scored beside the forecast that was made of them, and nothing is scored that was not said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.forecasting.held_back import Issued
from elec_pipeline.steps.issuing import experts_frame, to_frame
from elec_pipeline.steps.scoring import score_days
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_hours
from elec_pipeline.store.database import migrate
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.forecasts import write_predictions
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.store.migrating import older_database, to_migration

LOAD = 50e3
SCRATCH, ROLE = "elec_before_experts", "elec_experts_reader"


@pytest.fixture
def old(server: EmbeddedServer) -> Iterator[Engine]:
    """A database whose tables are those before experts were kept, with a role that may read them all."""
    with older_database(server, SCRATCH, "0007", ROLE) as engine:
        yield engine


def known(day: date, issue: Issue) -> InformationSet:
    """Return an issue; nothing but its times matters here."""
    axis = hours(day).tz_localize(None).to_numpy()
    nothing = np.full(len(axis), np.nan)
    return InformationSet(
        day, issue, issue_time(day, issue), 0, axis, nothing, nothing, {}, nominal_vintages=False
    )


def publish(engine: Engine, day: date, issue: Issue, version: str, **errors: float | None) -> int:
    """Store an issue of ours that errs by 1 %, and its experts by theirs (None: not a number)."""
    at, n_hours = known(day, issue), len(hours(day))
    experts = {
        name: np.full(n_hours, np.nan if error is None else LOAD * (1 + error / 100))
        for name, error in errors.items()
    }
    made = [(at, Issued(np.full((n_hours, 7), LOAD * 1.01), None, experts))]
    return write_predictions(engine, to_frame(made, version), experts_frame(made, version)).inserted


def consume(engine: Engine, day: date) -> None:
    axis = hours(day)
    write_hours(engine, pd.DataFrame({"hour_start": axis, "load_mw": LOAD, "quarters": 4}))


def stored(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.accuracy_between(connection, day, day).set_index("forecaster")


@every_day_length
def test_experts_are_scored_by_issue_whatever_their_names(engine: Engine, day: date, n_hours: int) -> None:
    consume(engine, day)
    assert publish(engine, day, Issue.MORNING, "a", ridge=2.0, one_more=-3.0) == n_hours
    assert publish(engine, day, Issue.EVENING, "a", ridge=0.5, one_more=None) == n_hours
    score_days(engine, day, day)
    scores = stored(engine, day)
    assert scores["mape"].round(9).to_dict() == {
        "chronos_morning": 1.0, "expert_ridge_morning": 2.0, "expert_one_more_morning": 3.0,
        "chronos_evening": 1.0, "expert_ridge_evening": 0.5,
    }  # fmt: skip
    assert scores.loc["expert_one_more_morning", "bias_mw"] == pytest.approx(-1500)
    assert (scores["hours"] == n_hours).all()
    assert scores.loc["expert_ridge_evening", ["pinball_mw", "coverage_80", "basis"]].isna().all()


@every_day_length
def test_the_experts_of_the_model_that_is_scored_are_scored_and_no_others(
    engine: Engine, day: date, n_hours: int
) -> None:
    consume(engine, day)
    publish(engine, day, Issue.EVENING, "z", ridge=2.0)
    publish(engine, day, Issue.EVENING, "a", ridge=4.0, mlp=4.0)  # made later: not what was said
    score_days(engine, day, day)
    assert stored(engine, day)["mape"].round(9).to_dict() == {"chronos_evening": 1.0, "expert_ridge_evening": 2.0}
    assert n_hours


@every_day_length
def test_the_same_issue_again_changes_no_row_of_its_experts(engine: Engine, day: date, n_hours: int) -> None:
    publish(engine, day, Issue.EVENING, "a", ridge=2.0, mlp=1.0)
    assert publish(engine, day, Issue.EVENING, "a", ridge=3.0, mlp=1.0) == 0
    with engine.connect() as connection:
        said = queries.expert_predictions_between(connection, day_start(day), day_end(day))
        assert "expert_predictions" in queries.last_changes(connection)
    assert said.groupby("expert")["load_mw"].agg(["count", "max"]).round(6).to_numpy().tolist() == [
        [n_hours, LOAD * 1.01], [n_hours, LOAD * 1.02],
    ]  # fmt: skip


@every_day_length
def test_a_database_of_the_former_version_keeps_its_rows_and_is_not_scored_anew(
    old: Engine, day: date, n_hours: int
) -> None:
    consume(old, day)
    made = to_frame([(known(day, Issue.EVENING), Issued(np.full((n_hours, 7), LOAD * 1.01)))], "a")
    write_predictions(old, made)
    with old.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO elec.forecast_accuracy"
                " (delivery_day, forecaster, mape, mae_mw, rmse_mw, bias_mw, hours)"
                " VALUES (:day, 'chronos_evening', 7, 7, 7, 7, 24), (:day, 'rte_d1', 7, 7, 7, 7, 24)"
            ),
            {"day": day},
        )
    before = stored(old, day)
    migrate(old)
    pd.testing.assert_frame_equal(stored(old, day), before)
    with old.connect() as connection:
        [state] = queries.day_states(connection, day, day)
        assert state.is_scored
        assert queries.scored_days(connection, day, day) == {day}
        assert queries.expert_predictions_between(connection, day_start(day), day_end(day)).empty
        readable = "SELECT has_table_privilege(:role, 'elec.expert_predictions', 'SELECT')"
        assert connection.scalar(text(readable), {"role": ROLE})
    score_days(old, day, day)
    assert stored(old, day)["mape"].round(9).to_dict() == {"chronos_evening": 1.0, "rte_d1": 7.0}

    publish(old, day + timedelta(days=1), Issue.EVENING, "a", ridge=2.0)
    consume(old, day + timedelta(days=1))
    score_days(old, day + timedelta(days=1), day + timedelta(days=1))
    to_migration(old, "0007", down=True)
    assert set(stored(old, day + timedelta(days=1)).index) == {"chronos_evening"}
