"""From the database to a live model: a better one is promoted, a poisoned one refused, a rollback is exact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, hours
from elec_pipeline.domain.history import History
from elec_pipeline.errors import ModelUnavailableError, TooFewDaysError
from elec_pipeline.forecasting.checkpoint import card_of, load_forecaster
from elec_pipeline.forecasting.experts.chronos.recipe import Recipe, Target
from elec_pipeline.forecasting.experts.chronos.training.options import Architecture, Progress, TrainingOptions
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.forecasting.lifecycle.fitting import train
from elec_pipeline.forecasting.lifecycle.gate import Gate
from elec_pipeline.forecasting.lifecycle.gate_losses import daily_losses
from elec_pipeline.forecasting.lifecycle.retraining import (
    LEAST_DAYS,
    Retraining,
    complete_days,
    options_for,
    retrain,
    split_days,
)
from elec_pipeline.forecasting.lifecycle.seen_days import seen_through, unseen_days
from elec_pipeline.settings import Settings
from elec_pipeline.steps.issuing import issue_due
from elec_pipeline.store import models, queries
from elec_pipeline_tests.forecasting.stored import misused, register, store_made_up

TINY = TrainingOptions(
    recipe=Recipe(target=Target.RESIDUAL, context_hours=96, from_midnight=True),
    architecture=Architecture(width=16, heads=2, layers=1, hidden=16),
    steps=20,
    windows_per_step=8,
    learning_rate=3e-3,
    validate_every=10,
    warmup_steps=2,
    learn_ridge=False,
)
TRAIN_TO, VALIDATE_TO = date(2025, 6, 10), date(2025, 8, 5)
NARROW = Gate(least_coverage_80=0.0, most_coverage_80=1.0)
"""Twenty steps teach no band."""
DST_DAYS = {date(2025, 3, 30): 23, date(2025, 3, 31): 24, date(2025, 10, 26): 25}
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.fixture
def here(database: str, tmp_path: Path) -> Settings:
    return Settings(database_url=SecretStr(database), elec_home=tmp_path / "home", elec_model="")


def asked(**changes: object) -> Retraining:
    given: dict[str, object] = {
        "options": TINY, "first": date(2025, 4, 10), "train_to": TRAIN_TO, "validate_to": VALIDATE_TO,
        "gate": NARROW, "threads": 1,
    }  # fmt: skip
    return Retraining.model_validate(given | changes)


def issue(engine: Engine, here: Settings) -> pd.DataFrame:
    """Issue the forecasts of three days with the model in use, and return what is stored of its version."""
    forecaster = registry.load(registry.in_use(engine, here))
    for day in DST_DAYS:
        issue_due(engine, forecaster, day, day, now=NOW)
    with engine.connect() as connection:
        made = pd.concat(
            [queries.first_predictions(connection, day_start(day), day_end(day)) for day in DST_DAYS],
            ignore_index=True,
        )
    assert set(made["model_version"]) == {forecaster.version}
    return made.drop(columns="created_at")


def forget(engine: Engine) -> None:
    from sqlalchemy import text

    with engine.begin() as connection:
        connection.execute(text("DELETE FROM elec.chronos_predictions"))


def test_a_better_model_is_promoted_and_a_rollback_brings_the_former_forecasts_back_exactly(
    engine: Engine, here: Settings, tmp_path: Path
) -> None:
    store_made_up(engine)
    weak = misused(tmp_path / "weak")
    register(engine, weak, tmp_path / "weak")
    models.promote(engine, weak, by="hand")
    former = issue(engine, here)
    assert former.groupby("issued_at").size().tolist() == [n for n in DST_DAYS.values() for _ in Issue]
    forget(engine)

    reports: list[Progress] = []
    made = retrain(engine, here, asked(), on_progress=reports.append)
    assert reports[-1].step == reports[-1].steps == TINY.steps
    version = made.checkpoint.version
    assert made.verdict is not None
    assert made.promoted, made.verdict.why
    assert (made.verdict.candidate, made.verdict.live) == (version, weak)
    assert made.verdict.first == VALIDATE_TO + timedelta(days=8)  # 97 days are held out, the last 90 count
    assert made.in_use.version == version
    assert made.checkpoint.folder == here.elec_home / "checkpoints" / version
    assert {path.name for path in made.checkpoint.folder.parent.iterdir()} == {".training", version}
    assert [path.name for path in (made.checkpoint.folder.parent / ".training").iterdir()] == ["training.lock"]
    with engine.connect() as connection:
        row = queries.promoted_model(connection)
    assert row is not None
    assert (row.version, row.trained_through) == (version, VALIDATE_TO)
    assert row.metrics["gate"] == made.verdict.as_json()
    assert row.metrics["card"] == made.checkpoint.card
    assert [each["by"] for each in row.metrics["promotions"]] == ["gate"]

    assert set(issue(engine, here)["model_version"]) == {version}
    forget(engine)
    assert models.roll_back(engine) == version
    pd.testing.assert_frame_equal(issue(engine, here), former, check_exact=True)


def test_a_poisoned_model_is_refused_and_the_live_one_stays(
    engine: Engine, here: Settings, past: History, tmp_path: Path
) -> None:
    """Both are trained alike and on the same days, one of them with the load of those days shuffled."""
    learn, choose = days(date(2025, 4, 10), TRAIN_TO), days(TRAIN_TO + timedelta(days=1), VALIDATE_TO)
    # Of a model that is poisoned alone calibration believes nothing; what the references learn is always believed.
    options = TINY.model_copy(update={"learn_ridge": True})
    sound = train(past, learn, choose, tmp_path / "sound", options).version
    register(engine, sound, tmp_path / "sound")
    models.promote(engine, sound, by="hand")
    store_made_up(engine, shuffled_through=TRAIN_TO - timedelta(days=1))
    made = retrain(engine, here, asked(options=options))
    assert made.verdict is not None
    assert not made.promoted
    assert "not better" in made.verdict.why
    assert made.verdict.statistic is not None
    assert made.verdict.statistic < -2
    assert made.verdict.live == made.in_use.version == sound
    with engine.connect() as connection:
        refused = registry.find(queries.registered_models(connection), made.checkpoint.version)
    assert refused.promoted_at is None
    assert refused.metrics["gate"]["passed"] is False


@pytest.mark.long
def test_a_comparison_with_elec_model_says_that_a_promotion_has_no_effect(
    engine: Engine, here: Settings, chronos2_folder: Path
) -> None:
    store_made_up(engine)
    named = here.model_copy(update={"elec_model": str(chronos2_folder)})
    made = retrain(engine, named, asked(options=TINY.model_copy(update={"steps": 2})))
    assert made.verdict is not None
    assert made.verdict.live == load_forecaster(str(chronos2_folder)).version
    assert "no effect" in made.verdict.why
    assert made.in_use.reason is registry.Reason.SETTING


@pytest.mark.long
def test_without_the_gate_a_version_is_registered_and_not_promoted(
    engine: Engine, here: Settings, tmp_path: Path
) -> None:
    store_made_up(engine)
    few = TINY.model_copy(update={"steps": 2})
    made = retrain(
        engine, here, asked(options=few, gate=None, validate_to=date(2025, 11, 10), output=tmp_path / "x")
    )
    assert made.verdict is None
    assert not made.promoted
    assert not made.split.gate
    assert made.checkpoint.folder == tmp_path / "x"
    with engine.connect() as connection:
        [row] = queries.registered_models(connection)
    assert (row.location, row.promoted_at) == (str(tmp_path / "x"), None)
    assert list(row.metrics) == ["card"]


def test_a_training_that_was_stopped_goes_on(engine: Engine, here: Settings) -> None:
    store_made_up(engine)

    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.step == TINY.steps:
            raise StoppedError

    with pytest.raises(StoppedError):
        retrain(engine, here, asked(gate=None), on_progress=stop)
    with engine.connect() as connection:
        assert queries.registered_models(connection) == []
    made = retrain(engine, here, asked(gate=None))
    assert made.checkpoint.card["resumed_at"] == [TINY.validate_every]
    assert load_forecaster(str(made.checkpoint.folder)).version == made.checkpoint.version


def test_a_live_model_that_is_gone_is_found_before_the_training(
    engine: Engine, here: Settings, tmp_path: Path
) -> None:
    store_made_up(engine)
    register(engine, misused(tmp_path / "live"), tmp_path / "elsewhere")
    with engine.connect() as connection:
        [row] = queries.registered_models(connection)
    models.promote(engine, row.version, by="hand")
    with pytest.raises(ModelUnavailableError, match="elec models rollback"):
        retrain(engine, here, asked())
    assert not (here.elec_home / "checkpoints").exists()


def test_too_little_history_is_refused_with_what_is_there(engine: Engine, here: Settings) -> None:
    with pytest.raises(TooFewDaysError, match="elec backfill"):
        retrain(engine, here, Retraining())
    store_made_up(engine)
    with pytest.raises(TooFewDaysError, match="5 complete days are left"):
        retrain(engine, here, asked(validate_to=date(2025, 11, 5)))


def test_by_default_the_last_days_are_held_out() -> None:
    year = days(date(2024, 1, 1), date(2024, 12, 30))
    split = split_days(year)
    assert [*split.train, *split.validation, *split.gate] == year
    assert (len(split.validation), len(split.gate)) == (91, 90)
    assert len(split_days(year[-LEAST_DAYS:]).train) == 56
    with pytest.raises(TooFewDaysError, match="55 are left to learn from"):
        split_days(year[1 - LEAST_DAYS :])
    with pytest.raises(TooFewDaysError, match="0 to choose by"):
        split_days(year, train_to=year[-1], validate_to=year[-1])


def test_named_spans_are_obeyed() -> None:
    year = days(date(2024, 1, 1), date(2024, 12, 30))
    split = split_days(year, first=year[10], train_to=year[99], validate_to=year[199])
    assert (split.train[0], split.train[-1]) == (year[10], year[99])
    assert (split.validation[0], split.validation[-1]) == (year[100], year[199])
    assert (split.gate[0], split.gate[-1]) == (year[-90], year[-1])


@pytest.mark.parametrize(("day", "n_hours"), DST_DAYS.items())
def test_a_day_that_lacks_an_hour_is_not_complete(day: date, n_hours: int, past: History) -> None:
    import dataclasses

    around = (day - timedelta(days=1), day + timedelta(days=1))
    assert complete_days(past, *around) == days(*around)
    load = past.load_mw.copy()
    load[int((hours(day)[-1] - past.start) / pd.Timedelta(hours=1))] = np.nan
    assert len(hours(day)) == n_hours
    assert complete_days(dataclasses.replace(past, load_mw=load), *around) == [around[0], around[1]]


def test_options_start_from_the_bases_own_recipe(tmp_path: Path) -> None:
    assert options_for("") == TrainingOptions()
    misused(tmp_path / "base", 48)
    options = options_for(str(tmp_path / "base"), steps=7, seed=3)
    assert (options.recipe.context_hours, options.steps, options.seed) == (48, 7, 3)
    assert options.learning_rate == 1e-5
    assert options_for("someone/chronos-2", learning_rate=1e-4).learning_rate == 1e-4


def test_what_a_model_was_chosen_by_counts_as_seen(past: History, chronos2_folder: Path) -> None:
    bundled, other = load_forecaster(""), load_forecaster(str(chronos2_folder))
    last = date.fromisoformat(card_of("")["validation"]["last"])
    assert seen_through(bundled) == last
    assert seen_through(other) is None
    asked_days = days(last - timedelta(days=1), last + timedelta(days=2))
    assert unseen_days(asked_days[::-1], [other, bundled]) == asked_days[2:]
    with_gaps = days(date(2024, 12, 1), date(2024, 12, 10))
    losses = daily_losses(past, with_gaps, other, other)
    assert losses.days == with_gaps[-len(losses.days) :]  # the first days have no week before them
    assert 0 < len(losses.days) < len(with_gaps)
    np.testing.assert_array_equal(losses.candidate_mw, losses.live_mw)
    assert daily_losses(past, [], other, other).days == []
