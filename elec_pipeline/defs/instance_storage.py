"""Dagster's own storage, in a second database of the server that holds our tables.

`dagster.yaml` names this class, so that any `dagster` command with our DAGSTER_HOME finds the same history:
the URL follows from the settings of the platform, and the embedded server is started where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster._config.config_schema import UserConfigSchema
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage


class StoreServerStorage(DagsterPostgresStorage):
    """PostgreSQL storage that takes its URL from DATABASE_URL or the embedded server."""

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Return the configuration it takes: none."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - Dagster passes it by name
    ) -> StoreServerStorage:
        """Open the storage; Dagster calls this when it reads `dagster.yaml`, in each of its processes."""
        from elec_pipeline.defs.scrubbed import guard_databases
        from elec_pipeline.guard import guard_process
        from elec_pipeline.home import prepare
        from elec_pipeline.settings import settings
        from elec_pipeline.store.database import dagster_url

        guard_process()
        guard_databases()
        prepare(settings().elec_home)
        return cls(postgres_url=dagster_url(settings()), inst_data=inst_data)
