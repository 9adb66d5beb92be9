"""The synthetic weather is one that a country could have, and its forecasts get worse with the lead."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from elec_pipeline.simulator import weather
from elec_pipeline.simulator.open_meteo import MODELS
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.simulator.weather_forecasts import VARIABLES, Lead, Place
from elec_pipeline_tests.simulator.conftest import Clock
from elec_pipeline_tests.simulator.test_open_meteo import ask

HOURS_S = np.arange(datetime(2024, 1, 1, tzinfo=UTC).timestamp(), 2 * 366 * 86_400 + 1.7040672e9, 3600).astype(int)
PLACES = [Place(48.86, 2.35), Place(43.3, 5.37)]
DAY_S = 86_400.0
RANGES = {
    "temperature_2m": (-25, 45),
    "cloud_cover": (0, 100),
    "wind_speed_10m": (0.2, 30),
    "relative_humidity_2m": (5, 100),
    "shortwave_radiation": (0, 1000),
}


def forecast(name: str, place: Place, lead_s: float, *, seed: int = 0, model: str = "best_match") -> np.ndarray:
    lead = Lead(seed, model, np.full(len(HOURS_S), lead_s))
    return VARIABLES[name].at(VARIABLES[name].national(HOURS_S, lead), HOURS_S, place)


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("seed", [0, 7])
def test_values_are_possible_and_the_same_each_time(name: str, seed: int) -> None:
    low, high = RANGES[name]
    for place in PLACES:
        values = forecast(name, place, DAY_S, seed=seed)
        assert values.min() >= low
        assert values.max() <= high
        assert (values == forecast(name, place, DAY_S, seed=seed)).all()


@pytest.mark.parametrize("name", VARIABLES)
def test_a_forecast_of_two_days_ahead_errs_more_than_one_of_one_and_the_truth_has_no_error(name: str) -> None:
    truth, one, two = (forecast(name, PLACES[0], n * DAY_S) for n in (0, 1, 2))
    assert 0 < np.std(one - truth) < np.std(two - truth) < np.std(truth)
    other = forecast(name, PLACES[0], DAY_S, model="icon_seamless")
    assert np.std(other - one) > 0.5 * np.std(one - truth)


def test_the_error_of_the_temperature_grows_with_the_lead_and_a_revision_is_small() -> None:
    forecasts = [forecast("temperature_2m", PLACES[0], n * DAY_S) for n in range(8)]
    errors = [made - forecasts[0] for made in forecasts[1:]]
    assert [round(float(np.std(error)), 1) for error in errors] == pytest.approx(
        [0.9, 1.3, 1.4, 1.6, 1.8, 2.0, 2.2], abs=0.11
    )
    assert all(np.std(near) < np.std(far) for near, far in pairwise(errors))
    assert all(np.corrcoef(error[1:], error[:-1])[0, 1] > 0.97 for error in errors)
    for near, far in pairwise(errors[1:]):
        assert np.corrcoef(near, far)[0, 1] > 0.8
        assert np.std(far - near) < 0.6 * np.std(far)
        assert abs(np.corrcoef(near, far - near)[0, 1]) < 0.1  # a revision says nothing of the error that remains


@pytest.mark.parametrize(
    ("model", "days", "expected"),
    [
        ("best_match", 1, [4.175330976068541, 4.351212245347735, 20.687475198597518]),
        ("best_match", 2, [4.515660553918138, 4.0574632166227005, 21.42821521083893]),
        ("icon_seamless", 1, [3.1124159150779436, 6.316207287996702, 19.000099668912636]),
        ("icon_seamless", 2, [3.012471659014609, 6.836385855932768, 19.041905851942083]),
    ],
)
def test_temperatures_of_one_and_two_days_ahead_stay_what_they_are(
    model: str, days: int, expected: list[float]
) -> None:
    """Demos and other tests stand on them."""
    lead = Lead(0, model, np.full(len(HOURS_S), days * DAY_S))
    made = VARIABLES["temperature_2m"].national(HOURS_S, lead)[[0, 1000, 5000]]
    assert made.tolist() == pytest.approx(expected, abs=1e-12)


def test_the_sun_rises_and_sets_and_stands_higher_in_summer() -> None:
    sun = forecast("shortwave_radiation", PLACES[0], 0.0)
    utc = HOURS_S.astype("datetime64[s]").astype(object)
    hour, month = np.array([at.hour for at in utc]), np.array([at.month for at in utc])
    assert (sun[np.isin(hour, [22, 23, 0, 1, 2, 3])] == 0).all()
    assert (sun[(hour == 12)] > 0).all()
    noon = {each: sun[(month == each) & (hour == 12)].mean() for each in (6, 12)}
    assert noon[6] > 2.5 * noon[12]
    south, clear = forecast("shortwave_radiation", PLACES[1], 0.0), forecast("cloud_cover", PLACES[0], 0.0) < 30
    assert south.mean() > sun.mean()
    assert sun[clear & (hour == 12)].mean() > 1.3 * sun[~clear & (hour == 12)].mean()


def test_winter_is_windier_cloudier_and_damper() -> None:
    winter = weather.season(HOURS_S) > 0.5
    summer = weather.season(HOURS_S) < -0.5
    for name in ("cloud_cover", "wind_speed", "relative_humidity"):
        values = getattr(weather, name)(0, HOURS_S)
        assert values[winter].mean() > values[summer].mean()


def test_of_several_models_each_has_its_series_and_wind_comes_in_the_unit_asked_for(
    simulator: SimulatorHandle, clock: Clock
) -> None:
    clock.set("2025-06-02T10:30:00+00:00")
    names = [f"wind_speed_10m_{model}" for model in MODELS]
    kmh, _ = ask(simulator, hourly="wind_speed_10m", forecast_days="2", models=",".join(MODELS))
    metres, _ = ask(
        simulator, hourly="wind_speed_10m", forecast_days="2", models=",".join(MODELS), wind_speed_unit="ms"
    )
    assert set(kmh["hourly"]) == {"time", *names}
    assert (kmh["hourly_units"][names[0]], metres["hourly_units"][names[0]]) == ("km/h", "m/s")
    assert kmh["hourly"][names[0]] == pytest.approx([3.6 * v for v in metres["hourly"][names[0]]], abs=0.03)
    alone, _ = ask(simulator, hourly="wind_speed_10m", forecast_days="2", models=MODELS[2])
    assert alone["hourly"]["wind_speed_10m"] == kmh["hourly"][names[2]]


def test_before_2024_there_are_previous_runs_of_gfs_and_temperature_alone(simulator: SimulatorHandle) -> None:
    series = [f"{name}_previous_day1" for name in VARIABLES]
    place, _ = ask(
        simulator, hourly=",".join(series), start_date="2023-06-01", end_date="2023-06-01", models="gfs_seamless"
    )
    assert {name for name in series if None not in place["hourly"][name]} == {"temperature_2m_previous_day1"}
