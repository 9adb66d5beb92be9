"""Every environment variable the platform reads, in one class.

Here: names, defaults and descriptions of settings, and what follows from them alone. Not here: anything
that opens a connection or a file; the rules for a setting's text (`settings_values`), and the sentences for what
breaks them (`settings_errors`); which source, weather and addresses of alerts they come to (`settings_source`
and its neighbours); from which level on people are told something of tomorrow (`settings_notices`, its base).
Secrets are `SecretStr`, so that no repr, log or traceback shows them.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict, SettingsError

from elec_pipeline import redaction
from elec_pipeline.errors import ConfigurationError
from elec_pipeline.home import default_home
from elec_pipeline.settings_alerts import Language, address_secrets, demand_addresses
from elec_pipeline.settings_entsoe import EntsoePlace, SettingsOfEntsoe, entsoe_place
from elec_pipeline.settings_errors import explain
from elec_pipeline.settings_files import SecretFileError
from elec_pipeline.settings_source import (
    ODRE_HOST,
    RTE_HOST,
    SIMULATOR_CREDENTIAL,
    Fallback,
    Source,
    fallback_of,
    source_host,
    source_of,
)
from elec_pipeline.settings_values import host_names, http_url, listed, origins, take_older_database, tidy_all
from elec_pipeline.settings_weather import (
    FORECAST_HOST,
    OFF,
    WeatherPlace,
    model_names,
    weather_place,
    weather_url,
)

_log = logging.getLogger(__name__)


class Settings(SettingsOfEntsoe):
    """Settings from the environment, from a file `.env` in the working directory, secrets also from files.

    Blanks and quotes round a value are left out; an empty value is the default.
    """

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )
    _remarks: tuple[str, ...] = PrivateAttr(default=())

    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="Any postgresql:// URL. Empty: an embedded PostgreSQL server under ELEC_HOME.",
    )
    db_host: str = Field(
        default="",
        description="With the four below, the database as an older layout names it; read where there is no URL.",
    )
    db_port: str = Field(default="", description="Its port; empty: 5432.")
    db_name: str = Field(default="", description="Its name.")
    db_user: str = Field(default="", description="The account.")
    db_password: SecretStr = Field(default=SecretStr(""), description="Its password, of any characters.")
    elec_home: Path = Field(
        default_factory=default_home,
        description="State: embedded database, Dagster home, checkpoints, logs.",
    )
    elec_backups: int = Field(
        default=7, ge=0, le=1000, description="How many nightly backups are kept; 0: none are made."
    )
    elec_backup_folder: str = Field(
        default="", description="Folder for them, best on another disk. Empty: ELEC_HOME/backups."
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
        default=FORECAST_HOST,
        description="Host of Open-Meteo's forecast API, or of a simulator, without a path; off: no weather.",
    )
    open_meteo_previous_runs_url: str = Field(
        default="",
        description="Host of its previous-runs API. Empty: Open-Meteo's, or OPEN_METEO_URL where that is another.",
    )
    open_meteo_models: str = Field(
        default="",
        description="Weather models by Open-Meteo's names, by comma, whose mean is taken. Empty: its best match.",
    )
    open_meteo_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Of a customer, whose hosts are then asked; the free ones are for non-commercial use.",
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
        description="Web origins that may call the JSON API, such as https://app.example, separated by commas; "
        "*: every page may. Pages of the same host may always.",
    )
    elec_api_predict: bool = Field(default=True, description="Whether the JSON API offers POST /predict.")

    elec_dagster_url: str = Field(
        default="http://localhost:3000",
        description="Where people reach Dagster's UI, which is served under its path: the dashboard links to it.",
    )
    elec_dagster_internal_url: str = Field(
        default="", description="Where the dashboard asks Dagster's UI for runs. Empty: ELEC_DAGSTER_URL."
    )
    elec_dagster_read_only: bool = Field(
        default=False, description="Whether Dagster's UI refuses to change things."
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

    elec_alerts: Annotated[SecretStr, AfterValidator(demand_addresses)] = Field(
        default=SecretStr(""),
        description="Where alerts go: apprise URLs by comma, blank or line. Empty: problems are recorded alone.",
    )
    elec_alerts_language: Language = Field(default=Language.ENGLISH, description="Of the messages: en or fr.")

    @model_validator(mode="wrap")
    @classmethod
    def _tidied(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Tidy the texts, take the database from the older layout's settings, and keep what is to be said."""
        if not isinstance(given, dict):
            return handler(given)
        values, remarks = tidy_all(given)
        remarks += take_older_database(values)
        made = handler(values)
        made._remarks = tuple(remarks)  # noqa: SLF001 - our own
        return made

    @field_validator("rte_base_url", "odre_base_url")
    @classmethod
    def _host_only(cls, url: str, field: ValidationInfo) -> str:
        return source_host(str(field.field_name), url)

    @field_validator("elec_dagster_url", "elec_dagster_internal_url")
    @classmethod
    def _url(cls, url: str, field: ValidationInfo) -> str:
        return http_url(str(field.field_name), url) if url else url

    @field_validator("elec_api_cors_origins")
    @classmethod
    def _origins_only(cls, text: str, field: ValidationInfo) -> str:
        return origins(str(field.field_name), text)

    @field_validator("elec_allowed_hosts")
    @classmethod
    def _names_only(cls, text: str, field: ValidationInfo) -> str:
        return host_names(str(field.field_name), text)

    @field_validator("elec_home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        try:
            return home.expanduser().absolute()
        except RuntimeError:
            raise ValueError(
                f"ELEC_HOME is {str(home)!r}: it must be a folder, and no such user has one."
            ) from None

    @field_validator("open_meteo_url", "open_meteo_previous_runs_url")
    @classmethod
    def _weather_host_only(cls, url: str, field: ValidationInfo) -> str:
        return weather_url(str(field.field_name), url)

    @field_validator("open_meteo_models")
    @classmethod
    def _models_only(cls, text: str, field: ValidationInfo) -> str:
        return model_names(str(field.field_name), text)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user should know of the settings, a sentence each."""
        return self._remarks

    @property
    def source(self) -> Source:
        """The source to read: `auto` resolved.

        Raises:
            ConfigurationError: RTE is asked for, and its credentials are missing.
        """
        has_credentials = bool(self.rte_client_id.get_secret_value() and self.rte_client_secret.get_secret_value())
        return source_of(self.elec_source, self.rte_base_url, has_credentials=has_credentials)

    @property
    def fallback(self) -> Fallback:
        """What stands in for the source while it is down; never real values for simulated ones."""
        return fallback_of(self.elec_fallback, self.source, self.odre_base_url)

    @property
    def backup_folder(self) -> Path:
        """The folder that backups go to."""
        named = self.elec_backup_folder
        return Path(named).expanduser().absolute() if named else self.elec_home / "backups"

    @property
    def cors_origins(self) -> list[str]:
        """The web origins of other hosts that may call the JSON API."""
        return listed(self.elec_api_cors_origins)

    @property
    def allowed_hosts(self) -> list[str]:
        """The names besides localhost by which browsers reach our servers."""
        return listed(self.elec_allowed_hosts)

    def rte_credentials(self) -> tuple[str, str]:
        """Return client id and client secret; the simulator's own where that is the source."""
        if self.source is Source.SIMULATOR and not self.rte_client_id.get_secret_value():
            return SIMULATOR_CREDENTIAL, SIMULATOR_CREDENTIAL
        return self.rte_client_id.get_secret_value(), self.rte_client_secret.get_secret_value()

    @property
    def entsoe(self) -> EntsoePlace | None:
        """Where RTE's D-1 is looked for too; None where nowhere.

        Raises:
            ConfigurationError: The token would be sent in the clear.
        """
        is_simulated = self.source is Source.SIMULATOR
        return entsoe_place(self.entsoe_url, self.entsoe_api_token, is_simulated=is_simulated)

    @property
    def fetches_weather(self) -> bool:
        """Whether weather is fetched at all."""
        return self.open_meteo_url != OFF

    @property
    def weather(self) -> WeatherPlace | None:
        """Where the weather comes from; None where it is switched off.

        Raises:
            ConfigurationError: The key would be sent in the clear.
        """
        return weather_place(
            self.open_meteo_url,
            self.open_meteo_previous_runs_url,
            self.open_meteo_models,
            self.open_meteo_api_key,
            self.rte_base_url if self.source is Source.SIMULATOR else "",
        )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read once; what should be said of them is logged.

    Raises:
        ConfigurationError: A setting makes no sense; there is a sentence for each.
    """
    try:
        read = Settings()
    except ValidationError as error:
        raise explain(error, Settings.model_fields) from None
    except SecretFileError as error:
        raise ConfigurationError(str(error)) from None
    except (SettingsError, OSError, UnicodeError) as error:
        raise ConfigurationError(
            f"The file .env in the working directory cannot be read ({type(error).__name__}): it must be a text "
            "in UTF-8 that this account may read."
        ) from None
    for remark in read.remarks:
        _log.warning(remark)
    return read


@lru_cache(maxsize=4)
def _secrets(read: Settings | None, _environment: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of settings that are, or hold, secrets, those of `.env` too."""
    try:
        here = read or Settings()
    except (ValidationError, SettingsError, OSError, UnicodeError):
        return ()  # the environment's own are known; whoever reads the settings next says what is wrong
    pair = (here.rte_client_id.get_secret_value(), here.rte_client_secret.get_secret_value())
    of_alerts = address_secrets(here.elec_alerts.get_secret_value())
    return (*here.secret_values(), *of_alerts, *redaction.pair_secrets(*pair))


def _known_secrets(environment: tuple[str, ...]) -> tuple[str, ...]:
    # Not `settings()` where nobody has asked for them yet: redaction must not decide when they are read.
    return _secrets(settings() if settings.cache_info().currsize else None, environment)


redaction.ask_too(_known_secrets)
