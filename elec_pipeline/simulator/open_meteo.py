"""Open-Meteo's forecast and previous-runs APIs, over the weather that drives the synthetic load.

Here: reading of requests, values, quota, the text of replies. Not here: HTTP (`app`), the weather (`weather`).

Both APIs share a path and differ by host; here they share the host too, and the names of the series tell them
apart. Nothing here reads `sources/`, so that a misreading of the interface cannot hide on both sides.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.simulator.noise import Ints, drift
from elec_pipeline.simulator.weather import temperature

MOST_PLACES = 1000
MOST_FORECAST_DAYS = 16
MOST_PAST_DAYS = 92
ARCHIVE_FROM = {"gfs_seamless": datetime(2021, 3, 23, tzinfo=UTC), "best_match": datetime(2024, 1, 1, tzinfo=UTC)}
"""First hour of each model's previous runs."""
DEGREES_A_DEGREE_NORTH = 0.6
"""How much colder it is a degree of latitude further north."""
MIDDLE_LATITUDE = 46.8
ERROR_A_DAY_C = 0.9
"""Standard deviation of the error of a forecast a day ahead; it grows with the root of the lead."""
_HOUR_S = 3600
_DAY_S = 86_400
_SERIES = re.compile(r"temperature_2m(?:_previous_day(?P<days>[0-7]))?")


class WeatherRequestError(ValueError):
    """A request that Open-Meteo answers with 400."""


class WeatherQuotaError(Exception):
    """A request that Open-Meteo answers with 429; the message is its reason."""


@dataclass(frozen=True)
class WeatherRequest:
    """What is to be served: places, series with their lead in days (None: the forecast of now), hours, model."""

    places: tuple[tuple[float, float], ...]
    series: Mapping[str, int | None]
    hours_s: Ints
    model: str

    @property
    def calls(self) -> float:
        """As how many calls it counts: every place, every ten series, every 14 days."""
        days = len(self.hours_s) / 24
        return len(self.places) * max(1.0, days / 14) * max(1.0, len(self.series) / 10)


@dataclass
class WeatherQuota:
    """How many calls there may be; None: as many as one likes.

    Attributes:
        a_minute: In a minute of the clock.
        a_day: In a UTC day.
    """

    a_minute: float | None = None
    a_day: float | None = None
    _spent: Counter[str] = field(default_factory=Counter)

    def take(self, calls: float, now: datetime) -> None:
        """Count some calls.

        Raises:
            WeatherQuotaError: There is no room for them.
        """
        utc = now.astimezone(UTC)
        periods = [
            (f"{utc:%F}", self.a_day, "Daily API request limit exceeded. Please try again tomorrow."),
            (
                f"{utc:%F %H:%M}",
                self.a_minute,
                "Minutely API request limit exceeded. Please try again in one minute.",
            ),
        ]
        for period, most, words in periods:
            if most is not None and self._spent[period] + calls > most:
                raise WeatherQuotaError(words)
        for period, _, _ in periods:
            self._spent[period] += calls  # type: ignore[assignment] # a long request counts as a call and a half


def read_weather_request(query: Mapping[str, str], now: datetime) -> WeatherRequest:
    """Validate the parameters of a request.

    Args:
        query: `latitude`, `longitude`, `hourly`; `start_date` and `end_date`, or `past_days` and `forecast_days`;
            `timezone`, `timeformat`, `models`.
        now: The present moment, zone-aware.

    Raises:
        WeatherRequestError: Open-Meteo would answer 400, or this simulator does not know the parameter's value.

    Example:
        >>> query = {"latitude": "48.9,43.3", "longitude": "2.4,5.4", "hourly": "temperature_2m",
        ...          "timeformat": "unixtime", "forecast_days": "2"}
        >>> asked = read_weather_request(query, datetime(2025, 1, 1, 12, tzinfo=UTC))
        >>> len(asked.places), len(asked.hours_s), asked.calls
        (2, 48, 2.0)
    """
    if query.get("timezone", "GMT") not in ("UTC", "GMT") or query.get("timeformat") != "unixtime":
        raise WeatherRequestError("This simulator serves timezone=UTC and timeformat=unixtime only.")
    try:
        latitudes, longitudes = (
            [float(each) for each in query[name].split(",")] for name in ("latitude", "longitude")
        )
    except (KeyError, ValueError):
        raise WeatherRequestError("Parameter 'latitude' and 'longitude' must be given as numbers.") from None
    if len(latitudes) != len(longitudes) or len(latitudes) > MOST_PLACES:
        raise WeatherRequestError("Parameter 'latitude' and 'longitude' must have the same number of elements.")
    model = query.get("models", "best_match")
    if model not in ARCHIVE_FROM:
        raise WeatherRequestError(f"Cannot initialize MultiDomains from invalid String value {model}.")
    return WeatherRequest(
        tuple(zip(latitudes, longitudes, strict=True)), _series(query.get("hourly", "")), _hours(query, now), model
    )


def weather_body(request: WeatherRequest, seed: int, now: datetime) -> bytes:
    """Return the body of a reply: an object for one place, a list for several.

    Args:
        request: What is asked for.
        seed: Of the synthetic world.
        now: The present moment, zone-aware: nothing forecast later is served.
    """
    series = {name: _known(request, seed, lead_days, now) for name, lead_days in request.series.items()}
    places = [
        {
            "latitude": latitude,
            "longitude": longitude,
            "generationtime_ms": 0.1,
            "utc_offset_seconds": 0,
            "timezone": "GMT",
            "timezone_abbreviation": "GMT",
            "elevation": 100.0,
            "hourly_units": {"time": "unixtime", **dict.fromkeys(series, "°C")},
            "hourly": {
                "time": request.hours_s.tolist(),
                **{name: _at(values, latitude) for name, values in series.items()},
            },
        }
        for latitude, longitude in request.places
    ]
    return json.dumps(places[0] if len(places) == 1 else places, ensure_ascii=False).encode()


def national_forecast(seed: int, hours_s: Ints, lead_s: Floats) -> Floats:
    """Return what is forecast for the middle of France, some time ahead.

    Args:
        seed: Of the synthetic world.
        hours_s: Instants, seconds since 1970 UTC, shape (n,).
        lead_s: How long before each instant its forecast was made, seconds, shape (n,).

    Returns:
        Degrees Celsius, shape (n,); the truth where there is no lead.
    """
    error = drift(seed, "forecast/temperature", hours_s, 9 * _HOUR_S)
    return np.asarray(temperature(seed, hours_s) + ERROR_A_DAY_C * np.sqrt(lead_s / _DAY_S) * error)


def _series(text: str) -> dict[str, int | None]:
    series: dict[str, int | None] = {}
    for name in filter(None, text.split(",")):
        match = _SERIES.fullmatch(name)
        if match is None:
            raise WeatherRequestError(f"Cannot initialize hourly variable from invalid String value {name}.")
        series[name] = int(match["days"]) if match["days"] else None
    return series


def _hours(query: Mapping[str, str], now: datetime) -> Ints:
    today = now.astimezone(UTC).date()
    has_dates = "start_date" in query or "end_date" in query
    if has_dates and ("past_days" in query or "forecast_days" in query):
        raise WeatherRequestError("Parameter 'past_days' and 'start_date' are mutually exclusive.")
    latest = today + timedelta(days=MOST_FORECAST_DAYS - 1)
    try:
        if has_dates:
            first, last = (date.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        else:
            past, ahead = int(query.get("past_days", "0")), int(query.get("forecast_days", "7"))
            past, ahead = min(max(past, 0), MOST_PAST_DAYS), min(max(ahead, 0), MOST_FORECAST_DAYS)
            first, last = today - timedelta(days=past), today + timedelta(days=ahead - 1)
    except (KeyError, ValueError):
        raise WeatherRequestError("The days asked for cannot be read.") from None
    if not first <= last <= latest:
        raise WeatherRequestError(f"Parameter 'end_date' is out of allowed range from 2016-01-01 to {latest}.")
    bounds = [int(datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp()) for d in (first, last)]
    return np.arange(bounds[0], bounds[1] + _DAY_S, _HOUR_S, dtype=np.int64)


def _known(request: WeatherRequest, seed: int, lead_days: int | None, now: datetime) -> Floats:
    now_s = now.timestamp()
    if lead_days is None:
        return national_forecast(seed, request.hours_s, np.clip(request.hours_s - now_s, 0, None))
    lead_s = np.full(len(request.hours_s), float(lead_days * _DAY_S))
    values = national_forecast(seed, request.hours_s, lead_s)
    is_out = request.hours_s - lead_s <= now_s
    is_archived = request.hours_s >= ARCHIVE_FROM[request.model].timestamp()
    return np.where(is_out & is_archived, values, np.nan)


def _at(values: Floats, latitude: float) -> list[float | None]:
    moved = np.round(values + DEGREES_A_DEGREE_NORTH * (MIDDLE_LATITUDE - latitude), 1)
    return [None if np.isnan(value) else float(value) for value in moved]
