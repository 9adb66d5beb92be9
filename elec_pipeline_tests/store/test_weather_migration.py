"""The table of temperatures becomes that of the weather: its rows, its readers and its old name stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from time import perf_counter

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import day_end, day_start, hours
from elec_pipeline.domain.inputs import CLOUD_COVER, TEMPERATURE, WEATHER
from elec_pipeline.store import queries
from elec_pipeline.store.database import migrate
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.forecasts import write_weather
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.store.migrating import older_database, to_migration

SCRATCH, ROLE = "elec_before_weather", "elec_weather_reader"
_INSERT = """
INSERT INTO elec.temperature_forecasts (hour_start, issued_at, temperature_c, source)
SELECT h, h - interval '18 hours' - make_interval(days => n), extract(hour FROM h), 'then'
FROM generate_series(CAST(:start AS timestamptz), CAST(:end AS timestamptz), '1 hour') h, generate_series(0, 1) n
"""


@pytest.fixture
def old(server: EmbeddedServer) -> Iterator[Engine]:
    """A database whose tables are those before the weather, with a role that may read them all."""
    with older_database(server, SCRATCH, "0006", ROLE) as engine:
        yield engine


def fill(engine: Engine, first: date, last: date) -> int:
    """Store two temperatures an hour; returns how many."""
    with engine.begin() as connection:
        span = {"start": day_start(first), "end": day_end(last) - timedelta(hours=1)}
        return connection.execute(text(_INSERT), span).rowcount


@every_day_length
def test_rows_stay_and_are_completed_never_overwritten(old: Engine, day: date, n_hours: int) -> None:
    assert fill(old, day, day) == 2 * n_hours
    migrate(old)
    with old.connect() as connection:
        kept = queries.inputs_between(connection, day_start(day), day_end(day))
    assert len(kept) == 2 * n_hours
    assert kept[TEMPERATURE].tolist() == [hour.hour for hour in hours(day) for _ in range(2)]
    assert kept[list(WEATHER[1:])].isna().all(axis=None)
    whole = kept.assign(**dict.fromkeys(WEATHER, 50.0)).assign(cloud_cover_pct=np.arange(2.0 * n_hours))
    whole.loc[0, CLOUD_COVER] = np.nan
    written = write_weather(old, whole, source="now")
    assert (written.inserted, written.replaced) == (0, 2 * n_hours)
    assert write_weather(old, whole.assign(**{CLOUD_COVER: 7.0}), source="now").replaced == 1
    with old.connect() as connection:
        made = queries.inputs_between(connection, day_start(day), day_end(day))
        sources = set(connection.scalars(text("SELECT DISTINCT source FROM elec.weather_forecasts")))
    expected = whole.assign(**{TEMPERATURE: kept[TEMPERATURE]}).fillna(7.0)
    pd.testing.assert_frame_equal(made, expected, check_like=True)
    assert sources == {"then"}


def test_the_old_name_shows_the_temperatures_to_whoever_might_read_them(old: Engine) -> None:
    day = date(2025, 3, 30)
    n_rows = fill(old, day, day)
    with old.begin() as connection:
        connection.execute(text("INSERT INTO elec.changes (table_name) VALUES ('temperature_forecasts')"))
    migrate(old)
    clouds = pd.DataFrame({"hour_start": hours(day), "issued_at": day_start(day), CLOUD_COVER: 5.0})
    write_weather(old, clouds, source="now")
    with old.connect() as connection:
        connection.execute(text(f"SET ROLE {ROLE}"))
        rows = connection.execute(text("SELECT * FROM elec.temperature_forecasts")).all()
        assert set(queries.last_changes(connection)) == {"weather_forecasts"}
    assert len(rows) == n_rows
    assert set(rows[0]._asdict()) == {"zone", "hour_start", "issued_at", "temperature_c", "source", "ingested_at"}


def test_the_way_back_keeps_the_temperatures(old: Engine) -> None:
    n_rows = fill(old, date(2025, 10, 26), date(2025, 10, 26))
    migrate(old)
    to_migration(old, "0006", down=True)
    with old.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM elec.temperature_forecasts")) == n_rows
    migrate(old)


def test_ten_years_are_migrated_at_once(old: Engine) -> None:
    assert fill(old, date(2016, 1, 1), date(2025, 12, 31)) > 170_000
    begun = perf_counter()
    migrate(old)
    assert perf_counter() - begun < 2
