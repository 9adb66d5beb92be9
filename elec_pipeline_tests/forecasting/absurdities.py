"""What can be wrong with stored values, and a small world to be wrong in: for tests of what gets in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, issue_time, to_utc
from elec_pipeline.domain.history import History, history
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline_tests.forecasting.conftest import made_up_curves, made_up_temperatures, weather_of

LOAD, FORMER, RTE = "load", "former", "rte"
SERIES = (LOAD, FORMER, RTE, *INPUTS)
SITUATIONS = {
    "evening": (Issue.EVENING, "D-1", time(19, 30)),
    "early": (Issue.MORNING, "D-2", time(7)),
    "alone": (Issue.MORNING, "D-1", time(19, 30)),
}
HISTORY_DAYS = 95
FORECAST_DAYS = 40
"""Days before the delivery day of which forecasts of RTE's and of weather are stored: the ones that tell most."""
REVISED_DAYS = 14
WAYS: Mapping[str, Any] = {
    "zero": np.zeros_like,
    "ten times": lambda values: values * 10,
    "a thousand times": lambda values: values * 1000,
    "another sign": lambda values: -values,
    "a billion": lambda values: np.full_like(values, 1e9),
    "infinite": lambda values: np.full_like(values, np.inf),
    "minus infinite": lambda values: np.full_like(values, -np.inf),
    "absolute zero": lambda values: np.full_like(values, -273.0),
    "boiling": lambda values: np.full_like(values, 183.0),
}


@dataclass(frozen=True)
class Absurdity:
    """Something wrong with one series.

    Attributes:
        series: One of `SERIES`.
        way: One of `WAYS`.
        days_back: First day that it touches, counted back from the delivery day; None: all days.
        days: How many days.
        hours: Hours of the first day that it touches alone; empty: whole days.
    """

    series: str
    way: str
    days_back: int | None = None
    days: int = 1
    hours: tuple[int, ...] = field(default=())

    def touches(self, hours: pd.Series, day: date) -> np.ndarray:
        """Return which hours it touches where a delivery day is forecast."""
        if self.days_back is None:
            return np.ones(len(hours), dtype=bool)
        begin = pd.Timestamp(day_start(day - timedelta(days=self.days_back)))
        since = (hours - begin) / pd.Timedelta(hours=1)
        if self.hours:
            return np.asarray(since.isin(self.hours))
        return np.asarray((since >= 0) & (since < 24 * self.days))


absurdities = st.lists(
    st.builds(
        Absurdity,
        series=st.sampled_from(SERIES),
        way=st.sampled_from(sorted(WAYS)),
        days_back=st.one_of(st.integers(0, 9), st.integers(0, 60), st.none()),
        days=st.integers(1, 4),
        hours=st.one_of(st.just(()), st.lists(st.integers(0, 22), min_size=1, max_size=4).map(tuple)),
    ),
    min_size=1,
    max_size=3,
)


@dataclass(frozen=True)
class Sound:
    """What is stored at a delivery day where nothing is wrong, as `history` takes it."""

    actuals: pd.DataFrame
    former: pd.DataFrame
    vintages: pd.DataFrame
    forecasts: pd.DataFrame


_curves, _temperatures = cache(made_up_curves), cache(made_up_temperatures)


@cache
def sound_world(day: date, situation: str) -> Sound:
    """Return it; the last two weeks of load are revised a month later: what they were before is a series too."""
    issue, kind, published = SITUATIONS[situation]
    start, end = (pd.Timestamp(each) for each in (day_start(day - timedelta(days=HISTORY_DAYS)), day_end(day)))
    axis, load, forecast = _curves()
    inside = (axis >= start) & (axis < end)
    hours, load, forecast = pd.Series(axis[inside]), load[inside], forecast[inside]
    late = (hours >= pd.Timestamp(day_start(day - timedelta(days=REVISED_DAYS)))).to_numpy()
    revised = pd.Timestamp(issue_time(day, issue) + timedelta(days=30)).as_unit("us")
    of_day = hours.dt.tz_convert("Europe/Paris").dt.date
    days_before = 1 if kind == "D-1" else 2
    at = {each: to_utc(each - timedelta(days=days_before), published) for each in of_day.unique()}
    known = of_day.map(at).astype("datetime64[us, UTC]")
    temperatures = _temperatures()
    since = pd.Timestamp(day_start(day - timedelta(days=FORECAST_DAYS)))
    within = (temperatures["hour_start"] >= since) & (temperatures["hour_start"] < end)
    vintages = pd.DataFrame({
        "hour_start": hours, "forecast_type": kind, "published_at": known, "ingested_at": known,
        "load_mw": forecast,
    })  # fmt: skip
    return Sound(
        actuals=pd.DataFrame({"hour_start": hours, "load_mw": load}),
        former=pd.DataFrame({"hour_start": hours[late], "until": revised, "load_mw": load[late] - 100}),
        vintages=vintages[hours >= since].reset_index(drop=True),
        forecasts=weather_of(temperatures[within].reset_index(drop=True)),
    )


def world(day: date, situation: str, *, weather: bool, wrong: Sequence[Absurdity] = ()) -> History:
    """Return what is stored at a delivery day, with absurd values in it."""
    base = sound_world(day, situation)
    return history(
        day_start(day - timedelta(days=HISTORY_DAYS)),
        day_end(day),
        _made_wrong(base.actuals, "load_mw", day, wrong, LOAD),
        _made_wrong(base.former, "load_mw", day, wrong, FORMER),
        _made_wrong(base.vintages, "load_mw", day, wrong, RTE),
        _weather_made_wrong(base.forecasts, day, wrong) if weather else None,
    )


def known_at_issue(day: date, situation: str, past: History, context_hours: int) -> InformationSet:
    """Return what the issue of a situation knew."""
    return past.at(day, SITUATIONS[situation][0], context_hours=context_hours)


def _weather_made_wrong(forecasts: pd.DataFrame, day: date, wrong: Sequence[Absurdity]) -> pd.DataFrame:
    for name in INPUTS:
        forecasts = _made_wrong(forecasts, name, day, wrong, name)
    return forecasts


def _made_wrong(
    frame: pd.DataFrame, column: str, day: date, wrong: Sequence[Absurdity], series: str
) -> pd.DataFrame:
    mine = [each for each in wrong if each.series == series]
    if not mine:
        return frame
    values = frame[column].to_numpy().copy()
    for each in mine:
        touched = each.touches(frame["hour_start"], day)
        values[touched] = WAYS[each.way](values[touched])
    return frame.assign(**{column: values})
