"""`elec api`: the JSON API until Ctrl-C."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from elec_pipeline.commands.processes import ensure_free, interrupted_by_any_signal
from elec_pipeline.commands.upkeep import leaving_embedded, revive_embedded, tended
from elec_pipeline.settings import Settings


def run_api(settings: Settings, *, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the JSON API.

    The tables are made or migrated first, unless it reads with a role of its own: that one may not.

    Raises:
        PortInUseError: The port is taken.
        StoreUnavailableError: The database does not answer.
    """
    from elec_pipeline.api.app import create_app
    from elec_pipeline.serving import server
    from elec_pipeline.store.database import open_database

    ensure_free(port, "--port")
    if not settings.elec_readonly_database_url.get_secret_value():
        open_database(settings).dispose()
    say(f"JSON API: http://{host}:{port}   its description: http://{host}:{port}/docs")
    # The server stops in order at SIGTERM, then sends it to this process again: that must not be the end of it.
    with interrupted_by_any_signal(), leaving_embedded(settings, say), tended(revive_embedded(settings, say)):
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        server.run(create_app(settings), host=host, port=port)
