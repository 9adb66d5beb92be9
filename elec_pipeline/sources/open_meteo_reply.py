"""Reading of Open-Meteo's hourly replies: cities to one weighted mean.

Here: bytes to a frame, pure. Not here: how the bytes are fetched. A request with several
places is answered by a list of objects, in the order asked for; one with a single place by that object alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.plausibility import national_mean
from elec_pipeline.sources.http import json_of
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.values import LAST_YEAR, malformed, number_of

_HOUR_S = 3600
_END_S = int(pd.Timestamp(LAST_YEAR + 1, 1, 1, tz="UTC").timestamp())
_WHOSE = "Open-Meteo's"


class _UnreadableError(Exception):
    """A part of the reply without which there is no mean; the message says which."""


def read_hourly(
    body: bytes, variables: Sequence[str], weights: Sequence[float], left_out: LeftOut | None = None
) -> pd.DataFrame:
    """Read a reply that was asked for with `timezone=UTC` and `timeformat=unixtime`.

    Args:
        body: The reply as it came.
        variables: Names of the hourly series of temperatures asked for, degrees Celsius.
        weights: Of the places, in the order asked for; they sum to one.
        left_out: Counts what cannot be read: hours that not every place names exactly once, series that a place
            lacks, and values of a place that are no number or beyond belief.

    Returns:
        Columns `hour_start` (UTC) and, by name, the weighted mean of each series, as `national_mean` makes it: NaN
        where too little of the weight has a value that can be believed.

    Raises:
        SourceReplyError: The body is no JSON of the expected shape, such as one cut off or a gateway's page, a
            place of it cannot be read, or no hour is left.

    Example:
        >>> body = b'''[{"hourly": {"time": [1735686000], "temperature_2m": [4.0]}},
        ...             {"hourly": {"time": [1735686000], "temperature_2m": [8.0]}}]'''
        >>> read_hourly(body, ["temperature_2m"], [0.75, 0.25])["temperature_2m"].tolist()
        [5.0]
    """
    counted = LeftOut()
    try:
        reply = json_of(body)
        frame = _means(reply if isinstance(reply, list) else [reply], variables, weights, counted)
    except _UnreadableError as error:
        raise malformed(_WHOSE, str(error), body) from None
    except ValueError as error:
        raise malformed(_WHOSE, type(error).__name__, body) from None
    if left_out is not None:
        left_out.include(counted)
    return frame


def _means(
    reply: list[Any], variables: Sequence[str], weights: Sequence[float], left_out: LeftOut
) -> pd.DataFrame:
    if len(reply) != len(weights):
        raise _UnreadableError(f"{len(reply)} places instead of {len(weights)}")
    places = [_hourly(place) for place in reply]
    positions = [_positions(place["time"], left_out) for place in places]
    hours = _common(positions, left_out)
    means = {}
    for name in variables:
        values = [_series(place, name, at, hours, left_out) for place, at in zip(places, positions, strict=True)]
        means[name], implausible = national_mean(TEMPERATURE, values, weights)
        left_out.add("temperatures beyond belief", int(np.count_nonzero(implausible)))
    if left_out and all(np.isnan(mean).all() for mean in means.values()):
        raise _UnreadableError("no hour of it can be read")
    starts = pd.DatetimeIndex(np.array(hours, dtype="datetime64[s]"), tz="UTC").as_unit("us")
    return pd.DataFrame({"hour_start": starts, **means})


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


def _common(positions: Sequence[dict[int, int]], left_out: LeftOut) -> list[int]:
    """Return the hours that every place has, in order."""
    common = set.intersection(*(set(each) for each in positions))
    left_out.add("hours that some place lacks", len(set.union(*(set(each) for each in positions)) - common))
    if not common:
        raise _UnreadableError("no hour that every place has")
    return sorted(common)


def _series(
    place: dict[str, Any], name: str, positions: dict[int, int], hours: Sequence[int], left_out: LeftOut
) -> list[float]:
    """Return the values of a place at some hours; NaN where it has none."""
    values = place.get(name)
    if not isinstance(values, list) or len(values) != len(place["time"]):
        left_out.add(f"places without a whole {name}")
        return [math.nan] * len(hours)
    return [_temperature(values[positions[hour]], left_out) for hour in hours]


def _temperature(value: object, left_out: LeftOut) -> float:
    temperature_c = number_of(value)
    if temperature_c is None:
        left_out.add("temperatures that are no number")
        return math.nan
    return temperature_c
