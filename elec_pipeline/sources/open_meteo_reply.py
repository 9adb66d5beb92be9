"""Reading of Open-Meteo's hourly replies: cities and models to one mean.

Here: bytes to a frame, pure. Not here: how the bytes are fetched, and what a value can be (`domain.plausibility`).
A request with several places is answered by a list of objects, in the order asked for; one with a single place by
that object alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, RADIATION, TEMPERATURE, WIND_SPEED
from elec_pipeline.domain.plausibility import LIMITS, beyond, national_mean
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.sources.http import json_of
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.values import LAST_YEAR, malformed, number_of

_WORDS: Final = {
    TEMPERATURE: "temperatures",
    CLOUD_COVER: "cloud covers",
    WIND_SPEED: "wind speeds",
    HUMIDITY: "humidities",
    RADIATION: "radiations",
}
_DECIMALS = 9
"""So that the mean of places that all say 100 % is not above it."""
_HOUR_S = 3600
_END_S = int(pd.Timestamp(LAST_YEAR + 1, 1, 1, tz="UTC").timestamp())
_WHOSE = "Open-Meteo's"


class _UnreadableError(Exception):
    """A part of the reply without which there is no mean; the message says which."""


def read_hourly(
    body: bytes,
    asked: Mapping[str, str],
    weights: Sequence[float],
    left_out: LeftOut | None = None,
    *,
    models: Sequence[str] = (),
) -> pd.DataFrame:
    """Read a reply that was asked for with `timezone=UTC` and `timeformat=unixtime`.

    Args:
        body: The reply as it came.
        asked: The hourly series asked for, in the units of ours, each with the weather input that it is of.
        weights: Of the places, in the order asked for; they sum to one.
        left_out: Counts what cannot be read: hours that not every place names exactly once, series that a place
            lacks, and values that are no number or beyond belief.
        models: The weather models asked for; of several the reply has each series once for each of them.

    Returns:
        Columns `time` (UTC, as stamped) and, by name, the weighted mean of the places for each series, as
        `domain.plausibility.national_mean` has it: places without a value that can be believed are left out, and
        it is NaN where too few remain. Of several models it is the plain mean of those that have one.

    Raises:
        SourceReplyError: The body is no JSON of the expected shape, such as one cut off or a gateway's page, a
            place of it cannot be read, or no hour is left.

    Example:
        >>> body = b'''[{"hourly": {"time": [1735686000], "temperature_2m": [4.0]}},
        ...             {"hourly": {"time": [1735686000], "temperature_2m": [8.0]}}]'''
        >>> read_hourly(body, {"temperature_2m": "temperature_c"}, [0.75, 0.25])["temperature_2m"].tolist()
        [5.0]
    """
    counted = LeftOut()
    try:
        reply = json_of(body)
        frame = _means(reply if isinstance(reply, list) else [reply], asked, weights, models, counted)
    except _UnreadableError as error:
        raise malformed(_WHOSE, str(error), body) from None
    except ValueError as error:
        raise malformed(_WHOSE, type(error).__name__, body) from None
    if left_out is not None:
        left_out.include(counted)
    return frame


def _means(
    reply: list[Any],
    asked: Mapping[str, str],
    weights: Sequence[float],
    models: Sequence[str],
    left_out: LeftOut,
) -> pd.DataFrame:
    if len(reply) != len(weights):
        raise _UnreadableError(f"{len(reply)} places instead of {len(weights)}")
    places = [_hourly(place) for place in reply]
    positions = [_positions(place["time"], left_out) for place in places]
    hours = _all(positions, left_out)

    def mean_of(series: str, name: str) -> Floats:
        values = [_series(p, series, name, at, hours, left_out) for p, at in zip(places, positions, strict=True)]
        mean, out = national_mean(name, values, weights)
        left_out.add(f"{_WORDS[name]} beyond belief", int(out.sum()))
        mean = np.round(mean, _DECIMALS)
        impossible = beyond(mean, LIMITS[name])
        left_out.add(f"{_WORDS[name]} of the country beyond belief", int(impossible.sum()))
        return np.where(impossible, np.nan, mean)

    means = {
        series: _mean_of_models([mean_of(each, name) for each in _names(series, models, places[0])])
        for series, name in asked.items()
    }
    if left_out and all(np.isnan(mean).all() for mean in means.values()):
        raise _UnreadableError("no hour of it can be read")
    times = pd.DatetimeIndex(np.array(hours, dtype="datetime64[s]"), tz="UTC").as_unit("us")
    return pd.DataFrame({"time": times, **means})


def _names(series: str, models: Sequence[str], place: dict[str, Any]) -> list[str]:
    """Return what a series is called in a reply: with the model's name behind it where there are several."""
    if len(models) > 1:
        return [f"{series}_{model}" for model in models]
    return [f"{series}_{model}" for model in models if f"{series}_{model}" in place] or [series]


def _mean_of_models(means: list[Floats]) -> Floats:
    """Return the plain mean of those that have a value of an hour, NaN where none has."""
    known = np.array(means)
    count = np.count_nonzero(~np.isnan(known), axis=0)
    return np.asarray(np.where(count > 0, np.nansum(known, axis=0) / np.maximum(count, 1), np.nan))


def _hourly(place: Any) -> dict[str, Any]:
    """Return the series of a place."""
    hourly = place.get("hourly") if isinstance(place, dict) else None
    if not isinstance(hourly, dict) or not isinstance(hourly.get("time"), list):
        raise _UnreadableError("a place without hours")
    return hourly


def _positions(times: list[Any], left_out: LeftOut) -> dict[int, int]:
    """Return where each hour of a place stands, by its seconds since 1970; without those that come twice."""
    found: dict[int, int] = {}
    twice: set[int] = set()
    for position, time in enumerate(times):
        seconds = number_of(time)
        if seconds is None or math.isnan(seconds) or seconds % _HOUR_S or not 0 <= seconds < _END_S:
            left_out.add("times that are no hour")
        elif int(seconds) in found:
            twice.add(int(seconds))
        else:
            found[int(seconds)] = position
    left_out.add("hours that come twice", len(twice))
    return {hour: position for hour, position in found.items() if hour not in twice}


def _all(positions: Sequence[dict[int, int]], left_out: LeftOut) -> list[int]:
    """Return the hours that any place has, in order."""
    found = {hour for place in positions for hour in place}
    left_out.add("hours that some place lacks", sum(any(hour not in each for each in positions) for hour in found))
    if not found:
        raise _UnreadableError("no hour that any place has")
    return sorted(found)


def _series(
    place: dict[str, Any],
    series: str,
    name: str,
    positions: dict[int, int],
    hours: Sequence[int],
    left_out: LeftOut,
) -> list[float]:
    """Return the values of a place at some hours; NaN where it has none."""
    values = place.get(series)
    if not isinstance(values, list) or len(values) != len(place["time"]):
        left_out.add(f"places without a whole {series}")
        return [math.nan] * len(hours)
    numbers = [number_of(values[positions[hour]]) if hour in positions else math.nan for hour in hours]
    left_out.add(f"{_WORDS[name]} that are no number", numbers.count(None))
    return [math.nan if number is None else number for number in numbers]
