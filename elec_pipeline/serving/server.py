"""The web server that every HTTP service of ours runs in: uvicorn with limits on connections.

Here: its settings. Not here: what it serves.
"""

from __future__ import annotations

import contextlib
import logging
import resource
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from elec_pipeline.serving.registry import ConnectionLimits, Registry

if TYPE_CHECKING:
    import uvicorn

_LOG = logging.getLogger(__name__)
BACKLOG = 1024
"""Connections that the system holds until they are accepted: all that come between two turns of the loop."""
GRACEFUL_S = 5
MESSAGE_BYTES = 2**20
"""Of a web socket's message from its client."""
_FILES = 4096
_STARTUP_FAILED = 3


def run(
    app: Any,
    *,
    host: str,
    port: int,
    limits: ConnectionLimits | None = None,
    websockets: bool = False,
    log_level: str = "warning",
) -> None:
    """Serve an application until SIGINT or SIGTERM.

    Args:
        app: Any ASGI application.
        host: Address to listen on.
        port: Port to listen on; 0: a free one.
        limits: On connections.
        websockets: Whether the application speaks with web sockets.
        log_level: Of uvicorn.

    Raises:
        SystemExit: It could not start.
    """
    server = build(app, host=host, port=port, limits=limits, websockets=websockets, log_level=log_level)
    with contextlib.suppress(KeyboardInterrupt):  # which uvicorn raises again once it has ended
        server.run()
    if not server.started:
        sys.exit(_STARTUP_FAILED)


def build(
    app: Any,
    *,
    host: str,
    port: int,
    limits: ConnectionLimits | None = None,
    websockets: bool = False,
    log_level: str = "warning",
) -> uvicorn.Server:
    """Return the server that `run` runs, for those who start and stop it themselves."""
    import uvicorn

    from elec_pipeline.serving.connections import with_registry
    from elec_pipeline.serving.noise import Departures, OnceInAWhile

    limits, backlog = within_files(limits or ConnectionLimits(), _most_files())
    http, web_socket = with_registry(Registry(limits))
    server = uvicorn.Server(
        uvicorn.Config(
            Departures(app),
            host=host,
            port=port,
            http=http,
            ws=web_socket if websockets else "none",
            ws_max_size=MESSAGE_BYTES,
            log_level=log_level,
            access_log=False,
            server_header=False,
            backlog=backlog,
            # Requests whose callers have gone run on; their number has to end somewhere too.
            limit_concurrency=limits.connections + backlog,
            timeout_graceful_shutdown=GRACEFUL_S,
        )
    )
    log = logging.getLogger("uvicorn.error")
    if not any(isinstance(each, OnceInAWhile) for each in log.filters):
        log.addFilter(OnceInAWhile())
    return server


def within_files(limits: ConnectionLimits, files: int) -> tuple[ConnectionLimits, int]:
    """Return limits and a backlog that leave a quarter of the files that a process may open to everything else.

    A turn of the event loop may accept the whole backlog before the first of them is counted.

    Example:
        >>> within_files(ConnectionLimits(connections=1024), 4096)[1]
        1024
        >>> fewer, backlog = within_files(ConnectionLimits(connections=1024), 256)
        >>> fewer.connections, backlog
        (128, 64)
    """
    most = min(limits.connections, files // 2)
    if most < limits.connections:
        _LOG.warning("Only %d connections at once: the process may open %d files (ulimit -n).", most, files)
    return replace(limits, connections=most), min(BACKLOG, files // 4)


def _most_files() -> int:
    """Return how many files the process may open, after asking the system for enough."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = (_FILES if each == resource.RLIM_INFINITY else each for each in (soft, hard))
    if soft < _FILES and hard > soft:
        soft = min(_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return soft
