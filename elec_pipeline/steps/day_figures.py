"""What the store holds of each delivery day: the figures by which one day can be told from the next.

Here: reading a table day by day, and a few figures of a day's rows. Not here: what a run changed (the reports of
the other steps), and how Dagster is told of it (`defs.by_day`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, Engine

from elec_pipeline.domain.delivery_day import day_end, day_start, days, spans
from elec_pipeline.domain.inputs import TEMPERATURE, WEATHER
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.rte_bar import DAY_AHEAD

MONTH_DAYS = 31

Figures = dict[str, float]
Read = Callable[[Connection, datetime, datetime], pd.DataFrame]


def by_day(
    engine: Engine, read: Read, first: date, last: date, *, instant: str = "hour_start"
) -> Iterator[tuple[date, pd.DataFrame]]:
    """Return the rows of each delivery day of a range, both ends included; a month is read at a time.

    Args:
        engine: Of the store.
        read: Reads the rows of `[start, end[`, instants in UTC.
        first: First delivery day.
        last: Last delivery day, included.
        instant: Column that says which day a row is of.
    """
    for begin, end in spans(first, last, MONTH_DAYS):
        with engine.connect() as connection:
            rows = read(connection, day_start(begin), day_end(end))
        for day in days(begin, end):
            is_of_day = rows[instant].ge(pd.Timestamp(day_start(day))) & rows[instant].lt(
                pd.Timestamp(day_end(day))
            )
            yield day, rows[is_of_day]


def of_raw(rows: pd.DataFrame) -> Figures:
    """Return the figures of a day's intervals, as `queries.raw_between` has them.

    Example:
        >>> of_raw(pd.DataFrame({"load_mw": [50_000.0, 52_000.0], "resolution_minutes": [15, 30]}))
        {'quarter-hours': 3, 'mean (MW)': 51000.0, 'peak (MW)': 52000.0}
    """
    return {"quarter-hours": int(rows["resolution_minutes"].sum()) // 15} | _load(rows["load_mw"])


def of_hours(rows: pd.DataFrame) -> Figures:
    """Return the figures of a day's hours, as `queries.hours_between` has them."""
    return {"complete hours": int(rows["quarters"].eq(QUARTERS_AN_HOUR).sum())} | _load(rows["load_mw"])


def of_vintages(rows: pd.DataFrame) -> Figures:
    """Return the figures of a day's vintages of RTE's forecasts, as `queries.vintages_between` has them."""
    d1 = (
        rows[rows["forecast_type"] == DAY_AHEAD]
        .sort_values("published_at")
        .drop_duplicates("hour_start", keep="last")
    )
    return {"hours of D-1": len(d1), "times of publication": rows["published_at"].nunique()} | _load(
        d1["load_mw"], " of D-1"
    )


def of_readings(rows: pd.DataFrame) -> Figures:
    """Return the figures of a day's readings of RTE's forecasts, as `queries.readings_between` has them.

    Example:
        >>> of_readings(pd.DataFrame({"forecast_type": ["D-1", "D-2"], "published_at": [1, 2]}))
        {'intervals of D-1': 1, 'intervals of D-2': 1, 'times of publication': 2}
    """
    by_type = rows["forecast_type"].value_counts().sort_index()
    figures: Figures = {f"intervals of {name}": int(n) for name, n in by_type.items()}
    return figures | {"times of publication": rows["published_at"].nunique()}


def of_weekly(rows: pd.DataFrame) -> Figures:
    """Return the figures of a day's weekly forecasts, and of the newest; as `queries.weekly_vintages` has them.

    Example:
        >>> rows = pd.DataFrame({"hour_start": [1, 1, 2], "published_at": [1, 2, 1], "load_mw": [5.0, 7.0, 9.0]})
        >>> of_weekly(rows)
        {'hours': 2, 'times of publication': 2, 'mean (MW)': 8.0, 'peak (MW)': 9.0}
    """
    newest = rows.sort_values("published_at").drop_duplicates("hour_start", keep="last")
    return {"hours": len(newest), "times of publication": rows["published_at"].nunique()} | _load(
        newest["load_mw"]
    )


def of_weather(rows: pd.DataFrame) -> Figures:
    """Return the figures of a day's weather forecasts, as `queries.inputs_between` has them."""
    known: Figures = {f"hours of {name}": rows.loc[rows[name].notna(), "hour_start"].nunique() for name in WEATHER}
    newest = rows.dropna(subset=TEMPERATURE).sort_values("issued_at").drop_duplicates("hour_start", keep="last")
    return known if newest.empty else known | {"mean temperature (°C)": float(newest[TEMPERATURE].mean())}


def of_predictions(rows: pd.DataFrame) -> Figures:
    """Return the figures of a day's issues, and of the newest of them; as `queries.first_predictions` has them."""
    newest = rows[rows["issued_at"] == rows["issued_at"].max()]
    figures: Figures = {"issues": rows["issued_at"].nunique()} | _load(newest["load_mw"])
    return figures if newest.empty else figures | {"80 % band (MW)": float((newest["q90"] - newest["q10"]).mean())}


def of_quarters(rows: pd.DataFrame) -> Figures:
    """Return the figures of the quarters of a day's newest issue, as `queries.quarter_hours_between` has them."""
    newest = rows[rows["issued_at"] == rows["issued_at"].max()]
    return {"issues": rows["issued_at"].nunique(), "quarter-hours": len(newest)} | _load(newest["load_mw"])


def of_week(rows: pd.DataFrame) -> Figures:
    """Return the figures of the newest issue for the week ahead, as `queries.week_ahead_between` has them."""
    newest = rows[rows["model_version"] == rows["model_version"].iloc[-1]] if len(rows) else rows
    return {"hours ahead": len(newest)} | _load(newest["load_mw"])


def of_scores(scores: pd.DataFrame) -> Figures:
    """Return the figures of a day's scores, with the columns of `forecast_accuracy`.

    Example:
        >>> of_scores(pd.DataFrame({
        ...     "forecaster": ["rte_d1"], "mape": [1.5], "bias_mw": [-80.0], "coverage_80": [None], "hours": [24],
        ... }))
        {'MAPE of rte_d1 (%)': 1.5, 'bias of rte_d1 (MW)': -80.0, 'hours of rte_d1': 24}
    """
    columns = {"mape": "MAPE of {} (%)", "bias_mw": "bias of {} (MW)", "hours": "hours of {}"}
    figures: Figures = {
        said.format(name): value.item() if hasattr(value, "item") else value
        for column, said in columns.items()
        for name, value in zip(scores["forecaster"], scores[column], strict=True)
    }
    held = scores.dropna(subset="coverage_80")
    shares = zip(held["forecaster"], held["coverage_80"], strict=True)
    return figures | {f"80 % band of {name} holds (%)": 100 * float(share) for name, share in shares}


def _load(load_mw: pd.Series, of: str = "") -> Figures:
    """Return mean and peak, where there is any."""
    if load_mw.empty:
        return {}
    return {f"mean{of} (MW)": float(load_mw.mean()), f"peak{of} (MW)": float(load_mw.max())}
