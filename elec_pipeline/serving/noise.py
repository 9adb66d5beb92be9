"""What callers do wrong is no fault of the service, and must not fill its log.

Here: requests whose callers have gone, and what uvicorn says of callers line by line. A crowd would fill the disk
with either, and writing tracebacks is the larger part of what it costs to bear with one.
"""

from __future__ import annotations

import logging
import time
from math import inf

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

AGAIN_S = 60.0


class Departures:
    """Ends a request without further ado whose caller has gone before it was complete.

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


class OnceInAWhile(logging.Filter):
    """Lets a warning through once in `AGAIN_S` seconds; what is worse always."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is to be written."""
        if record.levelno > logging.WARNING:
            return True
        text = record.msg if isinstance(record.msg, str) else ""  # as it stands in the code: there are few
        now = time.monotonic()
        if now - self._said.get(text, -inf) < AGAIN_S:
            return False
        self._said[text] = now
        return True
