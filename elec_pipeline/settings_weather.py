"""Where the weather comes from, as the settings say it: hosts, models, key.

Here: Open-Meteo's hosts and which of them answers whom, pure. Not here: requests (`sources.open_meteo`), and the
names of the settings (`settings`).

The free hosts are for non-commercial use; a customer has hosts of their own, to which alone the key goes, beside
one that a setting names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings_values import LOOPBACK, http_url, listed, sentence

FORECAST_HOST = "https://api.open-meteo.com"
PREVIOUS_RUNS_HOST = "https://previous-runs-api.open-meteo.com"
_OF_CUSTOMERS = {
    FORECAST_HOST: "https://customer-api.open-meteo.com",
    PREVIOUS_RUNS_HOST: "https://customer-previous-runs-api.open-meteo.com",
}
MOST_MODELS = 10
"""Each counts against the quota as a whole request does."""
OFF = "off"
_MODEL = re.compile(r"[a-z0-9_]+", re.ASCII)


NO_KEY = SecretStr("")


@dataclass(frozen=True)
class WeatherPlace:
    """Hosts of the forecast and of the previous-runs API, models to take the mean of, and the key, if any."""

    forecast_url: str
    previous_runs_url: str
    models: tuple[str, ...] = ()
    api_key: SecretStr = NO_KEY


def weather_place(
    forecast_url: str, previous_runs_url: str, models: str, api_key: SecretStr, simulator_url: str = ""
) -> WeatherPlace | None:
    """Return where the weather comes from; None where it is switched off.

    Args:
        forecast_url: `OPEN_METEO_URL`.
        previous_runs_url: `OPEN_METEO_PREVIOUS_RUNS_URL`.
        models: `OPEN_METEO_MODELS`.
        api_key: `OPEN_METEO_API_KEY`.
        simulator_url: Of the simulator that consumption comes from, whose load answers to its own weather; empty
            where it comes from elsewhere.

    Raises:
        ConfigurationError: The key would be sent in the clear.

    Example:
        >>> place = weather_place("", "", "", SecretStr("my-key"))
        >>> place.forecast_url, place.previous_runs_url
        ('https://customer-api.open-meteo.com', 'https://customer-previous-runs-api.open-meteo.com')
    """
    forecast = forecast_url or FORECAST_HOST
    if forecast == OFF:
        return None
    if forecast == FORECAST_HOST and simulator_url:
        return WeatherPlace(simulator_url, previous_runs_url or simulator_url, tuple(listed(models)))
    hosts = forecast, previous_runs_url or (PREVIOUS_RUNS_HOST if forecast == FORECAST_HOST else forecast)
    if api_key.get_secret_value():
        hosts = _OF_CUSTOMERS.get(hosts[0], hosts[0]), _OF_CUSTOMERS.get(hosts[1], hosts[1])
        for host in hosts:
            _refuse_in_the_clear(host)
    return WeatherPlace(*hosts, tuple(listed(models)), api_key)


def weather_url(name: str, url: str) -> str:
    """Return a host without its path, or `off`, or nothing where nothing is named.

    Raises:
        ValueError: It is no URL.
    """
    if url.lower() in ("", OFF):
        return url.lower()
    return http_url(name, url, ", or off").removesuffix("/v1/forecast")


def model_names(name: str, text: str) -> str:
    """Return a list of weather models as Open-Meteo names them, each once.

    Raises:
        ValueError: One is no such name, or there are too many.

    Example:
        >>> model_names("open_meteo_models", "icon_seamless, ecmwf_ifs025, icon_seamless")
        'icon_seamless,ecmwf_ifs025'
    """
    models = list(dict.fromkeys(listed(text)))
    if len(models) > MOST_MODELS or not all(_MODEL.fullmatch(model) for model in models):
        allowed = f"names of weather models by comma, such as icon_seamless,ecmwf_ifs025, at most {MOST_MODELS}"
        raise ValueError(sentence(name, text, allowed))
    return ",".join(models)


def _refuse_in_the_clear(host: str) -> None:
    url = urlsplit(host)
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise ConfigurationError(
            f"{url.scheme}://{url.hostname} would be sent OPEN_METEO_API_KEY in the clear: use https:// in "
            "OPEN_METEO_URL and OPEN_METEO_PREVIOUS_RUNS_URL, or leave the key empty."
        )
