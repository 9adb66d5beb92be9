"""A dump and a live database hold the same rows: one reader stands behind both roads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from elec_pipeline import cli
from elec_pipeline.errors import ElecError, ImportFormatError, NothingImportedError
from elec_pipeline.imports.counting import Outcome
from elec_pipeline.imports.summary import ImportSummary
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.imports.importing import DUMP_HEAD, eco2mix, hour_rows, imported, raw, written

Rows = Sequence[tuple[str, ...]]


class Road(Protocol):
    """Import the rows of one table, out of a dump or out of a database."""

    def __call__(self, table: str, rows: Rows, *, schema: str = ..., kind: str = ...) -> ImportSummary: ...


COLUMNS = {
    "historical_data": '"timestamp" {kind}, value text, source text',
    "rte_forecasts": '"timestamp" {kind}, forecast_value text, forecast_date {kind}',
    "predictions": (
        '"timestamp" {kind}, predicted_value text, model_name text, horizon text, prediction_date {kind}'
    ),
}


@pytest.fixture
def older(server: EmbeddedServer) -> Iterator[str]:
    """The URL of an empty database."""
    name = "elec_roads"
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield server.url(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def as_dump(folder: Path, table: str, rows: Rows, schema: str) -> Path:
    columns = ", ".join(column.split()[0] for column in COLUMNS[table].split(", "))
    lines = "".join("\t".join(row) + "\n" for row in rows)
    return written(folder, "dump.sql", f"{DUMP_HEAD}COPY {schema}.{table} ({columns}) FROM stdin;\n{lines}\\.\n")


def as_database(url: str, table: str, rows: Rows, schema: str, kind: str) -> str:
    with psycopg.connect(urls.for_psycopg(url)) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        connection.execute(f"CREATE TABLE {schema}.{table} ({COLUMNS[table].format(kind=kind)})")
        with connection.cursor() as cursor, cursor.copy(f"COPY {schema}.{table} FROM STDIN") as wire:
            for row in rows:
                wire.write_row([None if field == "\\N" else field for field in row])
    return url


@pytest.fixture(params=["dump", "database"])
def road(request: pytest.FixtureRequest, older: str, tmp_path: Path, engine: Engine) -> Road:
    def take(table: str, rows: Rows, *, schema: str = "public", kind: str = "timestamptz") -> ImportSummary:
        if request.param == "dump":
            return imported(engine, as_dump(tmp_path, table, rows, schema))
        return imported(engine, as_database(older, table, rows, schema, kind))

    return take


@pytest.mark.parametrize(
    "moment", ["infinity", "-infinity", "0044-03-15 00:00:00+00 BC", "12025-06-03 00:00:00+00"]
)
@pytest.mark.parametrize("column", ["timestamp", "prediction_date"])
def test_a_time_without_end_is_one_row_left_out_on_both_roads(road: Road, moment: str, column: str) -> None:
    made = "2025-06-03 08:00:00+00"
    good = [(f"2025-06-03 {hour}:00:00+00", "50000", "m", "h", made) for hour in (20, 21, 22)]
    at = "2025-06-03 23:00:00+00"
    bad = (moment, "50000", "m", "h", made) if column == "timestamp" else (at, "50000", "m", "h", moment)
    counts = road("predictions", [*good, bad]).counts
    assert (counts.stored, counts.left_out) == (3, {Outcome.UNREADABLE: 1})


def test_the_row_beside_one_that_cannot_be_read_lands(road: Road) -> None:
    rows = [
        ("2025-06-03 22:00:00+00", "50000", "m", "h", "2025-06-03 08:00:00+00"),
        ("2025-06-03 23:00:00+00", "50000", "m", "h", "infinity"),
    ]
    counts = road("predictions", rows).counts
    assert (counts.stored, counts.left_out) == (1, {Outcome.UNREADABLE: 1})


@pytest.mark.parametrize("schema", ['"energy-data"', '"Énergie ""2025"""', '"a.b"', "elec_old"])
def test_a_schema_of_any_name_is_read_on_both_roads(road: Road, engine: Engine, schema: str) -> None:
    rows = [(f"2025-06-02 2{n}:00:00+00", str(50_000 + n), "a") for n in range(3)]
    assert road("historical_data", rows, schema=schema).counts.stored == 3
    assert len(raw(engine)) == 12


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "text"])
def test_values_that_are_none_and_sources_that_are_none_read_the_same_on_both_roads(
    road: Road, engine: Engine, kind: str
) -> None:
    loads = ["50000", "NaN", "\\N", "Infinity", "1_000", "ND", "50001.5", "3"]
    rows = [
        (f"2025-06-02 {n:02}:00:00" + "+00" * (kind != "timestamp"), load, "\\N") for n, load in enumerate(loads)
    ]
    counts = road("historical_data", rows, kind=kind).counts
    assert counts.stored == 2
    assert counts.left_out == {Outcome.EMPTY: 3, Outcome.IMPLAUSIBLE: 2, Outcome.UNREADABLE: 1}
    assert {source for _, source, _ in raw(engine)} == {"import:unknown"}


def test_a_dump_with_statements_of_its_rows_is_refused_in_any_letters(engine: Engine, tmp_path: Path) -> None:
    text = "create table predictions(x int);\ninsert into predictions values ('2025-06-03 22:00+00',50000);\n"
    with pytest.raises(ImportFormatError, match="--inserts"):
        imported(engine, written(tmp_path, "dump.sql", text))


def prediction(minute: int, made: str) -> tuple[str, ...]:
    return (f"2025-06-03 22:{minute:02}:00+00", "51000", "m", "h", made)


@pytest.mark.parametrize("apart", ["seconds", "hours"])
def test_rows_that_are_each_stamped_with_their_own_clock_are_all_accounted_for(road: Road, apart: str) -> None:
    stamps = [
        f"2025-06-03 0{n}:00:00+00" if apart == "hours" else f"2025-06-03 08:00:00.00{n}+00" for n in range(4)
    ]
    summary = road("predictions", [prediction(15 * n, made) for n, made in enumerate(stamps)])
    counts = summary.counts
    assert counts.read == 4
    if apart == "seconds":
        assert counts.stored == 4  # one after the other: they are one issue
        return
    assert counts.left_out == {Outcome.PART_OF_AN_HOUR: 4}
    with pytest.raises(NothingImportedError, match="4 left out: a forecast of a part of an hour"):
        summary.check()


def test_forecasts_of_one_time_and_issue_are_stored_once_and_the_others_counted(road: Road) -> None:
    made = "2025-06-03 08:00:00+00"
    rows = [(f"2025-06-03 {hour}:00:00+00", "50000", made) for hour in (20, 21, 22)]
    counts = road("rte_forecasts", [*rows, (rows[1][0], "50001", made), (rows[2][0], "50002", "\\N")]).counts
    assert counts.stored == 3
    assert counts.left_out == {Outcome.REPEATED: 1, Outcome.STANDS_OTHERWISE: 1}


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["import", *arguments])
    if isinstance(result.exception, ElecError):  # which `main` prints, with exit code 1
        return 1, result.output + str(result.exception)
    return result.exit_code, result.output


def test_an_import_that_lands_nothing_ends_with_an_error_that_says_why(
    configured: Settings, tmp_path: Path
) -> None:
    del configured
    file = eco2mix(hour_rows("2024-06-03"))
    nothing = {
        "empty.csv": (eco2mix(), "there are no rows"),
        "values.csv": (file.replace("50", "1"), "4 left out: beyond belief"),
        "blank.csv": (eco2mix("France;x;2024-06-03;00:00;;;\n"), "1 left out: without a value"),
        "skipped.csv": (eco2mix("France;x;2024-03-31;02:00;50000;;\n"), "clock change skips"),
        "bad.csv": (eco2mix("France;x;2024-03-32;02:00;50000;;\n"), "line 2: '2024-03-32' is no date"),
    }
    for name, (text, why) in nothing.items():
        code, said = run(str(written(tmp_path, name, text)))
        assert (code, why in said, "Nothing was imported" in said) == (1, True, True), said


def test_an_import_whose_rows_were_all_there_already_ends_well(configured: Settings, tmp_path: Path) -> None:
    del configured
    path = written(tmp_path, "file.csv", eco2mix(hour_rows("2024-06-03")))
    assert [run(str(path))[0] for _ in range(2)] == [0, 0]
    code, said = run(str(path))
    assert (code, "4 rows read = 0 stored + 4 there already + 0 left out" in said) == (0, True)
