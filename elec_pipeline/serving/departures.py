"""Callers who go before they have said everything: no fault of the service, and no traceback in its log.

A crowd that opens requests and leaves would otherwise fill the disk, and writing tracebacks is the larger part of
what it costs to bear with it.
"""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send


class Departures:
    """Ends a request whose caller has gone without further ado.

    Args:
        app: Answers the request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            return
