"""Scores that were stored before RTE's bar was known at 20:30 are computed anew by migration 0005."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import psycopg
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import HOUR, day_start, days, hours
from elec_pipeline.steps.scoring import score_days
from elec_pipeline.store import queries, urls
from elec_pipeline.store.actuals import write_hours
from elec_pipeline.store.database import connect, migrate
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.forecasts import write_vintages
from elec_pipeline_tests.conftest import every_day_length, settings_for
from elec_pipeline_tests.store.migrating import to_migration

SCRATCH = "elec_before_0005"
UNSCORED = 1
"""Which day of the span has no scores yet."""
_OLD = """
INSERT INTO elec.forecast_accuracy (delivery_day, forecaster, mape, mae_mw, rmse_mw, bias_mw, hours)
VALUES (:day, 'rte_d1', 99, 99, 99, 99, 24), (:day, 'seasonal_naive', 7, 7, 7, 7, 24)
"""


@pytest.fixture
def old(server: EmbeddedServer) -> Iterator[Engine]:
    """A database whose tables are those of migration 0004."""
    server.ensure_database(SCRATCH)
    engine = connect(settings_for(server.url(SCRATCH)))
    to_migration(engine, "0004")
    yield engine
    engine.dispose()
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


def vintages_of(span: list[date], random: np.random.Generator) -> pd.DataFrame:
    """Return up to five D-1 and one D-2 an hour, published from noon before the day, fetched at once or late."""
    rows = []
    for day in span:
        for hour in hours(day):
            for kind in ["D-2", *["D-1"] * random.integers(0, 6)]:
                published = day_start(day) + HOUR * random.uniform(-12, 20)
                delay = HOUR * random.choice([0.0, 0.1, 0.5, 4.0, 40.0])
                rows.append((hour, kind, published, published + delay, random.normal(50e3, 3e3)))
    made = pd.DataFrame(rows, columns=["hour_start", "forecast_type", "published_at", "ingested_at", "load_mw"])
    instants = dict.fromkeys(["hour_start", "published_at", "ingested_at"], "datetime64[us, UTC]")
    return made.astype(instants).drop_duplicates(["hour_start", "forecast_type", "published_at"])


def fill(engine: Engine, day: date, seed: int) -> list[date]:
    """Store four days up to the one named, the last of which has a D-1 that came after the bar alone."""
    random = np.random.default_rng(seed)
    span = days(day - timedelta(days=3), day)
    axis = hours(span[0], day)
    quarters = random.choice([4, 3], len(axis), p=[0.9, 0.1])
    write_hours(
        engine,
        pd.DataFrame({"hour_start": axis, "load_mw": random.normal(50e3, 3e3, len(axis)), "quarters": quarters}),
    )
    write_vintages(engine, vintages_of(span[:-1], random), source="test")
    too_late = pd.Timestamp(day_start(day) - HOUR).as_unit("us")
    write_vintages(
        engine,
        pd.DataFrame({
            "hour_start": hours(day), "forecast_type": "D-1", "published_at": too_late, "ingested_at": too_late,
            "load_mw": 50e3,
        }),
        source="test",
    )  # fmt: skip
    with engine.begin() as connection:
        connection.execute(text(_OLD), [{"day": each} for each in span if each != span[UNSCORED]])
        connection.execute(text("DELETE FROM elec.changes"))
    return span


def stored(engine: Engine, span: list[date]) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.accuracy_between(connection, span[0], span[-1])


@every_day_length
@pytest.mark.parametrize("seed", [1, 2])
def test_stored_scores_become_those_that_would_be_computed_now(
    old: Engine, day: date, n_hours: int, seed: int
) -> None:
    span = fill(old, day, seed)
    migrate(old)
    migrated = stored(old, span)
    of_rte = migrated["forecaster"].isin(["rte_d1", "rte_d1_latest"])
    scored = [each for each in span if each != span[UNSCORED]]
    assert set(migrated["delivery_day"]) == set(scored)
    assert (migrated.loc[~of_rte, "mape"] == 7).all()
    # Of the last day nothing was known at 20:30: the old score is gone, and nothing stands in for it.
    assert migrated.loc[of_rte & (migrated["delivery_day"] == day), "forecaster"].tolist() == ["rte_d1_latest"]
    with old.connect() as connection:
        assert "forecast_accuracy" in queries.last_changes(connection)

    score_days(old, span[0], day)
    computed = stored(old, span)
    computed = computed[computed["forecaster"].isin(["rte_d1", "rte_d1_latest"])]
    assert set(computed["basis"].dropna()) == {"nominal"}
    pd.testing.assert_frame_equal(
        migrated[of_rte].reset_index(drop=True),
        computed[computed["delivery_day"].isin(scored)].reset_index(drop=True),
        rtol=1e-12,
    )
    assert n_hours


def test_the_way_back_scores_the_newest_again(old: Engine) -> None:
    span = fill(old, date(2025, 3, 30), seed=3)
    migrate(old)
    migrated = stored(old, span).set_index(["forecaster", "delivery_day"])["mape"]
    to_migration(old, "0004", down=True)
    with old.connect() as connection:
        rows = connection.execute(
            text("SELECT delivery_day, mape FROM elec.forecast_accuracy WHERE forecaster = 'rte_d1'")
        )
        assert dict(rows.all()) == migrated["rte_d1_latest"].to_dict()
