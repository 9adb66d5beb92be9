"""The older three-table layout, as a live database and as dumps made by pg_dump itself."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import PARIS, Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.vintages import known_at, nominal_publication
from elec_pipeline.errors import ConfigurationError, ImportFormatError, StoreUnavailableError
from elec_pipeline.imports.counting import Outcome
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.steps.scoring import score_days
from elec_pipeline.store import queries, urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.postmaster_binaries import installed
from elec_pipeline_tests.conftest import NOW, every_day_length
from elec_pipeline_tests.imports.importing import imported
from elec_pipeline_tests.sources.test_odre import quick_odre

PG_DUMP = installed().program("pg_dump")
NAME = "elec_older"
LAYOUT = """
CREATE TABLE historical_data (id serial, "timestamp" {kind}, value double precision, source text);
CREATE TABLE rte_forecasts (id serial, "timestamp" {kind}, forecast_value double precision, forecast_date {kind});
CREATE TABLE predictions (id serial, "timestamp" {kind}, predicted_value double precision, model_name text,
                          horizon integer, prediction_date {kind});
"""


@pytest.fixture
def older(server: EmbeddedServer) -> Iterator[str]:
    """The URL of an empty database."""
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {NAME}")
        yield server.url(NAME)
        admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


Moment = Callable[[datetime], datetime]


def naive(moment: datetime) -> datetime:
    return moment.astimezone(PARIS).replace(tzinfo=None)


def aware(moment: datetime) -> datetime:
    return moment


def fill(url: str, day: date, *, kind: str = "timestamp", written: Moment = naive) -> None:
    """Three days to `day`: hourly loads, RTE's forecast with a revision, two models' forecasts; in no order."""
    first = day - timedelta(days=2)
    axis = [at.to_pydatetime() for at in hours(first, day)]
    if written is naive:  # such a column cannot hold the repeated hour twice
        axis = list({naive(at): at for at in axis}.values())
    with psycopg.connect(urls.for_psycopg(url), options="-c timezone=UTC") as connection:
        connection.execute(LAYOUT.format(kind=kind))
        with connection.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO historical_data ("timestamp", value, source) VALUES (%s, %s, %s)',
                [(written(at), 50_000 + n, "RTE\tlive") for n, at in reversed(list(enumerate(axis)))],
            )
            evening, revised = issue_time(day, Issue.EVENING), day_start(day) + timedelta(hours=8)
            cursor.executemany(
                'INSERT INTO rte_forecasts ("timestamp", forecast_value, forecast_date) VALUES (%s, %s, %s)',
                [
                    (written(at), 51_000 + n + extra, written(made))
                    for n, at in enumerate(axis)
                    if at >= day_start(day)
                    for extra, made in ((0, evening), (100, revised))
                ],
            )
            cursor.executemany(
                'INSERT INTO predictions ("timestamp", predicted_value, model_name, horizon, prediction_date) '
                "VALUES (%s, %s, %s, %s, %s)",
                [
                    (written(at), 52_000 + n, model, 24, written(evening))
                    for n, at in enumerate(axis)
                    if at >= day_start(day)
                    for model in ("chronos-t5-small", "amazon/chronos-bolt")
                ],
            )


def dump(url: str, path: Path, *options: str) -> Path:
    subprocess.run([PG_DUMP, *options, "-f", path, urls.for_psycopg(url)], check=True)  # noqa: S603
    return path


def stored(engine: Engine, day: date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    start, end = day_start(day - timedelta(days=2)), day_end(day)
    with engine.connect() as connection:
        return (
            queries.hours_between(connection, start, end),
            queries.vintages_between(connection, start, end),
            queries.first_predictions(connection, start, end),
        )


@every_day_length
@pytest.mark.parametrize("way", ["database", "dump", "gzipped dump"])
def test_it_moves_over_with_its_vintages(
    engine: Engine, older: str, tmp_path: Path, day: date, n_hours: int, way: str
) -> None:
    fill(older, day)
    given: str | Path = older
    if way != "database":
        given = dump(older, tmp_path / "older.sql")
    if way == "gzipped dump":
        packed = tmp_path / "older.sql.gz"
        packed.write_bytes(gzip.compress(Path(given).read_bytes()))
        given = packed
    summary = imported(engine, given)
    n_known = min(n_hours, 24)
    n_hours_in_all = len(hours(day - timedelta(days=2), day)) - (n_hours - n_known)
    assert summary.read == n_hours_in_all + 4 * n_known
    assert summary.counts.stored == summary.read
    means, vintages, predictions = stored(engine, day)
    axis = hours(day - timedelta(days=2), day)
    lacking = [f"{day}T00:00:00+00:00"] if n_hours == 25 else []
    assert [at.isoformat() for at in axis.difference(pd.DatetimeIndex(means["hour_start"]))] == lacking
    assert means["load_mw"].tolist() == [50_000.0 + n for n in range(len(means))]
    assert means["quarters"].eq(4).all()
    evening, revised = issue_time(day, Issue.EVENING), day_start(day) + timedelta(hours=8)
    assert vintages.groupby("published_at").size().to_dict() == {
        pd.Timestamp(evening): n_known,
        pd.Timestamp(revised): n_known,
    }
    assert set(predictions["issued_at"]) == {pd.Timestamp(evening)}
    assert len(predictions) == n_known
    assert predictions["q05"].isna().all()
    with engine.connect() as connection:
        models = connection.execute(text("SELECT DISTINCT model_version FROM elec.chronos_predictions")).scalars()
        sources = connection.execute(text("SELECT DISTINCT source FROM elec.raw_consumption")).scalars()
        assert set(models) == {"chronos-t5-small", "amazon/chronos-bolt"}
        assert set(sources) == {"import:RTE\tlive"}
    again = imported(engine, given)
    assert all(written.inserted == written.replaced == 0 for written in again.written.values())
    scores, _ = score_days(engine, day, day)
    [evening_score] = scores[scores["forecaster"] == "chronos_evening"].to_dict("records")
    assert (evening_score["hours"], evening_score["mae_mw"]) == (n_known, pytest.approx(2_000.0))
    assert pd.isna(evening_score["pinball_mw"])


@every_day_length
def test_times_with_a_zone_keep_both_passes_of_the_repeated_hour(
    engine: Engine, older: str, tmp_path: Path, day: date, n_hours: int
) -> None:
    fill(older, day, kind="timestamptz", written=aware)
    imported(engine, dump(older, tmp_path / "older.sql"), time_zone="America/New_York")
    means, vintages, predictions = stored(engine, day)
    assert list(means["hour_start"]) == list(hours(day - timedelta(days=2), day))
    assert (len(vintages), len(predictions)) == (2 * n_hours, n_hours)


@every_day_length
def test_the_zone_of_times_without_one_can_be_named(engine: Engine, older: str, day: date, n_hours: int) -> None:
    fill(older, day, written=lambda moment: moment.astimezone(UTC).replace(tzinfo=None))
    summary = imported(engine, older, time_zone="UTC")
    assert "UTC" in "\n".join(summary.lines())
    means, _, predictions = stored(engine, day)
    assert list(means["hour_start"]) == list(hours(day - timedelta(days=2), day))
    assert len(predictions) == n_hours


@every_day_length
def test_a_date_without_a_time_counts_by_the_nominal_time(
    engine: Engine, older: str, day: date, n_hours: int
) -> None:
    axis = [naive(at.to_pydatetime()) for at in hours(day)]
    with psycopg.connect(urls.for_psycopg(older)) as connection:
        connection.execute(LAYOUT.format(kind="timestamp"))
        with connection.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO rte_forecasts ("timestamp", forecast_value, forecast_date) VALUES (%s, %s, %s)',
                [(at, 51_000, datetime.combine(day - timedelta(days=1), time(0))) for at in dict.fromkeys(axis)],
            )
    for _ in range(2):
        imported(engine, older)
    _, vintages, _ = stored(engine, day)
    assert len(vintages) == min(n_hours, 24)
    assert set(known_at(vintages)) == {pd.Timestamp(nominal_publication("D-1", day))}


@every_day_length
def test_what_a_source_says_replaces_what_was_taken_over(
    engine: Engine, older: str, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    from elec_pipeline.steps.consumption import ingest_actuals

    fill(older, day)
    imported(engine, older)
    report = ingest_actuals(quick_odre(simulator.url), engine, day, day, source="odre", now=NOW)
    assert report.written.replaced == 4 * min(n_hours, 24)
    summary = imported(engine, older)
    assert summary.written["raw_consumption"].replaced == 0


def test_bad_rows_are_reported_by_line(engine: Engine, older: str, tmp_path: Path) -> None:
    fill(older, date(2025, 6, 2))
    path = dump(older, tmp_path / "older.sql")
    lines = path.read_text().split("\n")
    begin = next(n for n, line in enumerate(lines) if line.startswith("COPY public.historical_data"))
    lines[begin + 1] = "1\tyesterday\t50000\tx"
    lines[begin + 2] = "2\t2025-03-30 02:30:00\t50000\tx"
    lines[begin + 3] = "3\t2025-06-02 10:00:00\tmuch\tx"
    lines[begin + 4] = "4\t2025-06-02 10:07:00\t50000\tx"
    lines[begin + 5] = "5\t2025-06-02 11:00:00\t3\tx"
    path.write_text("\n".join(lines))
    summary = imported(engine, path)
    said = "\n".join(summary.lines())
    assert summary.counts.left_out == {Outcome.UNREADABLE: 4, Outcome.IMPLAUSIBLE: 1}
    assert [f"line {begin + n + 2}:" in said for n in range(4)] == [True] * 4
    assert "clocks of Europe/Paris skip" in said


def test_a_dump_that_cannot_be_used_says_why_and_stores_nothing(
    engine: Engine, older: str, tmp_path: Path
) -> None:
    fill(older, date(2025, 6, 2))
    for options, words in (
        (("-Fc",), "pg_restore"),
        (("--inserts",), "--inserts"),
        (("--schema-only",), "None of the tables"),
    ):
        with pytest.raises(ImportFormatError, match=words):
            imported(engine, dump(older, tmp_path / "broken.sql", *options))
    whole = dump(older, tmp_path / "older.sql").read_text()
    (tmp_path / "cut.sql").write_text(whole[: whole.index("chronos-bolt")])
    with pytest.raises(ImportFormatError, match="cut off"):
        imported(engine, tmp_path / "cut.sql")
    means, _, _ = stored(engine, date(2025, 6, 2))
    assert means.empty


def test_a_database_that_cannot_be_used_says_why(engine: Engine, database: str) -> None:
    with pytest.raises(ImportFormatError, match="None of the tables"):
        imported(engine, database)
    with pytest.raises(StoreUnavailableError, match=r"127\.0\.0\.1:9") as caught:
        imported(engine, "postgresql://someone:s3cr3t@127.0.0.1:9/older")
    assert "s3cr3t" not in str(caught.value)
    with pytest.raises(ImportFormatError, match="download"):
        imported(engine, "https://eco2mix.rte-france.com/file.zip")
    with pytest.raises(ConfigurationError, match="Paris/Europe"):
        imported(engine, database, time_zone="Paris/Europe")
