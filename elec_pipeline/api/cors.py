"""Which pages may call the service from a browser: those of the same host, and those in the settings.

With `*` in the settings every page may. No answer depends on a browser's cookies, so such a page learns what
anybody learns who reaches the service. But it reaches what the browser that shows it reaches: a service that
listens on loopback or behind a firewall is then open to every page that is shown there. Where a key is set, it is
asked for all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from elec_pipeline.api.limits import KEY_HEADER
from elec_pipeline.serving.origins import is_same_host

_host: ContextVar[str] = ContextVar("host", default="")


class SameHostCors(CORSMiddleware):
    """Cross-origin rules under which a page on another port of the same host is no stranger.

    Args:
        app: What is called.
        origins: Web origins of other hosts; `*` is every one.
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=[KEY_HEADER, "Content-Type", "If-None-Match"],
            expose_headers=["ETag", "Link", "Retry-After"],
            max_age=600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, noting by which name the caller knows us."""
        token = _host.set(Headers(scope=scope).get("host", "") if scope["type"] == "http" else "")
        try:
            await super().__call__(scope, receive, send)
        finally:
            _host.reset(token)

    def is_allowed_origin(self, origin: str) -> bool:
        """Tell whether pages of an origin may read our answers."""
        return super().is_allowed_origin(origin) or is_same_host(origin, _host.get())
