"""Where consumption and RTE's forecasts come from, as the settings say it: source, fallback, hosts.

Here: which source is meant, pure. Not here: requests (`sources`), and the names of the settings (`settings`).
"""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings_values import LOOPBACK, http_url

RTE_HOST = "https://digital.iservices.rte-france.com"
ODRE_HOST = "https://odre.opendatasoft.com"
SIMULATOR_CREDENTIAL = "simulator"
"""Client id and secret that the simulator knows; public on purpose."""
_PATHS = ("/open_api/consumption/v1", "/api/explore/v2.1")
"""Of the APIs, which people copy with the host."""


class Source(StrEnum):
    """Where consumption and RTE's forecasts come from."""

    AUTO = "auto"
    RTE = "rte"
    ODRE = "odre"
    SIMULATOR = "simulator"


class Fallback(StrEnum):
    """What stands in for RTE's API while that is down for longer than the retries of a run."""

    NONE = ""
    ODRE = "odre"


def source_host(setting: str, url: str) -> str:
    """Return the host of a source as a setting names it, without the path of its API.

    Raises:
        ValueError: It is no http:// or https:// URL.

    Example:
        >>> source_host("odre_base_url", "https://odre.opendatasoft.com/api/explore/v2.1")
        'https://odre.opendatasoft.com'
    """
    bare = http_url(setting, url)
    for path in _PATHS:
        bare = bare.removesuffix(path)
    return bare


def source_of(named: Source, rte_base_url: str, *, has_credentials: bool) -> Source:
    """Return the source to read: `auto` resolved.

    Args:
        named: `ELEC_SOURCE`.
        rte_base_url: `RTE_BASE_URL`.
        has_credentials: Whether `RTE_CLIENT_ID` and `RTE_CLIENT_SECRET` are set.

    Raises:
        ConfigurationError: RTE is asked for, and its credentials are missing or would go in the clear.
    """
    if named is Source.AUTO and not has_credentials:
        # Another host and no credentials: that can only be a simulator.
        return Source.ODRE if rte_base_url == RTE_HOST else Source.SIMULATOR
    if named in (Source.SIMULATOR, Source.ODRE):
        return named
    if not has_credentials:
        raise ConfigurationError(
            "RTE's credentials are missing: set RTE_CLIENT_ID and RTE_CLIENT_SECRET (create an "
            "application on data.rte-france.com and subscribe it to the API «Consumption»), or use RTE's open "
            "data without a key (ELEC_SOURCE=odre), or point RTE_BASE_URL at `elec simulator`."
        )
    url = urlsplit(rte_base_url)
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise ConfigurationError(
            f"RTE_BASE_URL ({rte_base_url}) would send the client secret in the clear: use https://, "
            "or set ELEC_SOURCE=simulator if a simulator answers there."
        )
    return Source.RTE


def fallback_of(named: Fallback, source: Source, odre_base_url: str) -> Fallback:
    """Return what stands in for the source while it is down; never real values for simulated ones.

    Args:
        named: `ELEC_FALLBACK`.
        source: As `source_of` returns it.
        odre_base_url: `ODRE_BASE_URL`.
    """
    if source is Source.ODRE or (source is Source.SIMULATOR and odre_base_url == ODRE_HOST):
        return Fallback.NONE
    return named
