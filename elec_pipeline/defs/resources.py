"""What assets are handed: the store, the source, the model, the clock.

Each is opened on first use and kept for the life of the process, so that loading the definitions opens
nothing and imports neither torch nor SQLAlchemy's drivers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from elec_pipeline.defs.faults import MORE_TRIES
from elec_pipeline.settings import settings
from elec_pipeline.settings_source import Source

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from elec_pipeline.forecasting.forecaster import Forecaster
    from elec_pipeline.forecasting.lifecycle.registry import ModelInUse
    from elec_pipeline.sources.entsoe import EntsoeClient
    from elec_pipeline.sources.fallback import FallbackSource
    from elec_pipeline.sources.open_meteo import OpenMeteoClient
    from elec_pipeline.sources.rte import RteClient


class StoreResource(dg.ConfigurableResource[Any]):
    """The database of DATABASE_URL, or the embedded server; migrated when it is opened."""

    def engine(self) -> Engine:
        """Return the engine of this process."""
        return open_engine()


class SourceResource(dg.ConfigurableResource[Any]):
    """RTE's API, its open data or a simulator, as the settings say."""

    @property
    def name(self) -> str:
        """The name stored with every row."""
        return str(settings().source)

    def client(self, context: dg.AssetExecutionContext) -> FallbackSource:
        """Return a client that announces its retries in the run's log.

        What is set to stand in for the source does so on the last try of a step only: the source is then down
        for longer than a run's retries.
        """
        from elec_pipeline.sources.fallback import FallbackSource
        from elec_pipeline.sources.odre import OdreClient
        from elec_pipeline.sources.retries import RetryPlan
        from elec_pipeline.sources.rte import RteClient

        here, plan = settings(), RetryPlan(on_retry=context.log.warning)
        if here.source is Source.ODRE:
            return FallbackSource(OdreClient.from_settings(here, plan))
        is_last_try = context.retry_number >= MORE_TRIES
        stand_in = OdreClient.from_settings(here, plan) if is_last_try and here.fallback else None
        return FallbackSource(RteClient.from_settings(here, plan), stand_in)

    def weekly_client(self, context: dg.AssetExecutionContext) -> RteClient | None:
        """Return a client of RTE's API, for which nothing stands in; None where the source is the open data."""
        from elec_pipeline.sources.retries import RetryPlan
        from elec_pipeline.sources.rte import RteClient

        here = settings()
        if here.source is Source.ODRE:
            return None
        return RteClient.from_settings(here, RetryPlan(on_retry=context.log.warning))


class EntsoeResource(dg.ConfigurableResource[Any]):
    """ENTSO-E's Transparency Platform, where the settings have a token for it."""

    def client(self) -> EntsoeClient | None:
        """Return a client that does not try for long: what it looks for comes from RTE later on.

        None without a token.
        """
        from elec_pipeline.sources.entsoe import EntsoeClient
        from elec_pipeline.sources.retries import RetryPlan

        place = settings().entsoe
        return None if place is None else EntsoeClient(place, retries=RetryPlan(attempts=2))


class WeatherResource(dg.ConfigurableResource[Any]):
    """Open-Meteo, or a simulator of it, as the settings say."""

    @property
    def name(self) -> str:
        """The name stored with every row."""
        return "simulator" if settings().source is Source.SIMULATOR else "open_meteo"

    @property
    def is_on(self) -> bool:
        """Whether weather is fetched at all."""
        return settings().weather is not None

    def client(self, context: dg.AssetExecutionContext) -> OpenMeteoClient | None:
        """Return a client that announces its retries in the run's log; None where weather is switched off."""
        from elec_pipeline.sources.open_meteo import OpenMeteoClient

        place = settings().weather
        return None if place is None else OpenMeteoClient.of_process(place, on_retry=context.log.warning)


class ChronosResource(dg.ConfigurableResource[Any]):
    """The forecasting model in use, asked for anew in every run and loaded once a process."""

    model: str = Field(
        default="",
        description="A checkpoint folder or a model hub id; empty: ELEC_MODEL, else the promoted checkpoint, "
        "else the bundled one.",
    )

    def in_use(self) -> ModelInUse:
        """Return which model is in use now, and why."""
        from elec_pipeline.forecasting.lifecycle import registry

        return registry.in_use(open_engine(), settings(), self.model)

    def forecaster(self, used: ModelInUse) -> Forecaster:
        """Return the model in use, loaded.

        Raises:
            ModelUnavailableError: It is missing, broken, of an unsafe format, or not the version promoted.
        """
        from elec_pipeline.forecasting.lifecycle import registry

        return registry.load(used)


class ClockResource(dg.ConfigurableResource[Any]):
    """The current time; a test or a replay sets it."""

    fixed: str = Field(default="", description="ISO 8601 instant with offset; empty: the real time.")

    def now(self) -> datetime:
        """Return the current instant, UTC."""
        return datetime.fromisoformat(self.fixed).astimezone(UTC) if self.fixed else datetime.now(UTC)


@lru_cache(maxsize=1)
def open_engine() -> Engine:
    """Open the engine of this process, once."""
    from elec_pipeline.store.database import open_database

    return open_database(settings())
