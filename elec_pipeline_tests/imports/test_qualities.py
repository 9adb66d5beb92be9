"""Several qualities of one day: definitive before consolidated before real-time before imported."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.load_curve import clean
from elec_pipeline.domain.provenance import Quality, quality
from elec_pipeline.imports.counting import Outcome
from elec_pipeline.store.provisional import provisional
from elec_pipeline.store.provisional import quality as in_sql
from elec_pipeline_tests.imports.importing import (
    CONSOLIDATED,
    DEFINITIVE,
    REAL_TIME,
    eco2mix,
    history_dump,
    hour_rows,
    imported,
    raw,
    written,
)

WITHOUT_NATURE = "Périmètre;Date;Heures;Consommation;Prévision J-1;Prévision J"
SOURCES = {
    "eco2mix-definitive": DEFINITIVE,
    "eco2mix-consolidated": CONSOLIDATED,
    "eco2mix-realtime": REAL_TIME,
    "import:eco2mix": None,
}
"""Natures by the source that they are stored under, the best first."""


def file_of(source: str, load: int) -> str:
    nature = SOURCES[source]
    rows = hour_rows("2023-06-05", nature, load, quarters=source in ("eco2mix-realtime", "import:eco2mix"))
    return eco2mix(rows, header=WITHOUT_NATURE) if nature is None else eco2mix(rows)


@pytest.mark.parametrize("order", ["consolidated first", "real-time first"])
def test_of_two_natures_in_one_file_the_better_stands_and_the_other_is_counted(
    engine: Engine, tmp_path: Path, order: str
) -> None:
    parts = [hour_rows("2024-06-03", CONSOLIDATED), hour_rows("2024-06-03", REAL_TIME, 50_300, quarters=True)]
    path = written(tmp_path, "file.xls", eco2mix(*(parts if order == "consolidated first" else parts[::-1])))
    summary = imported(engine, path)
    assert (summary.counts.stored, summary.counts.left_out) == (4, {Outcome.BETTER_KNOWN: 4})
    assert {row[1:] for row in raw(engine)} == {("eco2mix-consolidated", 50_000.0)}
    assert len(raw(engine)) == 4


@pytest.mark.parametrize("order", list(itertools.permutations(SOURCES))[::5])
def test_of_several_files_the_best_stands_in_whatever_order_they_come(
    engine: Engine, tmp_path: Path, order: tuple[str, ...]
) -> None:
    for source in order:
        path = written(tmp_path, "file.csv", file_of(source, 50_000 + 100 * list(SOURCES).index(source)))
        imported(engine, path)
    assert {row[1:] for row in raw(engine)} == {("eco2mix-definitive", 50_000.0)}
    assert imported(engine, path).counts.there_already == 4


def test_a_file_that_does_not_say_its_nature_is_not_definitive(engine: Engine, tmp_path: Path) -> None:
    imported(engine, written(tmp_path, "file.csv", file_of("import:eco2mix", 50_900)))
    assert {row[1] for row in raw(engine)} == {"import:eco2mix"}
    imported(engine, written(tmp_path, "better.csv", file_of("eco2mix-realtime", 50_000)))
    assert {row[1] for row in raw(engine)} == {"eco2mix-realtime"}


def test_a_value_that_yields_is_counted(engine: Engine, tmp_path: Path) -> None:
    imported(engine, written(tmp_path, "a.csv", file_of("eco2mix-definitive", 51_000)))
    summary = imported(engine, written(tmp_path, "b.csv", file_of("eco2mix-consolidated", 50_000)))
    assert summary.counts.there_already == 4  # their forecasts
    assert summary.counts.values_left_out == {Outcome.BETTER_KNOWN: 2}
    history = history_dump([("2023-06-04 22:00:00+00", 49_000), ("2023-06-04 23:00:00+00", 49_000)])
    yielding = imported(engine, written(tmp_path, "c.sql", history)).counts
    assert (yielding.stored, yielding.left_out) == (1, {Outcome.BETTER_KNOWN: 1})
    assert not imported(engine, tmp_path / "c.sql").counts.landed_nothing


@pytest.mark.parametrize(("better", "worse"), list(itertools.combinations(SOURCES, 2)))
def test_cleaning_keeps_the_better_quality(better: str, worse: str) -> None:
    at = pd.to_datetime(["2025-01-01T00:00Z"] * 3)
    curve = pd.DataFrame({
        "interval_start": at, "load_mw": [51e3, 50e3, 52e3], "resolution_minutes": 15,
        "published_at": pd.Series([pd.NaT] * 3, dtype="datetime64[us, UTC]"), "source": [worse, better, worse],
    })  # fmt: skip
    cleaned = clean(curve)
    assert cleaned.curve["load_mw"].tolist() == [50e3]
    assert (len(cleaned.conflicts), len(cleaned.superseded)) == (0, 2)


def test_the_store_ranks_sources_as_the_domain_does(engine: Engine) -> None:
    names = [*SOURCES, "rte", "odre-realtime", "odre-consolidated", "import:x-definitive", "import:x-realtime", ""]
    with engine.connect() as connection:
        for name in names:
            ranked, is_provisional = connection.execute(
                text(
                    f"SELECT {in_sql('name')}, {provisional('name')} FROM (SELECT cast(:name AS text) AS name) s"
                ),
                {"name": name},
            ).one()
            assert Quality(ranked) is quality(name)
            assert is_provisional is (quality(name) < Quality.CONSOLIDATED)
