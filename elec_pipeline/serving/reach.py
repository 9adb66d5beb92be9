"""Who can reach a server, by the address it listens on: what is demanded then, and what is said.

Here: the rules for an address. Not here: what is checked of each request (`origins`, `password`).
"""

from __future__ import annotations

import ipaddress

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings import Settings


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches what listens on an address.

    Example:
        >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
        (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def listening(settings: Settings, host: str) -> Settings:
    """Return settings by which a server may be reached by the name that it listens on, where that is a name."""
    hosts = ",".join([*settings.allowed_hosts, *own_names(host)])
    return settings.model_copy(update={"elec_allowed_hosts": hosts})


def own_names(host: str) -> list[str]:
    """Return the name that a host is; addresses need none.

    Example:
        >>> own_names("elec.example"), own_names("0.0.0.0"), own_names("")
        (['elec.example'], [], [])
    """
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return [host] if host else []
    return []


def demand_password(settings: Settings, host: str) -> None:
    """Raise where others than this machine could operate Dagster without a password.

    Raises:
        ConfigurationError: The host is not loopback, and `ELEC_UI_PASSWORD` is not set.
    """
    if not is_loopback(host) and not settings.elec_ui_password.get_secret_value():
        raise ConfigurationError(
            f"On {host} others could reach Dagster's UI, stop schedules and delete data: set ELEC_UI_PASSWORD, "
            "which is then asked for, or listen on 127.0.0.1."
        )


def dagster_warnings(host: str) -> list[str]:
    """Return what to tell an operator who lets others reach Dagster's UI."""
    reached = f"Warning: whoever reaches {host} and knows ELEC_UI_PASSWORD can operate Dagster."
    clear = "The password crosses the network in the clear: put a proxy with HTTPS in front."
    return [] if is_loopback(host) else [f"{reached} {clear}"]


def dashboard_warnings(settings: Settings, host: str) -> list[str]:
    """Return what to tell an operator who lets others reach the dashboard."""
    if is_loopback(host) or settings.elec_ui_password.get_secret_value():
        return []
    return [
        f"Warning: whoever reaches {host} can read the dashboard. With ELEC_UI_PASSWORD it asks for a password."
    ]


def api_warnings(settings: Settings, host: str) -> list[str]:
    """Return what to tell an operator who lets others reach the JSON API."""
    if is_loopback(host) or settings.elec_api_key.get_secret_value():
        return []
    return [f"Warning: whoever reaches {host} can read the JSON API. With ELEC_API_KEY it asks for a key."]


def warnings(settings: Settings, host: str) -> list[str]:
    """Return what to tell an operator who lets others reach the whole platform."""
    return [*dagster_warnings(host), *dashboard_warnings(settings, host), *api_warnings(settings, host)]
