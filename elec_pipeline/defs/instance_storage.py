"""Dagster's own storage, in a second database of the server that holds our tables.

`dagster.yaml` names this class, so that any `dagster` command with our DAGSTER_HOME finds the same history:
the URL follows from the settings of the platform, and the embedded server is started where it is used.
"""

from __future__ import annotations

from typing import Any

from dagster_postgres import DagsterPostgresStorage

from elec_pipeline.defs.unconfigured import Unconfigured


class StoreServerStorage(Unconfigured, DagsterPostgresStorage):
    """PostgreSQL storage that takes its URL from DATABASE_URL or the embedded server."""

    @classmethod
    def arguments(cls) -> dict[str, Any]:
        """Return where the storage is, once the process is guarded and the server runs."""
        from elec_pipeline.defs.scrubbed import guard_databases
        from elec_pipeline.guard import guard_process
        from elec_pipeline.home import prepare
        from elec_pipeline.settings import settings
        from elec_pipeline.store.database import dagster_url

        guard_process()
        guard_databases()
        prepare(settings().elec_home)
        return {"postgres_url": dagster_url(settings())}
