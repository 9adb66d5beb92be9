"""ENTSO-E's Transparency Platform as the settings say it: host and token.

Here: names, defaults, and whether it is asked at all. Not here: requests (`sources.entsoe`).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings_notices import SettingsOfNotices
from elec_pipeline.settings_values import LOOPBACK, http_url

ENTSOE_HOST = "https://web-api.tp.entsoe.eu"


@dataclass(frozen=True)
class EntsoePlace:
    """Scheme and host, and the token."""

    url: str
    token: SecretStr


class SettingsOfEntsoe(SettingsOfNotices):
    """The settings of ENTSO-E's Transparency Platform."""

    entsoe_api_token: SecretStr = Field(
        default=SecretStr(""),
        description="Of your account there. With it RTE's D-1 of tomorrow is looked for there too, as long as "
        "RTE's own API does not have it. Empty: it is not asked.",
    )
    entsoe_url: str = Field(default=ENTSOE_HOST, description="Host of its API, or of a simulator, without a path.")

    @field_validator("entsoe_url")
    @classmethod
    def _entsoe_host_only(cls, url: str) -> str:
        return http_url("entsoe_url", url).removesuffix("/api")


def entsoe_place(url: str, token: SecretStr, *, is_simulated: bool) -> EntsoePlace | None:
    """Return whom to ask; None where nobody is: without a token, and never real values for simulated ones.

    Args:
        url: `ENTSOE_URL`.
        token: `ENTSOE_API_TOKEN`.
        is_simulated: Whether consumption comes from a simulator.

    Raises:
        ConfigurationError: The token would be sent in the clear.

    Example:
        >>> entsoe_place(ENTSOE_HOST, SecretStr("my-token"), is_simulated=True) is None
        True
    """
    if not token.get_secret_value() or (is_simulated and url == ENTSOE_HOST):
        return None
    host = urlsplit(url)
    if host.scheme != "https" and host.hostname not in LOOPBACK:
        raise ConfigurationError(
            f"{host.scheme}://{host.hostname} would be sent ENTSOE_API_TOKEN in the clear: use https:// in "
            "ENTSOE_URL, or leave the token empty."
        )
    return EntsoePlace(url, token)
