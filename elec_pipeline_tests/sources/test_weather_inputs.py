"""The five weather inputs: which hour each value is of, several models, customers' hosts, what a request costs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import requests
from pydantic import SecretStr

from elec_pipeline.domain.delivery_day import Issue, hours, issue_time
from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, RADIATION, TEMPERATURE, WEATHER, WIND_SPEED
from elec_pipeline.domain.plausibility import PLACE_LIMITS
from elec_pipeline.domain.weather_leads import LEADS_DAYS, LONGER_LEADS_DAYS, LONGEST_LEAD_DAYS
from elec_pipeline.errors import ConfigurationError, SourceRequestError
from elec_pipeline.redaction import scrub
from elec_pipeline.settings import Settings
from elec_pipeline.settings_weather import MOST_MODELS, WeatherPlace
from elec_pipeline.simulator.app import SimulatorOptions
from elec_pipeline.simulator.server import SimulatorHandle, running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources.allowance import Allowance
from elec_pipeline.sources.cities import CITIES, City
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.open_meteo import CALLS_A_MINUTE, FORECAST_PATH, OpenMeteoClient, allowance_of
from elec_pipeline.sources.open_meteo_reply import read_hourly
from elec_pipeline.sources.open_meteo_variables import NAMES, days_within, previous_run
from elec_pipeline_tests.conftest import NOW, every_day_length

PARIS = City("Paris", 48.86, 2.35, 1.0)
MODELS = ("icon_seamless", "ecmwf_ifs025")
N_SERIES = 15
"""Two of each input, and five longer leads of the temperature."""
TYPICAL = {TEMPERATURE: 12.0, CLOUD_COVER: 60.0, WIND_SPEED: 4.0, HUMIDITY: 70.0, RADIATION: 300.0}


@pytest.fixture
def scarce() -> Iterator[SimulatorHandle]:
    """A simulator that counts calls, and never refuses one."""
    options = SimulatorOptions(weather_quota=(None, 1e9))
    with running(SyntheticCurves(), now=lambda: NOW, options=options) as handle:
        yield handle


def ask(simulator: SimulatorHandle, series: str, day: date, **more: str) -> dict[datetime, float]:
    """Return a series of Paris as it is stamped on three days around one, in Open-Meteo's own units."""
    query = {
        "latitude": str(PARIS.latitude),
        "longitude": str(PARIS.longitude),
        "hourly": series,
        "timezone": "UTC",
        "timeformat": "unixtime",
        "start_date": str(day - timedelta(days=1)),
        "end_date": str(day + timedelta(days=1)),
    }
    reply = requests.get(simulator.url + FORECAST_PATH, params=query | more, timeout=9).json()["hourly"]
    return {datetime.fromtimestamp(at, UTC): value for at, value in zip(reply["time"], reply[series], strict=True)}


@every_day_length
@pytest.mark.parametrize("name", WEATHER)
def test_a_value_belongs_to_the_hour_that_it_is_of_and_radiation_to_the_one_before_its_stamp(
    simulator: SimulatorHandle, day: date, n_hours: int, name: str
) -> None:
    now = issue_time(day, Issue.EVENING)
    simulator.set_clock(lambda: now)
    client = OpenMeteoClient(simulator.url, simulator.url, cities=[PARIS], allowance=Allowance(None))
    later = timedelta(hours=1) if name == RADIATION else timedelta(0)
    scale = 1 / 3.6 if name == WIND_SPEED else 1.0  # km/h where nothing is asked for
    live = client.forecast(day, day, now=now).set_index("hour_start")[name]
    stamped = ask(simulator, NAMES[name], day)
    assert len(live) == n_hours
    assert live.tolist() == pytest.approx([stamped[hour + later] * scale for hour in hours(day)], abs=0.02)
    simulator.set_clock(lambda: NOW)
    past = client.previous_runs(day, day, now=NOW).dropna(subset=name)
    for lead in LEADS_DAYS[name]:
        stamped = ask(simulator, previous_run(name, lead), day)
        of_lead = past[past["hour_start"] + later - past["issued_at"] == timedelta(days=lead, hours=-6)]
        assert of_lead["hour_start"].tolist() == list(hours(day))
        assert of_lead[name].tolist() == pytest.approx(
            [stamped[hour + later] * scale for hour in hours(day)], abs=0.02
        )


@every_day_length
def test_radiation_is_nought_at_night_and_greatest_around_noon(
    simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    now = issue_time(day, Issue.MORNING)
    simulator.set_clock(lambda: now)
    client = OpenMeteoClient(simulator.url, simulator.url, allowance=Allowance(None))
    of_day = client.forecast(day, day, now=now).set_index("hour_start")[RADIATION]
    by_utc = of_day.set_axis([hour.hour for hour in of_day.index])
    assert len(of_day) == n_hours
    assert by_utc[[22 if 22 in by_utc.index else 23, 0, 1, 2, 3]].eq(0).all()
    assert by_utc.idxmax() in range(9, 15)


def reply_of(series: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Return a reply of three places with two hours, from the values of each series at each place."""
    places = range(3)
    return json.dumps(
        [{"hourly": {"time": [0, 3600], **{name: each[at] for name, each in series.items()}}} for at in places]
    ).encode()


WEIGHTS = [0.5, 0.3, 0.2]


@pytest.mark.parametrize("name", WEATHER)
@pytest.mark.parametrize("wrong", [None, "many", -400.0, 9e9])
def test_a_place_without_a_value_that_can_be_believed_is_left_out_where_enough_remain(
    name: str, wrong: object
) -> None:
    usual, series = TYPICAL[name], NAMES[name]
    small, large = ([[usual, usual + 1] for _ in range(3)] for _ in range(2))
    small[2][1] = large[0][1] = wrong  # type: ignore[call-overload]
    left_out = LeftOut()
    made = read_hourly(reply_of({series: small}), {series: name}, WEIGHTS, left_out)[series]
    assert made.tolist() == pytest.approx([usual, usual + 1])
    assert left_out.total == (0 if wrong is None else 1)
    made = read_hourly(reply_of({series: large}), {series: name}, WEIGHTS)[series]
    assert made.isna().tolist() == [False, True]


@pytest.mark.parametrize("name", WEATHER)
def test_an_hour_that_a_place_does_not_name_is_left_out_of_that_place(name: str) -> None:
    reply = json.loads(reply_of({NAMES[name]: [[TYPICAL[name]] * 2] * 3}))
    reply[2]["hourly"] = {"time": [0], NAMES[name]: [TYPICAL[name]]}
    left_out = LeftOut()
    made = read_hourly(json.dumps(reply).encode(), {NAMES[name]: name}, WEIGHTS, left_out)
    assert made[NAMES[name]].tolist() == pytest.approx([TYPICAL[name]] * 2)
    assert str(left_out) == "hours that some place lacks: 1"


@pytest.mark.parametrize("name", WEATHER)
def test_of_several_models_it_is_the_mean_of_those_that_have_a_value(name: str) -> None:
    usual, series = TYPICAL[name], NAMES[name]
    one, other = [[usual, usual]] * 3, [[usual + 2, None]] * 3
    body = reply_of({f"{series}_one": one, f"{series}_other": other})
    made = read_hourly(body, {series: name}, WEIGHTS, models=["one", "other"])[series]
    assert made.tolist() == pytest.approx([usual + 1, usual])
    absurd = [[PLACE_LIMITS[name].highest + 50, usual + 4]] * 3
    body = reply_of({f"{series}_one": one, f"{series}_other": absurd})
    made = read_hourly(body, {series: name}, WEIGHTS, models=["one", "other"])[series]
    assert made.tolist() == pytest.approx([usual, usual + 2])


@pytest.mark.parametrize("suffix", ["", "_one"])
def test_of_one_model_a_series_may_bear_its_name_or_not(suffix: str) -> None:
    body = reply_of({f"temperature_2m{suffix}": [[5.0, 6.0]] * 3})
    made = read_hourly(body, {"temperature_2m": TEMPERATURE}, WEIGHTS, models=["one"])
    assert made["temperature_2m"].tolist() == pytest.approx([5.0, 6.0])


def test_the_mean_of_models_is_what_each_says_over_http(simulator: SimulatorHandle) -> None:
    day = date(2025, 6, 2)

    def said(*models: str) -> np.ndarray:
        client = OpenMeteoClient(simulator.url, simulator.url, models=models, allowance=Allowance(None))
        return client.previous_runs(day, day, now=NOW)[list(WEATHER)].to_numpy(dtype=float)

    one, other = (said(model) for model in MODELS)
    assert not np.array_equal(one, other, equal_nan=True)
    np.testing.assert_allclose(said(*MODELS), (one + other) / 2, atol=1e-6)
    with pytest.raises(SourceRequestError, match="oracle"):
        said("oracle")


def test_the_key_is_sent_where_there_is_one_and_shown_nowhere(simulator: SimulatorHandle) -> None:
    day, key = date(2025, 6, 2), "weather-key-0815"
    OpenMeteoClient(simulator.url, simulator.url, allowance=Allowance(None)).previous_runs(day, day, now=NOW)
    assert not simulator.simulator.heard()
    place = WeatherPlace(simulator.url, simulator.url, api_key=SecretStr(key))
    client = OpenMeteoClient.of_process(place, on_retry=print)
    client.previous_runs(day, day, now=NOW)
    assert key in simulator.simulator.heard()
    assert key not in repr(place)


FREE = ("https://api.open-meteo.com", "https://previous-runs-api.open-meteo.com")
PAID = ("https://customer-api.open-meteo.com", "https://customer-previous-runs-api.open-meteo.com")
SIMULATOR = "http://simulator.example:8790"


@pytest.mark.parametrize(
    ("given", "hosts", "has_key"),
    [
        ({}, FREE, False),
        ({"open_meteo_api_key": "k3y"}, PAID, True),
        ({"open_meteo_api_key": "k3y", "open_meteo_url": FREE[0]}, PAID, True),
        ({"open_meteo_api_key": "k3y", "open_meteo_url": PAID[0]}, (PAID[0], PAID[0]), True),
        (
            {"open_meteo_api_key": "k3y", "open_meteo_url": "https://own.example"},
            ("https://own.example",) * 2,
            True,
        ),
        ({"open_meteo_api_key": "k3y", "open_meteo_previous_runs_url": FREE[1]}, PAID, True),
        ({"open_meteo_api_key": "k3y", "rte_base_url": SIMULATOR}, (SIMULATOR, SIMULATOR), False),
        ({"open_meteo_url": "http://127.0.0.1:9", "open_meteo_api_key": "k3y"}, ("http://127.0.0.1:9",) * 2, True),
    ],
)
def test_a_customer_asks_the_customers_hosts_and_no_simulator_is_told_the_key(
    given: dict[str, str], hosts: tuple[str, str], *, has_key: bool
) -> None:
    place = Settings.model_validate(given).weather
    assert place is not None
    assert (place.forecast_url, place.previous_runs_url) == hosts
    assert bool(place.api_key.get_secret_value()) is has_key


def test_a_key_is_not_sent_in_the_clear() -> None:
    here = Settings.model_validate({"open_meteo_api_key": "k3y", "open_meteo_url": "http://own.example"})
    with pytest.raises(ConfigurationError, match="OPEN_METEO_API_KEY in the clear"):
        assert here.weather


def test_a_key_is_taken_out_of_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPEN_METEO_API_KEY", "weather-key-4711")
    assert scrub("GET /v1/forecast?apikey=weather-key-4711&x=1") == "GET /v1/forecast?apikey=***&x=1"


def test_models_are_named_as_open_meteo_names_them() -> None:
    here = Settings.model_validate({"open_meteo_models": " icon_seamless, ecmwf_ifs025 ,icon_seamless"})
    assert here.weather is not None
    assert here.weather.models == MODELS
    with pytest.raises(ValueError, match="OPEN_METEO_MODELS is 'ICON EU': it must be names of weather models"):
        Settings.model_validate({"open_meteo_models": "ICON EU"})
    with pytest.raises(ValueError, match="at most 10"):
        Settings.model_validate({"open_meteo_models": ",".join(f"model_{n}" for n in range(MOST_MODELS + 1))})


class Counted(Allowance):
    """Notes what is taken."""

    def __init__(self) -> None:
        super().__init__(None)
        self.taken: list[float] = []

    def take(self, calls: float) -> None:
        self.taken.append(calls)
        super().take(calls)


@pytest.mark.parametrize("models", [(), MODELS[:1], MODELS, (*MODELS, "gfs_seamless", "meteofrance_seamless")])
@pytest.mark.parametrize("n_days", [1, 31])
def test_a_request_counts_here_as_it_counts_there(
    scarce: SimulatorHandle, models: tuple[str, ...], n_days: int
) -> None:
    allowance, last = Counted(), date(2025, 6, 30)
    client = OpenMeteoClient(scarce.url, scarce.url, models=models, allowance=allowance)
    client.previous_runs(last - timedelta(days=n_days - 1), last, now=NOW)
    today = NOW.date()
    client.forecast(today, today + timedelta(days=LONGEST_LEAD_DAYS), now=NOW)
    client.previous_runs(last - timedelta(days=n_days - 1), last, now=NOW, leads=LONGER_LEADS_DAYS)
    there = scarce.simulator._weather_quota._spent[f"{NOW:%F}"]  # noqa: SLF001 - what it counted
    assert sum(allowance.taken) == pytest.approx(there)
    expected = len(CITIES) * (n_days + 1) / 14 if n_days > 14 else len(CITIES)
    if len(models) <= 2:  # a month of more models is cut into two requests
        n_series = N_SERIES * max(1, len(models))
        assert allowance.taken[0] == pytest.approx(expected * max(1, n_series / 10))
        assert allowance.taken[-1] == pytest.approx(expected * max(1, len(models) / 2))


def test_no_request_counts_more_than_a_minute_allows() -> None:
    for n_models in (1, 4, MOST_MODELS):
        series = N_SERIES * n_models
        days = min(31, days_within(CALLS_A_MINUTE, len(CITIES), series))
        assert len(CITIES) * max(1, (days + 1) / 14) * max(1, series / 10) <= CALLS_A_MINUTE


def test_only_the_free_hosts_count_by_the_minute() -> None:
    slept: list[float] = []
    for hosts, waits in ((FREE, True), (PAID, False), (("http://127.0.0.1:9",), False)):
        allowance = allowance_of(*hosts)
        allowance._sleep = slept.append  # noqa: SLF001 - no test waits a minute
        for _ in range(3):
            allowance.take(CALLS_A_MINUTE * 0.6)
        assert bool(slept) is waits
        slept.clear()
    allowance_of.cache_clear()
