"""Every environment variable the platform reads, in one class.

Here: names, defaults and descriptions of settings, and what follows from them alone. Not here: anything
that opens a connection or a file. Secrets are `SecretStr`, so that no repr, log or traceback shows them.
"""

from __future__ import annotations

import os
import re
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from elec_pipeline.errors import ConfigurationError

RTE_HOST = "https://digital.iservices.rte-france.com"
ODRE_HOST = "https://odre.opendatasoft.com"
SIMULATOR_CREDENTIAL = "simulator"
"""Client id and secret that the simulator knows; public on purpose."""
OPEN_METEO_HOST = "https://api.open-meteo.com"
PREVIOUS_RUNS_HOST = "https://previous-runs-api.open-meteo.com"


class Source(StrEnum):
    """Where consumption and RTE's forecasts come from."""

    AUTO = "auto"
    RTE = "rte"
    ODRE = "odre"
    SIMULATOR = "simulator"


def default_home() -> Path:
    """Return the folder for state where `ELEC_HOME` is not set.

    As root it lies under the system's state directory, because PostgreSQL refuses to run as root and the
    account it runs under cannot enter root's home.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/elec-pipeline")
    return platformdirs.user_state_path("elec-pipeline")


class Fallback(StrEnum):
    """What stands in for RTE's API while that is down for longer than the retries of a run."""

    NONE = ""
    ODRE = "odre"


class Settings(BaseSettings):
    """Settings from the environment, or from a file `.env` in the working directory."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="Any postgresql:// URL. Empty: an embedded PostgreSQL server under ELEC_HOME.",
    )
    elec_home: Path = Field(
        default_factory=default_home,
        description="State: embedded database, Dagster home, checkpoints, logs.",
    )
    elec_source: Source = Field(
        default=Source.AUTO,
        description="auto, rte, odre (open data, no key) or simulator; auto is rte where credentials are set, "
        "else odre.",
    )
    elec_fallback: Fallback = Field(
        default=Fallback.NONE,
        description="odre: what stands in for RTE while its API is down for longer than a run's retries. "
        "Empty: nothing.",
    )
    odre_base_url: str = Field(
        default=ODRE_HOST,
        description="Host of RTE's open data, or of a simulator, without a path.",
    )
    rte_base_url: str = Field(
        default=RTE_HOST,
        description="Host of RTE's APIs, or of a simulator, without a path.",
    )
    rte_client_id: SecretStr = Field(
        default=SecretStr(""), description="Client id of your application on RTE's data portal."
    )
    rte_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Client secret of your application on RTE's data portal."
    )
    open_meteo_url: str = Field(
        default=OPEN_METEO_HOST,
        description="Host of Open-Meteo's forecast API, or of a simulator, without a path; off: no weather.",
    )
    open_meteo_previous_runs_url: str = Field(
        default="",
        description="Host of its previous-runs API. Empty: Open-Meteo's, or OPEN_METEO_URL where that is another.",
    )
    elec_model: str = Field(
        default="",
        description="A checkpoint folder or a model hub id. Empty: the promoted checkpoint, else the bundled one.",
    )
    elec_readonly_database_url: SecretStr = Field(
        default=SecretStr(""),
        description="What the API and the dashboard read from, best with a role that may only SELECT. "
        "Empty: DATABASE_URL.",
    )
    elec_api_port: int = Field(default=8000, ge=1, le=65535, description="Port of the JSON API.")
    elec_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Where set, the JSON API answers only requests with this value in the header X-API-Key.",
    )
    elec_api_cors_origins: str = Field(
        default="",
        description="Web origins that may call the JSON API, such as https://app.example, separated by commas. "
        "Pages of the same host may always.",
    )
    elec_api_predict: bool = Field(default=True, description="Whether the JSON API offers POST /predict.")

    elec_dagster_url: str = Field(
        default="http://localhost:3000",
        description="Where people reach Dagster's UI: the dashboard links to it and asks it for runs.",
    )
    elec_ui_password: SecretStr = Field(
        default=SecretStr(""),
        description="Where set, Dagster's UI and the dashboard ask for it (HTTP Basic, any user name). It must be "
        "set where Dagster's UI does not listen on loopback.",
    )
    elec_allowed_hosts: str = Field(
        default="",
        description="Names besides localhost by which browsers reach Dagster's UI, dashboard and JSON API, such "
        "as a proxy's, separated by commas.",
    )

    @field_validator("rte_base_url", "odre_base_url")
    @classmethod
    def _host_only(cls, url: str, field: ValidationInfo) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{str(field.field_name).upper()} must start with http:// or https://")
        return url.rstrip("/").removesuffix("/open_api/consumption/v1").removesuffix("/api/explore/v2.1")

    @field_validator("elec_api_cors_origins")
    @classmethod
    def _origins_only(cls, origins: str) -> str:
        for origin in _listed(origins):
            url = urlsplit(origin)
            if url.scheme not in {"http", "https"} or not url.netloc or origin != f"{url.scheme}://{url.netloc}":
                raise ValueError(
                    f"ELEC_API_CORS_ORIGINS: {origin!r} is no origin, such as https://app.example without a path"
                )
        return origins

    @field_validator("elec_allowed_hosts")
    @classmethod
    def _names_only(cls, hosts: str) -> str:
        for host in _listed(hosts):
            if not re.fullmatch(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", host, re.ASCII):
                raise ValueError(
                    f"ELEC_ALLOWED_HOSTS: {host!r} is no host name, such as elec.example or elec.example:8443"
                )
        return hosts

    @field_validator("elec_home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("open_meteo_url", "open_meteo_previous_runs_url")
    @classmethod
    def _weather_host_only(cls, url: str) -> str:
        if url.lower() not in ("", "off") and not url.startswith(("http://", "https://")):
            raise ValueError("OPEN_METEO_URL must start with http:// or https://, or be off")
        return url.lower() if url.lower() == "off" else url.rstrip("/").removesuffix("/v1/forecast")

    @property
    def source(self) -> Source:
        """The source to read: `auto` resolved.

        Raises:
            ConfigurationError: RTE is asked for, and its credentials are missing.
        """
        has_credentials = bool(self.rte_client_id.get_secret_value() and self.rte_client_secret.get_secret_value())
        if self.elec_source is Source.AUTO and not has_credentials:
            # Another host and no credentials: that can only be a simulator.
            return Source.ODRE if self.rte_base_url == RTE_HOST else Source.SIMULATOR
        if self.elec_source in (Source.SIMULATOR, Source.ODRE):
            return self.elec_source
        if not has_credentials:
            raise ConfigurationError(
                "RTE's credentials are missing: set RTE_CLIENT_ID and RTE_CLIENT_SECRET (create an "
                "application on data.rte-france.com and subscribe it to the API «Consumption»), or use RTE's open "
                "data without a key (ELEC_SOURCE=odre), or point RTE_BASE_URL at `elec simulator`."
            )
        url = urlsplit(self.rte_base_url)
        if url.scheme != "https" and url.hostname not in {"localhost", "127.0.0.1", "::1"}:
            raise ConfigurationError(
                f"RTE_BASE_URL ({self.rte_base_url}) would send the client secret in the clear: use https://, "
                "or set ELEC_SOURCE=simulator if a simulator answers there."
            )
        return Source.RTE

    @property
    def fallback(self) -> Fallback:
        """What stands in for the source while it is down; never real values for simulated ones."""
        is_simulated = self.source is Source.SIMULATOR
        if self.source is Source.ODRE or (is_simulated and self.odre_base_url == ODRE_HOST):
            return Fallback.NONE
        return self.elec_fallback

    @property
    def cors_origins(self) -> list[str]:
        """The web origins of other hosts that may call the JSON API."""
        return _listed(self.elec_api_cors_origins)

    @property
    def allowed_hosts(self) -> list[str]:
        """The names besides localhost by which browsers reach our servers."""
        return _listed(self.elec_allowed_hosts)

    def rte_credentials(self) -> tuple[str, str]:
        """Return client id and client secret; the simulator's own where that is the source."""
        if self.source is Source.SIMULATOR and not self.rte_client_id.get_secret_value():
            return SIMULATOR_CREDENTIAL, SIMULATOR_CREDENTIAL
        return self.rte_client_id.get_secret_value(), self.rte_client_secret.get_secret_value()

    @property
    def weather_hosts(self) -> tuple[str, str] | None:
        """Hosts of the forecast and of the previous-runs API; None where weather is switched off.

        A simulator of RTE's API serves the weather that its load answers to.
        """
        forecast = self.open_meteo_url or OPEN_METEO_HOST
        if forecast == "off":
            return None
        if forecast == OPEN_METEO_HOST and self.source is Source.SIMULATOR:
            forecast = self.rte_base_url
        other = PREVIOUS_RUNS_HOST if forecast == OPEN_METEO_HOST else forecast
        return forecast, self.open_meteo_previous_runs_url or other


def _listed(text: str) -> list[str]:
    """Return what a comma-separated list names.

    Example:
        >>> _listed("https://a.example, https://b.example,")
        ['https://a.example', 'https://b.example']
    """
    return [each.strip() for each in text.split(",") if each.strip()]


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
