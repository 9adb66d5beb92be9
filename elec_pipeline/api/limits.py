"""Who may call, how much they may send and how long an answer may take: before any route is reached.

Here: one layer of plain ASGI. Not here: limits of a route's own (`predictor`), and of the database (`reader`).
"""

from __future__ import annotations

import asyncio
import secrets

from fastapi import HTTPException
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from elec_pipeline.api.errors import unavailable

KEY_HEADER = "X-API-Key"
OPEN_PATHS = frozenset({"/health", "/api/health", "/docs", "/openapi.json"})
"""Answered without a key: they tell nothing of the data, and probes have no key."""
DOCS_PARTS = "/docs-parts"
"""Where scripts and styles of `/docs` are; as open as the page."""
BEARER_PATHS = frozenset({"/metrics"})
"""Where the key may also come as a bearer token: older scrapers can send no header of their own."""
BODY_BYTES = 512 * 2**10
TOO_LARGE = f"A body may have {BODY_BYTES // 1024} KiB."
TIME_LIMIT_S = 30.0


class Limits:
    """Refuses callers without the key, bodies that are too large and answers that take too long.

    Args:
        app: What is protected.
        key: The key that callers must have; empty: none.
        time_limit_s: From the first byte of a request to the first of its answer, seconds.
    """

    def __init__(self, app: ASGIApp, *, key: str, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._app = app
        self._key = key.encode()
        self._time_limit_s = time_limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_open = scope["path"] in OPEN_PATHS or scope["path"].startswith(f"{DOCS_PARTS}/")
        if self._key and not is_open and not self._is_known(scope["path"], headers):
            refusal = JSONResponse({"detail": f"The header {KEY_HEADER} is missing or wrong."}, 401)
            await refusal(scope, receive, send)
            return
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > BODY_BYTES:
            too_large = JSONResponse({"detail": TOO_LARGE}, 413, {"Connection": "close"})
            await too_large(scope, receive, send)
            return
        await self._within_limits(scope, receive, send)

    def _is_known(self, path: str, headers: Headers) -> bool:
        text = headers.get(KEY_HEADER, "")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if not text and path in BEARER_PATHS and scheme.lower() == "bearer":
            text = token.strip()
        given = text.encode("latin-1")
        return secrets.compare_digest(given, self._key)

    async def _within_limits(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0
        has_begun = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > BODY_BYTES:  # a chunked body does not say its length before
                raise HTTPException(413, TOO_LARGE, {"Connection": "close"})
            return message

        async def begun(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            limit.reschedule(None)  # how long the sending takes is the caller's affair
            await send(message)

        limit = asyncio.timeout(self._time_limit_s)
        try:
            async with limit:
                await self._app(scope, counted, begun)
        except TimeoutError:
            if has_begun or not limit.expired():
                raise
            refusal = unavailable(f"No answer within {self._time_limit_s:.0f} s: ask for a shorter range.")
            await refusal(scope, receive, send)
