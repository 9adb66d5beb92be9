"""Open-Meteo's forecast and previous-runs APIs, over the weather of the synthetic world.

Here: reading of requests, quota, the text of replies. Not here: HTTP (`app`), values (`weather_forecasts`).

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
from numpy.typing import NDArray

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.simulator.noise import Ints
from elec_pipeline.simulator.weather_forecasts import VARIABLES, Lead, Place, Variable

MOST_PLACES = 1000
MOST_FORECAST_DAYS = 16
MOST_PAST_DAYS = 92
_OLDEST = "gfs_seamless"
ARCHIVE_FROM = datetime(2024, 1, 1, tzinfo=UTC)
"""First hour of previous runs."""
OLDEST_ARCHIVE_FROM = datetime(2021, 3, 23, tzinfo=UTC)
"""And of those of GFS, of temperature alone."""
MODELS = ("best_match", _OLDEST, "icon_seamless", "ecmwf_ifs025", "meteofrance_seamless")
KMH_A_MS = 3.6
_HOUR_S = 3600
_DAY_S = 86_400
_SERIES = re.compile(rf"(?P<variable>{'|'.join(VARIABLES)})(?:_previous_day(?P<days>[0-7]))?")


class WeatherRequestError(ValueError):
    """A request that Open-Meteo answers with 400."""


class WeatherQuotaError(Exception):
    """A request that Open-Meteo answers with 429; the message is its reason."""


@dataclass(frozen=True)
class Series:
    """A variable with its lead in days; None: the forecast of now."""

    variable: str
    lead_days: int | None


@dataclass(frozen=True)
class WeatherRequest:
    """What is to be served: places, series by name, hours, models, and whether wind is in km/h and not in m/s."""

    places: tuple[Place, ...]
    series: Mapping[str, Series]
    hours_s: Ints
    models: tuple[str, ...]
    is_kmh: bool = False

    @property
    def calls(self) -> float:
        """As how many calls it counts: every place, every ten series of a model, every 14 days."""
        days = len(self.hours_s) / 24
        return len(self.places) * max(1.0, days / 14) * max(1.0, len(self.series) * len(self.models) / 10)


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
            `timezone`, `timeformat`, `wind_speed_unit`, `models`.
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
    models = tuple(query.get("models", MODELS[0]).split(","))
    for model in models:
        if model not in MODELS:
            raise WeatherRequestError(f"Cannot initialize MultiDomains from invalid String value {model}.")
    unit = query.get("wind_speed_unit", "kmh")
    if unit not in ("kmh", "ms"):
        raise WeatherRequestError(f"Cannot initialize WindspeedUnit from invalid String value {unit}.")
    places = tuple(Place(*each) for each in zip(latitudes, longitudes, strict=True))
    return WeatherRequest(places, _series(query.get("hourly", "")), _hours(query, now), models, unit == "kmh")


def weather_body(request: WeatherRequest, seed: int, now: datetime) -> bytes:
    """Return the body of a reply: an object for one place, a list for several.

    Args:
        request: What is asked for.
        seed: Of the synthetic world.
        now: The present moment, zone-aware: nothing forecast later is served.
    """
    served = {
        # Of several models each series has the model's name behind it.
        f"{name}_{model}" if len(request.models) > 1 else name: _known(request, series, model, seed, now)
        for name, series in request.series.items()
        for model in request.models
    }
    places = [
        {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "generationtime_ms": 0.1,
            "utc_offset_seconds": 0,
            "timezone": "GMT",
            "timezone_abbreviation": "GMT",
            "elevation": 100.0,
            "hourly_units": {"time": "unixtime", **{name: known.unit for name, known in served.items()}},
            "hourly": {
                "time": request.hours_s.tolist(),
                **{name: known.at(place) for name, known in served.items()},
            },
        }
        for place in request.places
    ]
    return json.dumps(places[0] if len(places) == 1 else places, ensure_ascii=False).encode()


@dataclass(frozen=True)
class _Known:
    """What a model forecasts for the middle of the country, and where any run knows it and is archived."""

    variable: Variable
    times_s: Ints
    national: Floats
    is_there: NDArray[np.bool_]
    is_kmh: bool

    @property
    def unit(self) -> str:
        return "km/h" if self.is_kmh else self.variable.unit

    def at(self, place: Place) -> list[float | None]:
        values = self.variable.at(self.national, self.times_s, place) * (KMH_A_MS if self.is_kmh else 1)
        rounded = np.round(values, self.variable.decimals).tolist()
        return [value if known else None for value, known in zip(rounded, self.is_there.tolist(), strict=True)]


def _series(text: str) -> dict[str, Series]:
    series: dict[str, Series] = {}
    for name in filter(None, text.split(",")):
        match = _SERIES.fullmatch(name)
        if match is None:
            raise WeatherRequestError(f"Cannot initialize hourly variable from invalid String value {name}.")
        series[name] = Series(match["variable"], int(match["days"]) if match["days"] else None)
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


def _known(request: WeatherRequest, series: Series, model: str, seed: int, now: datetime) -> _Known:
    times_s, now_s, variable = request.hours_s, now.timestamp(), VARIABLES[series.variable]
    if series.lead_days is None:
        is_there = np.ones(len(times_s), dtype=bool)
        lead_s = np.clip(times_s - now_s, 0, None)
    else:
        lead_s = np.full(len(times_s), float(series.lead_days * _DAY_S))
        is_oldest = model == _OLDEST and series.variable == "temperature_2m"
        archived_s = (OLDEST_ARCHIVE_FROM if is_oldest else ARCHIVE_FROM).timestamp()
        is_there = (times_s - lead_s <= now_s) & (times_s >= archived_s)
    national = variable.national(times_s, Lead(seed, model, lead_s))
    is_kmh = request.is_kmh and series.variable == "wind_speed_10m"
    return _Known(variable, times_s, national, is_there, is_kmh)
