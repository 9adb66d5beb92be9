"""Forecasts of imported files land as they come too, and make the hours that the import made of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import day_end, day_start, quarters
from elec_pipeline.steps.rte_forecasts import average_rte_forecasts
from elec_pipeline.store import queries, urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.conftest import NOW, every_day_length
from elec_pipeline_tests.imports.importing import eco2mix, hour_rows, imported, written
from elec_pipeline_tests.imports.test_older_layout import fill

DAY = date(2025, 6, 20)


@pytest.fixture
def older(server: EmbeddedServer) -> Iterator[str]:
    """The URL of an empty database."""
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute("CREATE DATABASE elec_older_forecasts")
        yield server.url("elec_older_forecasts")
        admin.execute("DROP DATABASE elec_older_forecasts WITH (FORCE)")


def stored(engine: Engine, day: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is there of a day, as it came and by the hour."""
    span = day_start(day), day_end(day)
    with engine.connect() as connection:
        raw = queries.readings_between(connection, *span)
        vintages = queries.vintages_between(connection, *span)
    # Rows of one interval come in any order.
    return raw.sort_values(["interval_start", "forecast_type", "published_at"], ignore_index=True), vintages


def test_an_eco2mix_file_lands_by_quarter_hour(engine: Engine, tmp_path: Path) -> None:
    file = written(tmp_path, "file", eco2mix(hour_rows("20/06/2025")))
    first, again = imported(engine, file), imported(engine, file)
    raw, vintages = stored(engine, DAY)
    assert raw.groupby("forecast_type")["load_mw"].agg(list).to_dict() == {"D-1": [50_500] * 4, "ID": [50_600] * 4}
    assert set(raw["resolution_minutes"]) == {15}
    assert not raw["is_dated"].any()
    assert set(raw["source"]) == {"eco2mix-consolidated"}
    assert vintages["load_mw"].tolist() == [50_500, 50_600]
    assert first.written["raw_rte_forecasts D-1"].inserted == 4
    assert again.written["raw_rte_forecasts D-1"].inserted == 0
    assert average_rte_forecasts(engine, DAY, DAY, now=NOW).written.inserted == 0


@every_day_length
def test_every_vintage_of_an_older_layout_lands(engine: Engine, older: str, day: date, n_hours: int) -> None:
    fill(older, day)
    imported(engine, older)
    raw, vintages = stored(engine, day)
    assert len(raw) == 4 * len(vintages)
    assert set(raw["interval_start"]) <= set(quarters(day, day))
    before = vintages
    assert average_rte_forecasts(engine, day, day, now=NOW).written.inserted == 0
    assert n_hours - 1 <= len(before) / 2 <= n_hours
    imported(engine, older)
    pd.testing.assert_frame_equal(stored(engine, day)[0], raw)
    assert stored(engine, day - timedelta(days=1))[0].empty
