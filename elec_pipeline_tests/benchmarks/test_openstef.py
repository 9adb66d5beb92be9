"""The benchmark beside OpenSTEF: identical hours, and what OpenSTEF is given is what an issue of ours knew."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.openstef import environment, inputs, scores
from benchmarks.openstef.scores import Seconds
from benchmarks.real_data import CITIES, COLUMNS, Weather, read_history
from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, hours, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline_tests.conftest import every_day_length

DAY = date(2025, 3, 31)


def forecasts(
    forecaster: str, at: pd.DatetimeIndex, load_mw: float = 100.0, issue: str = "evening"
) -> pd.DataFrame:
    columns = {"q10": load_mw - 10, "load_mw": load_mw, "q90": load_mw + 10}
    return pd.DataFrame(
        {"issue": issue, "forecaster": forecaster, "issued_at": issue_time(DAY, Issue(issue)), "hour_start": at}
        | columns
    )


def truth(at: pd.DatetimeIndex, actual_mw: float = 100.0, rte_d1_mw: float = 102.0) -> pd.DataFrame:
    return pd.DataFrame({"actual_mw": actual_mw, "rte_d1_mw": rte_d1_mw}, index=at)


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_every_hour_of_the_delivery_day_counts_and_no_other(day: date, n_hours: int, issue: Issue) -> None:
    issued = pd.Timestamp(issue_time(day, issue)).as_unit("us")
    around = pd.date_range(issued.floor("h"), day_end(day) + 3 * HOUR, freq="h", unit="us")
    made = scores.of_the_next_day(pd.DataFrame({"issued_at": issued, "hour_start": around}))
    assert made["hour_start"].tolist() == hours(day).tolist()
    assert len(made) == n_hours


@pytest.mark.parametrize("lacking", ["row", "quantile", "load", "rte"])
def test_an_hour_that_one_lacks_counts_for_none(lacking: str) -> None:
    at = hours(DAY)
    ours, theirs, known = forecasts("ours", at), forecasts("theirs", at), truth(at)
    if lacking == "row":
        theirs = theirs.drop(index=5)
    elif lacking == "quantile":
        theirs.loc[5, "q90"] = np.nan
    else:
        known.loc[at[5], "actual_mw" if lacking == "load" else "rte_d1_mw"] = np.nan
    shared = scores.on_identical_hours(pd.concat([ours, theirs]), known)
    expected = at.delete(5).tolist()
    for name in ("ours", "theirs"):
        assert sorted(shared.loc[shared["forecaster"] == name, "hour_start"]) == expected


def test_an_hour_that_one_issue_lacks_counts_for_the_other_neither() -> None:
    at = hours(DAY)
    evening, morning = forecasts("theirs", at), forecasts("theirs", at[3:], issue="morning")
    shared = scores.on_identical_hours(pd.concat([evening, morning]), truth(at))
    assert shared.groupby("issue")["hour_start"].nunique().tolist() == [21, 21]


def test_an_hour_forecast_twice_is_an_error() -> None:
    at = hours(DAY)
    with pytest.raises(ValueError, match="twice"):
        scores.on_identical_hours(pd.concat([forecasts("ours", at), forecasts("ours", at[:1])]), truth(at))


def test_a_mean_is_of_all_or_of_none() -> None:
    at = hours(DAY)
    both = pd.concat([forecasts("a", at, 100.0), forecasts("b", at[1:], 104.0), forecasts("c", at, 0.0)])
    made = scores.mean_of(both, ["a", "b"], "mean")
    assert made["hour_start"].tolist() == at[1:].tolist()
    assert made[list(scores.QUANTILES)].drop_duplicates().to_numpy().tolist() == [[92.0, 102.0, 112.0]]


def test_the_table_holds_errors_next_to_rte_and_coverage() -> None:
    at = hours(DAY)
    made = pd.concat([forecasts("ours", at, 101.0), forecasts("theirs", at, 115.0)])
    seconds = {("evening", "ours"): Seconds(None, 0.021), ("evening", "theirs"): Seconds(12.4, 0.1)}
    rows = scores.table(scores.on_identical_hours(made, truth(at)), seconds).splitlines()[2:]
    assert [row.split("| ")[3:] for row in rows] == [
        ["2.000 % ", "1 ", " ", " ", " |"],
        ["1.000 % ", "0.500 ", "100 % ", " ", "0.02 |"],
        ["15.000 % ", "7.500 ", "0 % ", "12 ", "0.10 |"],
    ]


def written(folder: Path, day: date) -> History:
    """Return a history of three weeks to a day, as the benchmark reads it."""
    at = hours(day - timedelta(days=21), day)
    n = np.arange(len(at))
    stamps = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    load = 50_000 + 5_000 * np.sin(2 * np.pi * n / 24)
    series = {"load": pd.DataFrame({"ts_utc": stamps, "load_mw": load, "rte_d1_mw": load + 300})}
    series["temperature"] = pd.DataFrame({"ts_utc": stamps, "temp_c": 8 + 3 * np.sin(n / 50)})
    cities = {
        f"{column}_{city}": 20 + 10 * np.sin(n / (30 + place) + start)
        for start, column in enumerate(COLUMNS.values())
        for place, city in enumerate(CITIES)
    }
    series["weather"] = pd.DataFrame({"ts_utc": stamps} | cities)
    for name, frame in series.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return read_history(folder / "load.csv", day, Weather(folder / "temperature.csv", folder / "weather.csv"))


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_openstef_is_given_what_an_issue_of_ours_knew(
    day: date, n_hours: int, issue: Issue, tmp_path: Path
) -> None:
    history = written(tmp_path, day)
    table = inputs.table(history)
    ours = history.at(day, issue, context_hours=240)
    given = table.loc[pd.DatetimeIndex(ours.hours).tz_localize("UTC")]
    issued = issue_time(day, issue)
    assert len(given) == 240 + ours.horizon
    assert ours.delivery_hours == n_hours
    for name, known_from, values in (
        ("load", "load_available_at", ours.load_mw),
        ("rte_d1", "rte_d1_available_at", ours.rte_mw),
        *((theirs, "weather_available_at", ours.input(name)) for name, theirs in inputs.WEATHER.items()),
    ):
        np.testing.assert_array_equal(given[name].where(given[known_from] <= issued).to_numpy(), values, name)


def test_a_missing_interpreter_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no-python.*--python"):
        environment.prepare(tmp_path / "new", "no-python")


def test_an_older_interpreter_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "LEAST_PYTHON", (4, 0))
    with pytest.raises(SystemExit, match=r"newer Python.*--python"):
        environment.prepare(tmp_path / "new", sys.executable)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "LEAST_PYTHON", (3, 11))
    (tmp_path / "letter.txt").touch()
    with pytest.raises(SystemExit, match="--environment"):
        environment.prepare(tmp_path, sys.executable)
    assert (tmp_path / "letter.txt").exists()
