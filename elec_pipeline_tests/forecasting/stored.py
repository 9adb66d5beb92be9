"""The made-up history as the database holds it, and checkpoints that take no training."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import PARIS, to_utc
from elec_pipeline.forecasting.checkpoint import BUNDLED, load_forecaster, save_checkpoint
from elec_pipeline.forecasting.combination.combination import Combination
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.experts.chronos.recipe import Recipe
from elec_pipeline.forecasting.integrity import CARD_FILE, sealed
from elec_pipeline.store.actuals import write_hours
from elec_pipeline.store.forecasts import write_vintages
from elec_pipeline.store.models import register_trained
from elec_pipeline_tests.forecasting.conftest import made_up_curves


def store_made_up(engine: Engine, *, shuffled_through: date | None = None) -> None:
    """Store the made-up curves; the load of the days up to one is shuffled among them where one is named."""
    hours, load, forecast = made_up_curves()
    local = pd.Series(hours).dt.tz_convert(PARIS)
    day = local.dt.date
    if shuffled_through is not None:
        whole = (np.asarray(day <= shuffled_through)).sum() // 24
        blocks = load[: 24 * whole].reshape(whole, 24)
        load = np.concatenate([np.random.default_rng(3).permutation(blocks).ravel(), load[24 * whole :]])
    write_hours(engine, pd.DataFrame({"hour_start": hours, "load_mw": load, "quarters": 4}))
    published = {d: to_utc(d - timedelta(days=1), local.iloc[0].time().replace(hour=19)) for d in day.unique()}
    vintages = pd.DataFrame({
        "hour_start": hours, "forecast_type": "D-1", "load_mw": forecast,
        "published_at": day.map(published).astype("datetime64[us, UTC]"),
    })  # fmt: skip
    write_vintages(engine, vintages, source="test")


def write_card(place: Path) -> str:
    """Write a card for what lies in a checkpoint's folder; returns the version."""
    version = load_forecaster(str(place), unfinished=True).version
    card = {"version": version, "base_model": "nothing", "trained_through": "2024-06-30"}
    (place / CARD_FILE).write_text(json.dumps(sealed(card, place)))
    return version


def misused(place: Path, context_hours: int = 192) -> str:
    """Put the bundled weights, with a recipe they were not trained for, into a folder.

    Each context length makes another version, which is returned.
    """
    recipe = Recipe(context_hours=context_hours)
    place.mkdir(parents=True)
    save_checkpoint(place, [replace(load_forecaster("").chronos, recipe=recipe)], Combination.alone(CHRONOS))
    return write_card(place)


def register(engine: Engine, version: str, place: Path) -> None:
    register_trained(
        engine, version=version, base_model="nothing", location=str(place), trained_through=None, metrics={}
    )


def learnt_through(place: Path, last: date) -> Path:
    """Put a copy of the bundled checkpoint, whose card says that it learnt up to a day, into a folder."""
    shutil.copytree(BUNDLED, place)
    card = json.loads((place / CARD_FILE).read_text())
    told = {"trained_through": last.isoformat(), "validation": card["validation"] | {"last": last.isoformat()}}
    (place / CARD_FILE).write_text(json.dumps(sealed(card | told, place)))
    return place
