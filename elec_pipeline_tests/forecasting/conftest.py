"""A made-up history with RTE's forecast, what is learnt from it, and tiny random checkpoints of the families."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start, days, to_utc
from elec_pipeline.domain.history import History, history
from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, INPUTS, RADIATION, TEMPERATURE, WIND_SPEED
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.combination.combination import Blend, Combination
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.experts.chronos.recipe import Recipe
from elec_pipeline.forecasting.experts.chronos.training.options import BUNDLED_RECIPE, TrainingOptions
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.fitting import Course, learnt
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import Forecaster

FIRST, LAST = date(2024, 12, 1), date(2025, 11, 10)
RTE_PUBLISHED = time(19, 30)
"""When RTE's D-1 is out, the day before."""
LEARNT_FROM = days(date(2025, 1, 5), date(2025, 6, 9))
"""Days that `course` and `warm_course` have learnt from."""
EVEN = Combination(
    experts=(RIDGE, CHRONOS),
    otherwise=Blend(medians={RIDGE: 0.0, CHRONOS: 1.0}, widths={CHRONOS: 0.5, RIDGE: 0.5}),
)
"""The network's median, and bands between both experts'."""
EARLY_STATE = date(2025, 3, 20)
"""Day whose state was learnt from days before every clock change of 2025."""


def made_up_curves() -> tuple[pd.DatetimeIndex, np.ndarray, np.ndarray]:
    """Hours, load and RTE's D-1 in MW: daily and weekly shapes, slow weather, errors that last for days."""
    random = np.random.default_rng(7)
    hours = pd.date_range(day_start(FIRST), day_end(LAST), freq="h", inclusive="left", unit="us")
    local = hours.tz_convert(PARIS)
    count = len(hours)
    weather = np.zeros(count)
    for hour in range(1, count):
        weather[hour] = 0.995 * weather[hour - 1] + random.normal(0, 200)
    load = 52_000 + _shape(local) + weather + random.normal(0, 150, count)
    error = 900 * np.sin(local.hour / 24 * 2 * np.pi) + random.normal(0, 500, count)
    return hours, np.asarray(load), np.asarray(load - error)


def made_up_temperatures(*, week: bool = False) -> pd.DataFrame:
    """Temperature forecasts, 600 MW a degree below 15 °C: issued at 06:00 and at 18:00 of the day before.

    With the week, at 06:00 of each of the six days before that too.
    """
    random = np.random.default_rng(8)
    hours, load, _ = made_up_curves()
    local = hours.tz_convert(PARIS)
    day = pd.Series(local.date)
    temperature = 5 - (load - 52_000 - _shape(local)) / 600
    issues = [
        pd.DataFrame({
            "hour_start": hours,
            "issued_at": day.map({d: to_utc(d - timedelta(days=lead), time(hour)) for d in day.unique()}),
            "temperature_c": temperature + random.normal(0, error, len(hours)),
        }).astype({"issued_at": "datetime64[us, UTC]"})
        for lead, hour, error in (
            (1, 6, 0.4), (1, 18, 0.2), *((lead, 6, 0.4 * lead) for lead in range(2, 8 if week else 2))
        )
    ]  # fmt: skip
    return pd.concat(issues, ignore_index=True)


def weather_of(temperatures: pd.DataFrame) -> pd.DataFrame:
    """Return temperature forecasts with a made-up course of every other input beside them."""
    seconds = temperatures["hour_start"].astype("int64").to_numpy() / 1e6
    day = 2 * np.pi * seconds / 86_400
    made: dict[str, Floats] = {
        TEMPERATURE: temperatures["temperature_c"].to_numpy(),
        CLOUD_COVER: 50 + 30 * np.sin(day / 5),
        WIND_SPEED: 4 + 2 * np.sin(day / 3),
        HUMIDITY: 70 + 15 * np.sin(day + 1),
        RADIATION: np.maximum(0.0, 500 * np.sin(day - 1.5)),
    }
    return temperatures[["hour_start", "issued_at"]].assign(**{name: made[name] for name in INPUTS})


def _shape(local: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray(6000 * np.sin((local.hour - 8) / 24 * 2 * np.pi) - 5000 * (local.day_of_week >= 5))


def made_up_history(
    *,
    shuffled_after: datetime | None = None,
    rte: bool = True,
    temperature: bool = False,
    weather: bool = False,
    week: bool = False,
    published: time = RTE_PUBLISHED,
) -> History:
    """The made-up history; what becomes known after an instant is noise where one is named."""
    hours, load, forecast = made_up_curves()
    day = pd.Series(hours).dt.tz_convert(PARIS).dt.date
    at = {d: to_utc(d - timedelta(days=1), published) for d in day.unique()}
    known = day.map(at).astype("datetime64[us, UTC]")
    if shuffled_after is not None:
        random = np.random.default_rng(99)
        load = np.where(
            hours > pd.Timestamp(shuffled_after) - pd.Timedelta(hours=2),
            random.uniform(30e3, 80e3, len(load)),
            load,
        )
        forecast = np.where(known > pd.Timestamp(shuffled_after), random.uniform(30e3, 80e3, len(load)), forecast)
    inputs = made_up_temperatures(week=week) if temperature or weather else None
    if inputs is not None and weather:
        inputs = weather_of(inputs)
    if inputs is not None and shuffled_after is not None:
        later = inputs["issued_at"] > pd.Timestamp(shuffled_after)
        for name in set(INPUTS) & set(inputs):
            least, most = float(inputs[name].min()), float(inputs[name].max())
            inputs.loc[later, name] = np.random.default_rng(98).uniform(least, most, int(later.sum()))
    start = pd.Series(hours)
    vintages = pd.DataFrame({
        "hour_start": start, "forecast_type": "D-1", "published_at": known,
        "ingested_at": pd.Series(datetime(2026, 1, 1, tzinfo=UTC), index=start.index, dtype="datetime64[us, UTC]"),
        "load_mw": forecast,
    })  # fmt: skip
    former = pd.DataFrame({"hour_start": start[:0], "load_mw": load[:0], "until": start[:0]})
    actuals = pd.DataFrame({"hour_start": start, "load_mw": load})
    return history(day_start(FIRST), day_end(LAST), actuals, former, vintages if rte else vintages[:0], inputs)


@pytest.fixture(scope="session")
def past() -> History:
    return made_up_history()


@pytest.fixture(scope="session")
def warm_past() -> History:
    """The same with temperature forecasts."""
    return made_up_history(temperature=True)


@pytest.fixture(scope="session")
def weather_past() -> History:
    """The same with all inputs."""
    return made_up_history(weather=True)


@pytest.fixture(scope="session")
def course(past: History) -> Course:
    return learnt(past, LEARNT_FROM, blur_mw=600, seed=1)


@pytest.fixture(scope="session")
def warm_course(warm_past: History) -> Course:
    return learnt(warm_past, LEARNT_FROM, blur_mw=600, seed=1)


@pytest.fixture(scope="session")
def taught(chronos2_folder: Path, warm_course: Course) -> Forecaster:
    """A random model on references that have learnt, and that every day with a clock change brings up to date."""
    regressions = warm_course.before(EARLY_STATE)
    assert regressions is not None
    return on_ridge(load_forecaster(str(chronos2_folder)), regressions, context_hours=192)


@pytest.fixture(scope="session")
def taught_ridge(warm_course: Course) -> Ridge:
    """A ridge that every day with a clock change brings up to date."""
    regressions = warm_course.before(EARLY_STATE)
    assert regressions is not None
    return Ridge(regressions=regressions)


def on_ridge(plain: Forecaster, regressions: Regressions, **changes: object) -> Forecaster:
    """A network alone, stood on a ridge with the bundled recipe and options, but for some changes of it."""
    recipe = Recipe.model_validate(BUNDLED_RECIPE.model_dump() | changes)
    ridge = Ridge(TrainingOptions(recipe=recipe).ridge, regressions)
    chronos = replace(plain.chronos, recipe=recipe, ridge=ridge)
    return replace(plain, experts={RIDGE: ridge, CHRONOS: chronos}, combination=EVEN)


@pytest.fixture(scope="session")
def make_history() -> Callable[..., History]:
    return made_up_history


@pytest.fixture(scope="session")
def t5_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(1)
    config = T5Config(
        vocab_size=64, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, decoder_start_token_id=0,
        architectures=["T5ForConditionalGeneration"], chronos_pipeline_class="ChronosPipeline",
        chronos_config={
            "tokenizer_class": "MeanScaleUniformBins",
            "tokenizer_kwargs": {"low_limit": -15.0, "high_limit": 15.0},
            "context_length": 96, "prediction_length": 48, "n_tokens": 64, "n_special_tokens": 2,
            "pad_token_id": 0, "eos_token_id": 1, "use_eos_token": True, "model_type": "seq2seq",
            "num_samples": 4, "temperature": 1.0, "top_k": 50, "top_p": 1.0,
        },
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("t5")
    T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def bolt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from chronos.chronos_bolt import ChronosBoltModelForForecasting
    from transformers import T5Config

    torch.manual_seed(1)
    config = T5Config(
        d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, decoder_start_token_id=0, pad_token_id=0,
        chronos_pipeline_class="ChronosBoltPipeline",
        chronos_config={
            "context_length": 96, "prediction_length": 64, "input_patch_size": 16, "input_patch_stride": 16,
            "quantiles": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], "use_reg_token": True,
        },
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("bolt")
    ChronosBoltModelForForecasting(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def chronos2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As a hub would serve it: trained by others, without a recipe, without a pipeline class."""
    import torch
    from chronos.chronos2.config import Chronos2CoreConfig
    from chronos.chronos2.model import Chronos2Model

    torch.manual_seed(1)
    config = Chronos2CoreConfig(
        d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        chronos_config={
            "context_length": 192, "input_patch_size": 16, "input_patch_stride": 16, "output_patch_size": 16,
            "max_output_patches": 4, "quantiles": [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99], "use_reg_token": True,
            "use_arcsinh": True,
        },
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("chronos2")
    Chronos2Model(config).save_pretrained(folder)
    return folder
