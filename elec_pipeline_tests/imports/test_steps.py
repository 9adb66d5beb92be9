"""A step that changes within a table or a file: nothing lost, nothing contradictory, nothing invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start, hours, quarters
from elec_pipeline.imports.counting import Outcome
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.imports.importing import CONSOLIDATED, HEADER, history_dump, imported, raw, written

BEFORE = timedelta(days=1)


def steps(day: date, before: int, after: int) -> list[datetime]:
    """Instants of two days, the second of another step than the first."""
    first, second = quarters(day - BEFORE), quarters(day)
    return [at.to_pydatetime() for at in [*first[:: before // 15], *second[:: after // 15]]]


@every_day_length
@pytest.mark.parametrize(("before", "after"), [(30, 15), (60, 15), (15, 60)])
def test_a_table_whose_step_changes_keeps_every_value_and_invents_none(
    engine: Engine, tmp_path: Path, day: date, n_hours: int, before: int, after: int
) -> None:
    rows = [(f"{at:%Y-%m-%d %H:%M:%S+00}", 50_000 + n) for n, at in enumerate(steps(day, before, after))]
    summary = imported(engine, written(tmp_path, "dump.sql", history_dump(rows)))
    assert summary.counts.stored == len(rows)
    axis = quarters(day - BEFORE, day)
    stored = raw(engine)
    assert [at for at, _, _ in stored] == [f"{at:%Y-%m-%d %H:%M}" for at in axis]
    n_before = len(quarters(day - BEFORE))
    expected = [50_000 + n // (before // 15) for n in range(n_before)]
    expected += [50_000 + n_before // (before // 15) + n // (after // 15) for n in range(4 * n_hours)]
    assert [load for _, _, load in stored] == expected
    with engine.connect() as connection:
        means = queries.hours_between(connection, day_start(day - BEFORE), day_end(day))
    assert list(means["hour_start"]) == list(hours(day - BEFORE, day))
    assert means["quarters"].eq(4).all()


@every_day_length
def test_nothing_is_invented_after_the_last_quarter_of_hours_that_became_quarters(
    engine: Engine, tmp_path: Path, day: date, n_hours: int
) -> None:
    del n_hours
    instants = steps(day, 60, 15)[:-60]
    rows = [(f"{at:%Y-%m-%d %H:%M:%S+00}", 50_000) for at in instants]
    imported(engine, written(tmp_path, "dump.sql", history_dump(rows)))
    assert raw(engine)[-1][0] == f"{instants[-1]:%Y-%m-%d %H:%M}"


@every_day_length
def test_a_file_whose_half_hours_become_quarters_keeps_both(
    engine: Engine, tmp_path: Path, day: date, n_hours: int
) -> None:
    lines = []
    known = [at.to_pydatetime() for at in quarters(day - BEFORE, day)]
    for n, at in enumerate(known):
        wall = at.astimezone(PARIS)
        is_second_half = day_start(day) > at and wall.minute % 30
        lines.append(f"France;{CONSOLIDATED};{wall:%Y-%m-%d;%H:%M};{'' if is_second_half else 50_000 + n};;")
    summary = imported(engine, written(tmp_path, "file.csv", "\n".join([HEADER, *lines])))
    stored = raw(engine)
    assert [at for at, _, _ in stored] == [f"{at:%Y-%m-%d %H:%M}" for at in known]
    n_halves = len(quarters(day - BEFORE)) // 2
    assert summary.counts.stored == len(known) - n_halves
    assert summary.counts.left_out == {Outcome.EMPTY: n_halves}
    assert stored[-1][2] == 50_000 + len(known) - 1 == 50_000 + 2 * n_halves + 4 * n_hours - 1


def test_a_quarter_that_a_file_lacks_is_not_taken_from_its_neighbour(engine: Engine, tmp_path: Path) -> None:
    lines = [f"France;{CONSOLIDATED};2024-06-03;{n // 4:02}:{n % 4 * 15:02};{50_000 + n};;" for n in range(16)]
    del lines[5]
    imported(engine, written(tmp_path, "file.csv", "\n".join([HEADER, *lines])))
    assert [load - 50_000 for _, _, load in raw(engine)] == [n for n in range(16) if n != 5]


def test_a_row_that_cannot_be_read_still_tells_how_long_its_neighbours_are(engine: Engine, tmp_path: Path) -> None:
    rows: list[tuple[str, object]] = [(f"2025-06-02 {n:02}:00:00+00", 50_000) for n in range(8)]
    rows[3] = (rows[3][0], "much")
    rows[5] = (rows[5][0], "\\N")
    summary = imported(engine, written(tmp_path, "dump.sql", history_dump(rows)))
    assert summary.counts.left_out == {Outcome.UNREADABLE: 1, Outcome.EMPTY: 1}
    assert len(raw(engine)) == 6 * 4


def test_quarters_of_one_source_stand_before_the_hours_of_another(engine: Engine, tmp_path: Path) -> None:
    hourly = [(f"2025-06-02 {n:02}:00:00+00", 51_000) for n in range(6)]
    fine = [(f"2025-06-02 {n // 4 + 2:02}:{n % 4 * 15:02}:00+00", 50_000) for n in range(8)]
    text = history_dump(hourly, source="a").replace(
        "\\.\n", "".join(f"{at}\t{load}\tb\n" for at, load in fine) + "\\.\n"
    )
    summary = imported(engine, written(tmp_path, "dump.sql", text))
    assert (summary.counts.stored, summary.counts.left_out) == (12, {Outcome.BETTER_KNOWN: 2})
    assert [source for _, source, _ in raw(engine)] == ["import:a"] * 8 + ["import:b"] * 8 + ["import:a"] * 8


def test_contradictory_values_of_one_time_are_counted_and_none_is_kept(engine: Engine, tmp_path: Path) -> None:
    rows = [(f"2025-06-02 {n:02}:00:00+00", 50_000) for n in range(4)]
    rows += [("2025-06-02 01:00:00+00", 51_000), ("2025-06-02 02:00:00+00", 50_000)]
    summary = imported(engine, written(tmp_path, "dump.sql", history_dump(rows)))
    assert summary.counts.left_out == {Outcome.CONTRADICTORY: 2, Outcome.REPEATED: 1}
    assert len(raw(engine)) == 12
