"""`elec api`: the JSON API until Ctrl-C."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from elec_pipeline.commands.processes import ensure_free
from elec_pipeline.commands.upkeep import leaving_embedded, revive_embedded, tended
from elec_pipeline.settings import Settings

CONNECTIONS = 512
"""Callers at once; more are told to come back."""


def run_api(settings: Settings, *, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the JSON API.

    The tables are made or migrated first, unless it reads with a role of its own: that one may not.

    Raises:
        PortInUseError: The port is taken.
        StoreUnavailableError: The database does not answer.
    """
    import uvicorn

    from elec_pipeline.api.app import create_app
    from elec_pipeline.store.database import open_database

    ensure_free(port, "--port")
    if not settings.elec_readonly_database_url.get_secret_value():
        open_database(settings).dispose()
    say(f"JSON API: http://{host}:{port}   its description: http://{host}:{port}/docs")
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))  # a terminal that is closed
    with leaving_embedded(settings, say), tended(revive_embedded(settings, say)):
        uvicorn.run(
            create_app(settings),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
