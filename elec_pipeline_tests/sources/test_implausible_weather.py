"""Replies of Open-Meteo with values that no weather has: left out, counted, and never a part of the mean."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.errors import SourceReplyError
from elec_pipeline.sources.cities import CITIES
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.open_meteo_reply import read_hourly

START, HOURS = 1_795_737_600, 48
WEIGHTS = [city.weight for city in CITIES]
NAME = "temperature_2m"


def reply() -> list[dict[str, Any]]:
    """Two days of all cities, colder in the north."""
    course = 8 + 4 * np.sin(np.arange(HOURS) / 24 * 2 * np.pi)
    return [
        {
            "latitude": city.latitude,
            "hourly": {
                "time": [START + 3600 * hour for hour in range(HOURS)],
                NAME: [round(float(value - (city.latitude - 46)), 1) for value in course],
            },
        }
        for city in CITIES
    ]


def read(places: list[dict[str, Any]], weights: list[float] = WEIGHTS) -> tuple[np.ndarray, LeftOut]:
    left_out = LeftOut()
    frame = read_hourly(json.dumps(places).encode(), {NAME: TEMPERATURE}, weights, left_out)
    return frame[NAME].to_numpy(), left_out


SOUND, _ = read(reply())


@pytest.mark.parametrize("value", [-273.0, 183.0, 2900.0])
@pytest.mark.parametrize("hours", [[7], list(range(HOURS))], ids=["an hour", "all hours"])
def test_one_place_beyond_belief_does_not_move_the_country(value: float, hours: list[int]) -> None:
    places = reply()
    for hour in hours:
        places[12]["hourly"][NAME][hour] = value
    mean, left_out = read(places)
    assert np.abs(mean - SOUND).max() < 0.5
    assert str(left_out) == f"temperatures beyond belief: {len(hours)}"


def test_of_two_places_one_beyond_belief_leaves_no_mean_of_that_hour() -> None:
    times = {"time": [START, START + 3600]}
    places = [{"hourly": {**times, NAME: [6.0, 6.1]}}, {"hourly": {**times, NAME: [9.0, 2900.0]}}]
    mean, left_out = read(places, [0.5, 0.5])
    assert mean.tolist() == pytest.approx([7.5, np.nan], nan_ok=True)
    assert str(left_out) == "temperatures beyond belief: 1"


@pytest.mark.parametrize("value", [-273.0, 183.0])
def test_a_reply_beyond_belief_in_every_place_is_refused(value: float) -> None:
    places = reply()
    for each in places:
        each["hourly"][NAME] = [value] * HOURS
    with pytest.raises(SourceReplyError, match="no hour of it can be read"):
        read(places)


def test_a_place_that_is_stuck_is_left_out() -> None:
    places = reply()
    places[3]["hourly"][NAME] = [12.3] * HOURS
    mean, left_out = read(places)
    assert np.abs(mean - SOUND).max() < 0.5
    assert left_out.total == HOURS
