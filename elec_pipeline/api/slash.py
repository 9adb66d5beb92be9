"""A slash at the end of a path: the route without it, answered at once.

Here: one layer of plain ASGI. A redirection instead would name the host as this server knows it, which behind a
proxy is not the caller's.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class TrailingSlash:
    """Answers a path that ends in a slash as the path without.

    Args:
        app: Answers the others.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = scope.get("path", "")
        if len(path) > 1 and path.endswith("/") and not path.endswith("//"):
            raw = scope.get("raw_path")
            scope = {**scope, "path": path[:-1], "raw_path": raw and raw.removesuffix(b"/")}
        await self._app(scope, receive, send)
