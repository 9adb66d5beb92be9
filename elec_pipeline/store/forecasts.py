"""Writes of forecasts and of their scores. Forecasts are only ever added; what one said is never changed."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.inputs import WEATHER
from elec_pipeline.store.bulk import Written, upsert
from elec_pipeline.store.tables import (
    chronos_predictions,
    expert_predictions,
    forecast_accuracy,
    intraday_predictions,
    prediction_changes,
    quarter_hourly_predictions,
    rte_forecasts,
    weather_forecasts,
    week_ahead_peaks,
    week_ahead_predictions,
)


def write_vintages(engine: Engine, vintages: pd.DataFrame, *, source: str = "") -> Written:
    """Add vintages of RTE's forecasts in one transaction.

    Args:
        engine: Of the store.
        vintages: Columns `hour_start`, `forecast_type`, `published_at` (UTC), `load_mw`, and perhaps `source`.
        source: Name of the source, stored with every row, where the vintages do not say.
    """
    rows = vintages if "source" in vintages else vintages.assign(source=source)
    with engine.begin() as connection:
        return upsert(connection, rte_forecasts, rows, update=[])


def write_weather(engine: Engine, weather: pd.DataFrame, *, source: str) -> Written:
    """Add weather forecasts in one transaction.

    Of a forecast that is there, what it lacks is added and what it says stays: the temperatures of former years
    get their clouds, and no temperature another value.

    Args:
        engine: Of the store.
        weather: Columns `hour_start`, `issued_at` (UTC), and some of `domain.inputs.WEATHER`, NaN where not known.
        source: Name of the source, stored with every new row.
    """
    known = [name for name in WEATHER if name in weather]
    with engine.begin() as connection:
        return upsert(connection, weather_forecasts, weather.assign(source=source), update=[], fill=known)


def write_predictions(
    engine: Engine,
    predictions: pd.DataFrame,
    experts: pd.DataFrame | None = None,
    changes: pd.DataFrame | None = None,
) -> Written:
    """Add issues of our forecasts in one transaction, with what their experts said and what moved since the last.

    Args:
        engine: Of the store.
        predictions: Columns `hour_start`, `issued_at` (UTC), `model_version` and the quantiles in MW, and perhaps
            `held_back`.
        experts: Columns `hour_start`, `issued_at` (UTC), `model_version`, `expert` and `load_mw`; None where the
            experts of the issues are not known.
        changes: As `steps.issue_changes.changes_frame` returns it; None or empty where no issue has a former one.

    Returns:
        What changed in the issues; the rows of experts and of changes are not counted.
    """
    with engine.begin() as connection:
        written = upsert(connection, chronos_predictions, predictions, update=[])
        if experts is not None:
            upsert(connection, expert_predictions, experts, update=[])
        if changes is not None:
            upsert(connection, prediction_changes, changes, update=[])
        return written


def write_quarter_hours(engine: Engine, quarters: pd.DataFrame) -> Written:
    """Add quarter-hours of issues of ours in one transaction.

    Args:
        engine: Of the store.
        quarters: Columns `interval_start`, `issued_at` (UTC), `model_version` and the quantiles in MW.
    """
    with engine.begin() as connection:
        return upsert(connection, quarter_hourly_predictions, quarters, update=[])


def write_intraday(engine: Engine, issues: pd.DataFrame) -> Written:
    """Add issues made within the day, in one transaction.

    Args:
        engine: Of the store.
        issues: Columns `hour_start`, `issued_at` (UTC), `model_version`, the quantiles in MW, `goes_on_from` and
            `known_until` (UTC).
    """
    with engine.begin() as connection:
        return upsert(connection, intraday_predictions, issues, update=[])


def write_week_ahead(engine: Engine, hours: pd.DataFrame, peaks: pd.DataFrame) -> Written:
    """Add issues that look a week ahead, in one transaction.

    Args:
        engine: Of the store.
        hours: Columns `hour_start`, `issued_at` (UTC), `model_version`, the quantiles in MW,
            `peak_probability`.
        peaks: Columns `delivery_day`, `issued_at` (UTC), `model_version` and the quantiles in MW.

    Returns:
        What changed in the hours.
    """
    with engine.begin() as connection:
        written = upsert(connection, week_ahead_predictions, hours, update=[])
        upsert(connection, week_ahead_peaks, peaks, update=[])
        return written


def write_accuracy(engine: Engine, scores: pd.DataFrame) -> Written:
    """Store scores in one transaction; a score that changed, because actuals were revised, is replaced."""
    keys = ("delivery_day", "forecaster")
    with engine.begin() as connection:
        return upsert(connection, forecast_accuracy, scores, [c for c in scores.columns if c not in keys])
