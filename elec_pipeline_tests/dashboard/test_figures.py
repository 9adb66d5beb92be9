"""Figures and their time axis, on days of 23, 24 and 25 hours."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from dashboard import axis, comparison, span, tiles
from dashboard.charts.calendar import Level, calendar_figure
from dashboard.charts.day import day_figure
from dashboard.charts.load import load_figure
from dashboard.language import Language
from dashboard.texts import TEXTS, Texts
from dashboard.views.day import how_made
from elec_pipeline.domain.day_summary import summarize
from elec_pipeline.domain.delivery_day import Issue as Kind
from elec_pipeline.domain.delivery_day import hours, issue_time
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline_tests.conftest import every_day_length


def frame_of(first: date, last: date) -> pd.DataFrame:
    grid = hours(first, last)
    load = 50_000 + 1000 * np.sin(np.arange(len(grid)))
    columns = {name: load + 100 * (number - 3) for number, name in enumerate(COLUMNS)}
    return pd.DataFrame(
        {
            "actual_mw": load, "quarters": 4.0, "rte_d1_mw": load * 1.02, "rte_d2_mw": np.nan, **columns,
            "issued_at": pd.Timestamp(issue_time(first, Kind.MORNING)),
        },
        index=grid,
    )  # fmt: skip


@every_day_length
@pytest.mark.parametrize("language", Language)
def test_a_day_is_drawn_without_gap_or_loop(day: date, n_hours: int, language: Language) -> None:
    figure = load_figure(frame_of(day, day), Texts(language), None)
    lines = [trace for trace in figure.data if trace.mode == "lines" and trace.fill is None]
    assert len(lines) == 4  # the hover's title, RTE, ours, actual
    for line in lines:
        steps = np.diff(np.asarray(line.x, dtype="datetime64[m]")).astype(int)
        assert len(line.x) == n_hours
        assert set(steps.tolist()) == {60}
        assert not np.isnan(np.asarray(line.y, dtype=float)).any()
    labels = list(lines[0].text)
    assert len(set(labels)) == n_hours
    ends = [np.datetime64(end) for end in figure.layout.xaxis.range]
    assert (ends[1] - ends[0]) / np.timedelta64(1, "h") == n_hours


@every_day_length
def test_ticks_stand_at_paris_hours(day: date, n_hours: int) -> None:
    ticks = axis.ticks(day, day, Language.ENGLISH)
    assert ticks.text[0] == "00:00"
    assert len(ticks.positions) == 8
    assert (ticks.positions[-1] - ticks.positions[0]) == timedelta(hours=n_hours - 3)


@pytest.mark.parametrize("n_days", [1, 2, 3, 8, 31, 91, 366, 1200, 3653])
def test_ticks_are_few_enough_to_read(n_days: int) -> None:
    ticks = axis.ticks(date(2015, 1, 1), date(2015, 1, 1) + timedelta(days=n_days - 1), Language.FRENCH)
    assert 1 <= len(ticks.positions) <= 16


def test_a_band_is_not_filled_across_a_gap() -> None:
    frame = frame_of(date(2025, 1, 15), date(2025, 1, 17))
    frame.loc[frame.index[24:48], list(COLUMNS)] = np.nan
    figure = load_figure(frame, Texts(Language.ENGLISH), None)
    [outer] = [trace for trace in figure.data if trace.name == "80% band"]
    assert np.isnan(np.asarray(outer.y, dtype=float)).sum() == 1
    assert len(outer.y) == 2 * 48 + 1


@every_day_length
def test_the_tiles_hold_ours_against_rtes_and_the_days_before(day: date, n_hours: int) -> None:
    frame = frame_of(day - timedelta(days=7), day)
    frame.loc[frame.index < frame.index[-n_hours], ["actual_mw", "load_mw"]] = 49_000.0, 40_000.0
    of_day = frame.iloc[-n_hours:].assign(load_mw=50_000.0)
    assert tiles.rte_of(of_day)[0] == "rte_d1"
    assert tiles.rte_of(of_day.assign(rte_d1_mw=np.nan, rte_d2_mw=1.0))[0] == "rte_d2"
    assert tiles.rte_of(of_day.assign(rte_d1_mw=np.nan))[0] is None
    frame.loc[of_day.index, "load_mw"] = 50_000.0
    changes = tiles.changes(frame, day)
    assert [each.n_days for each in changes] == [1, 2, 7]
    for each in changes:  # by the actual, for its hours are complete
        assert each.change is not None
        assert each.change.mean_mw == pytest.approx(1000)
        assert each.change.hours == n_hours


@every_day_length
@pytest.mark.parametrize("language", Language)
def test_a_forecast_made_after_the_fact_is_a_line_of_its_own(day: date, n_hours: int, language: Language) -> None:
    texts = Texts(language)
    late = np.arange(n_hours) < 5
    figure = load_figure(frame_of(day, day).assign(after_the_fact=late), texts, None)
    drawn = {trace.name: ~np.isnan(np.asarray(trace.y, dtype=float)) for trace in figure.data}
    assert drawn[f"{texts('ours')} ({texts('after_the_fact')})"].tolist() == late.tolist()
    assert drawn[texts("ours")].tolist() == (~late).tolist()
    all_ahead = load_figure(frame_of(day, day).assign(after_the_fact=False), texts, None)
    assert texts("after_the_fact") not in str([trace.name for trace in all_ahead.data])


@every_day_length
def test_a_day_marks_the_hours_that_were_forecast_after_the_fact(day: date, n_hours: int) -> None:
    texts, grid = Texts(Language.ENGLISH), hours(day)
    late = np.arange(n_hours) < 5
    issues = pd.DataFrame(
        {
            "hour_start": grid, "issued_at": grid[5], "model_version": "older", "load_mw": 50_000.0,
            **{name: np.nan for name in COLUMNS if name != "load_mw"}, "after_the_fact": late,
        }
    )  # fmt: skip
    nothing = pd.DataFrame({"hour_start": grid[:0], "load_mw": [], "forecast_type": [], "published_at": []})
    figure = day_figure(day, nothing, nothing, issues, texts)
    drawn = {trace.name: (~np.isnan(np.asarray(trace.y, dtype=float))).tolist() for trace in figure.data}
    [marked] = [name for name in drawn if name.endswith("(made after the fact)")]
    assert drawn[marked] == late.tolist()
    assert drawn[marked.removesuffix(" (made after the fact)")] == (~late).tolist()
    assert len(late) == n_hours


@every_day_length
@pytest.mark.parametrize(
    ("n_late", "hours_later", "words"),
    [(0, 0, "live"), (0, 3, "backfilled"), (2, 0, "2 hours made after the fact"), (99, 0, "made after the fact")],
)
def test_the_table_of_vintages_says_how_an_issue_was_made(
    day: date, n_hours: int, n_late: int, hours_later: int, words: str
) -> None:
    issued = pd.Timestamp(issue_time(day, Kind.EVENING))
    rows = pd.DataFrame({"issued_at": issued, "after_the_fact": np.arange(n_hours) < n_late}, index=range(n_hours))
    rows["created_at"] = issued + timedelta(hours=hours_later)
    assert how_made(rows, Texts(Language.ENGLISH)) == words


@every_day_length
def test_the_tiles_score_nothing_that_was_made_after_the_fact(day: date, n_hours: int) -> None:
    frame = frame_of(day, day)
    frame["after_the_fact"] = np.arange(n_hours) < n_hours - 2
    frame.loc[frame["after_the_fact"], "load_mw"] *= 2
    assert list(tiles.errors(frame)) == pytest.approx([0.0, 2.0])
    assert all(np.isnan(tiles.errors(frame.assign(after_the_fact=True))))


def test_nothing_forecast_has_no_figures() -> None:
    frame = frame_of(date(2025, 1, 15), date(2025, 1, 15)).assign(load_mw=np.nan)
    assert summarize(date(2025, 1, 15), frame) is None
    assert all(np.isnan(tiles.errors(frame)))


def test_forecasters_are_compared_on_the_same_hours() -> None:
    grid = hours(date(2025, 3, 30), date(2025, 3, 31))
    frame = pd.DataFrame({"actual_mw": 100.0, "rte_d1": 102.0, "chronos_morning": np.nan}, index=grid)
    frame["chronos_evening"], frame["seasonal_naive"] = 101.0, 110.0
    for name in ("q05", "q10", "q25", "q75", "q90", "q95"):
        frame[f"chronos_evening.{name}"] = 101.0 if name > "q5" else 99.0
    frame.loc[frame.index[:5], "chronos_evening"] = np.nan
    same, names = comparison.same_hours(frame)
    assert len(same) == len(grid) - 5
    assert names == ["rte_d1", "chronos_evening", "seasonal_naive"]
    board = comparison.leaderboard(same, names)
    assert list(board.index) == ["chronos_evening", "rte_d1", "seasonal_naive"]
    assert board["ratio"].tolist() == pytest.approx([0.5, 1.0, 5.0])
    assert board.loc["chronos_evening", "coverage_80"] == pytest.approx(100.0)
    assert comparison.by_day(same, names)["hours"].tolist() == [18, 24]


def test_every_sentence_is_there_in_both_languages_with_the_same_figures() -> None:
    from string import Formatter

    for key, (english, french) in TEXTS.items():
        places = [
            sorted({name for _, name, _, _ in Formatter().parse(text) if name}) for text in (english, french)
        ]
        assert english, key
        assert french, key
        assert places[0] == places[1], key


def test_presets_end_with_the_day_ahead() -> None:
    for name, n_days in span.PRESETS.items():
        assert span.span(name, date(2025, 10, 28)).n_days == n_days
    assert span.span("nonsense", date(2025, 10, 28)) == span.span("2d", date(2025, 10, 28))


@every_day_length
def test_only_days_of_the_history_can_be_missing(day: date, n_hours: int) -> None:
    after = day + timedelta(days=1)
    texts, history = Texts(Language.ENGLISH), (day - timedelta(days=1), after + timedelta(days=1))
    shown = calendar_figure(day.year, {day: 4 * n_hours}, {}, history, texts).data[0]
    levels = {text: value for text, value in zip(np.ravel(shown.text), np.ravel(shown.z), strict=True) if text}
    of_day = [value for text, value in levels.items() if f"{4 * n_hours} of {4 * n_hours}" in text]
    assert of_day == [Level.ALL]
    values = list(levels.values())
    assert values.count(Level.NONE) == 2  # the day before and the day after
    assert values.count(Level.OUTSIDE) == len(values) - 3
