"""`elec backtest` on a real database: files that agree, a page that opens offline, and plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Engine, create_engine, text
from typer.testing import CliRunner

from elec_pipeline.cli import app
from elec_pipeline.commands import backtest_field, fitted_boosting
from elec_pipeline.commands.backtest import run_backtest
from elec_pipeline.commands.backtest_field import Request
from elec_pipeline.domain.delivery_day import PARIS, Issue, Issues, day_end, day_start, hours, to_utc
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.errors import BackTestError, ChallengerUnavailableError
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.experts.boosting import boosting
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE
from elec_pipeline.settings import settings
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_hours
from elec_pipeline.store.forecasts import write_vintages
from elec_pipeline_tests.conftest import every_day_length, whole_runs_every_day_length
from elec_pipeline_tests.forecasting.stored import learnt_through

FILES = ["forecasts.csv", "forecasts.parquet", "report.html", "scores.csv"]
JUNE = (date(2025, 6, 1), date(2025, 6, 3))


def fill(engine: Engine, first: date, last: date) -> None:
    """Store made-up load and RTE's D-1, whose errors last for days."""
    axis = hours(first, last)
    random = np.random.default_rng(5)
    local = axis.tz_convert(PARIS)
    slow = np.cumsum(random.normal(0, 60, len(axis)))
    load = 52e3 + 6e3 * np.sin((local.hour - 8) / 24 * 2 * np.pi) - 4e3 * (local.day_of_week >= 5) + slow
    said = load - 800 * np.sin(local.hour / 24 * 2 * np.pi) + random.normal(0, 400, len(axis))
    day = pd.Series(axis).dt.tz_convert(PARIS).dt.date
    published = {each: to_utc(each - timedelta(days=1), time(19, 30)) for each in day.unique()}
    write_hours(engine, pd.DataFrame({"hour_start": axis, "load_mw": load, "quarters": 4}))
    vintages = pd.DataFrame(
        {"hour_start": axis, "forecast_type": "D-1", "published_at": day.map(published), "load_mw": said}
    )
    write_vintages(engine, vintages, source="simulator")


def ask(
    output: Path, *, first: date, last: date, with_challenger: bool = False, experts: Sequence[str] = ()
) -> Request:
    return Request(first, last, Issues.BOTH, [""], with_challenger, output, experts)


def read_csv(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, parse_dates=["hour_start", "issued_at"])
    return frame.assign(delivery_day=pd.to_datetime(frame["delivery_day"]).dt.date)


@pytest.fixture
def quiet() -> Console:
    return Console(quiet=True)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, database: str, home: Path) -> Iterator[CliRunner]:
    """The command line, on the test's database."""
    monkeypatch.setenv("DATABASE_URL", SecretStr(database).get_secret_value())
    monkeypatch.setenv("ELEC_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(
        "elec_pipeline.commands.terminal.out.width", 200
    )  # it was made when the module was first imported
    monkeypatch.delenv("ELEC_MODEL", raising=False)
    settings.cache_clear()
    yield CliRunner()
    settings.cache_clear()


@every_day_length
def test_files_agree_and_hold_every_hour(
    engine: Engine, quiet: Console, tmp_path: Path, day: date, n_hours: int
) -> None:
    fill(engine, day - timedelta(days=70), day + timedelta(days=1))
    outcome = run_backtest(engine, ask(tmp_path / "out", first=day, last=day), quiet)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    parquet = pd.read_parquet(tmp_path / "out" / "forecasts.parquet")
    by_hand = read_csv(tmp_path / "out" / "forecasts.csv")
    everyone = {RTE, SEASONAL_NAIVE, load_forecaster("").version}
    assert parquet.groupby(["issue", "forecaster"], observed=True).size().tolist() == [n_hours] * 6
    assert set(parquet["forecaster"]) == everyone
    pd.testing.assert_frame_equal(
        parquet.astype({"issue": str, "forecaster": str}),
        by_hand.astype(parquet.dtypes[["hour_start", "issued_at"]].to_dict()),
        check_exact=True,
    )
    pd.testing.assert_frame_equal(parquet, outcome.frame, check_exact=True)
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    assert (scores.loc[scores["grouped_by"] == "hours_of_day", "group"] == str(n_hours)).all()
    assert (scores.loc[scores["grouped_by"] == "all", "hours"] == n_hours).all()


def test_the_page_needs_no_network_and_says_what_it_shows(
    engine: Engine, command: CliRunner, tmp_path: Path
) -> None:
    fill(engine, JUNE[0] - timedelta(days=70), JUNE[1])
    output = tmp_path / "out"
    arguments = ["--from", str(JUNE[0]), "--to", str(JUNE[1]), "--issue", "evening", "--expert", "ridge"]
    model = learnt_through(tmp_path / "model", date(2024, 6, 30))
    arguments += ["--model", str(model), "--output", str(output)]
    done = command.invoke(app, ["backtest", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    page = (output / "report.html").read_text(encoding="utf-8")
    assert page.count("Plotly.newPlot(") >= 5
    assert 'src="http' not in page
    assert "href=" not in page.split("</script>", 1)[1]
    said = f"--from {JUNE[0]} --to {JUNE[1]} --issue evening --model {model} --expert ridge --no-challenger"
    assert f"{said} --output {output}" in page
    assert "The expert ridge of" in page
    for text_of_both in ("3 issues, of which none had to be left out", "72 are scored"):
        assert text_of_both in page
        assert text_of_both in done.output
    assert "evening (20:30)" in page
    assert "In-sample" not in page
    assert load_forecaster("").version in done.output


def test_days_that_a_model_has_seen_are_called_in_sample(
    engine: Engine, command: CliRunner, tmp_path: Path
) -> None:
    fill(engine, JUNE[0] - timedelta(days=70), JUNE[1])
    model = learnt_through(tmp_path / "model", date(2025, 6, 2))
    output = tmp_path / "out"
    arguments = ["--from", str(JUNE[0]), "--to", str(JUNE[1]), "--model", str(model), "--output", str(output)]
    done = command.invoke(app, ["backtest", *arguments], catch_exceptions=False)
    expected = "2025-06-01 to 2025-06-02 of these days are in-sample"
    assert expected in done.output
    assert expected in (output / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("first", "last"), [("2025-06-03", "2025-06-01"), ("2025-06-03", "2999-01-01"), ("2009-01-01", "2025-01-01")]
)
def test_impossible_days_are_refused(command: CliRunner, first: str, last: str) -> None:
    done = command.invoke(app, ["backtest", "--from", first, "--to", last])
    assert done.exit_code == 2
    assert "the days must run from" in done.output


def test_an_hour_that_the_database_holds_in_part_is_not_scored(
    engine: Engine, quiet: Console, tmp_path: Path
) -> None:
    fill(engine, JUNE[0] - timedelta(days=70), JUNE[1])
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE elec.hourly_consumption SET quarters = 3 WHERE hour_start = :hour"),
            {"hour": day_start(JUNE[1])},
        )
    outcome = run_backtest(engine, ask(tmp_path, first=JUNE[1], last=JUNE[1]), quiet)
    assert outcome.tally.without_actual == 2
    assert outcome.tally.scored == 46


def test_without_a_scored_hour_the_error_says_what_is_missing(
    engine: Engine, quiet: Console, tmp_path: Path
) -> None:
    with pytest.raises(BackTestError, match=r"6 left out.*elec backfill"):
        run_backtest(engine, ask(tmp_path, first=JUNE[0], last=JUNE[1]), quiet)


def test_a_folder_that_cannot_be_written_to_is_refused_at_once(
    engine: Engine, quiet: Console, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(BackTestError, match="--output"):
        run_backtest(engine, ask(tmp_path / "out", first=JUNE[0], last=JUNE[1]), quiet)


@pytest.mark.parametrize("how", [{"with_challenger": True}, {"experts": [boosting.BOOSTING]}], ids=str)
def test_with_less_than_a_year_before_it_boosting_is_refused(
    engine: Engine, quiet: Console, tmp_path: Path, how: dict[str, Any]
) -> None:
    fill(engine, JUNE[0] - timedelta(days=100), JUNE[1])
    asked = ask(tmp_path, first=JUNE[0], last=JUNE[1], **how)
    with pytest.raises(ChallengerUnavailableError, match=r"365 are needed.*--no-challenger"):
        run_backtest(engine, asked, quiet)


@whole_runs_every_day_length
def test_boosting_learns_from_the_days_before_and_no_later_ones(
    engine: Engine, quiet: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: date, n_hours: int
) -> None:
    monkeypatch.setattr(boosting, "ROUNDS", 5)
    monkeypatch.setattr(fitted_boosting, "LEAST_DAYS", 60)
    fill(engine, day - timedelta(days=120), day)
    asked = ask(tmp_path, first=day, last=day, with_challenger=True)
    forecasts = []
    for _ in range(2):
        frame = run_backtest(engine, asked, quiet).frame
        of_boosting = frame[frame["forecaster"] == boosting.BOOSTING]
        assert len(of_boosting) == 2 * n_hours
        forecasts.append(of_boosting.drop(columns="actual_mw").reset_index(drop=True))
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE elec.hourly_consumption SET load_mw = load_mw + 9000 WHERE hour_start >= :start"),
                {"start": day_start(day)},
            )
    pd.testing.assert_frame_equal(forecasts[0], forecasts[1], check_exact=True)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"number of trees chosen on the days to {day - timedelta(days=2)}" in page


@every_day_length
def test_an_expert_alone_says_what_it_says_in_the_model(
    engine: Engine, quiet: Console, tmp_path: Path, day: date, n_hours: int
) -> None:
    fill(engine, day - timedelta(days=70), day)
    frame = run_backtest(
        engine, ask(tmp_path, first=day, last=day, experts=["ridge", "mlp", "chronos"]), quiet
    ).frame
    forecaster = load_forecaster("")
    assert set(frame["forecaster"]) == {RTE, SEASONAL_NAIVE, forecaster.version, "ridge", "mlp", "chronos"}
    start = day_start(day - timedelta(days=2)) - timedelta(hours=forecaster.context_hours)
    past = queries.history(engine, start, day_end(day))
    for issue in Issue:
        said = forecaster.said(past.at(day, issue, context_hours=forecaster.context_hours))
        for name, quantiles in said.items():
            of_expert = frame[(frame["forecaster"] == name) & (frame["issue"] == issue)]
            assert len(of_expert) == n_hours
            np.testing.assert_allclose(of_expert[list(COLUMNS)], quantiles, atol=0.01)


def test_of_several_models_each_ones_expert_takes_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An expert that one of them holds keeps its plain name; the naive forecast takes part in any case."""
    bundled = load_forecaster("")
    ridge = {"ridge": bundled.experts["ridge"]}
    models = {"": bundled, "other": replace(bundled, version="elec-other", experts=ridge)}
    monkeypatch.setattr(backtest_field, "load_forecaster", models.__getitem__)
    asked = Request(*JUNE, Issues.BOTH, list(models), False, tmp_path, ["ridge", "chronos", SEASONAL_NAIVE])  # noqa: FBT003
    who = backtest_field.entered(create_engine("postgresql://"), asked, Progress(disable=True))
    versions = {bundled.version, "elec-other"}
    assert set(who.contestants) == {
        SEASONAL_NAIVE,
        "chronos",
        *versions,
        *(f"ridge of {each}" for each in versions),
    }
    assert who.knew.keys() - {RTE} == who.contestants.keys()


def test_an_expert_that_no_model_holds_is_refused_with_those_there_are(
    engine: Engine, quiet: Console, tmp_path: Path
) -> None:
    asked = ask(tmp_path, first=JUNE[0], last=JUNE[1], experts=["oracle"])
    with pytest.raises(BackTestError, match=r"'oracle': they hold chronos, mlp, ridge\. boosting is fitted"):
        run_backtest(engine, asked, quiet)
