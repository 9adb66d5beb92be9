"""The code of the charts, fetched and run by the browser while the server still makes the first screen.

Streamlit's page asks for it, the largest file of all, only when the first chart arrives: half a second of loading
after all else is there. A hint in the page lets the browser fetch it with the rest and run it when it has
nothing to do.

Here: one layer that adds the hint to Streamlit's page. Not here: who may see that page (`origins`, `password`).
"""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

END_OF_HEAD = b"</head>"
_HINT = """<link rel="modulepreload" crossorigin href="./static/js/{name}">
<script type="module">
  (window.requestIdleCallback ?? setTimeout)(() => import("./static/js/{name}"))
</script>
"""


def hint(static: Path) -> bytes:
    """Return what to add to the head of Streamlit's page.

    Args:
        static: Folder of Streamlit's own files.

    Returns:
        HTML; nothing where this version of Streamlit has no such file, or several.
    """
    found = list(static.glob("static/js/PlotlyChart.*.js"))
    return _HINT.format(name=found[0].name).encode() if len(found) == 1 else b""


class Early:
    """Adds to the head of every page that an application sends.

    Args:
        app: Sends a page in one piece, uncompressed, or is left as it is.
        added: HTML.
    """

    def __init__(self, app: ASGIApp, added: bytes) -> None:
        self._app = app
        self._added = added

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if not self._added or scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                held.append(message)
                return
            if held and message["type"] == "http.response.body":
                start = held.pop()
                if not message.get("more_body") and END_OF_HEAD in message["body"]:
                    message = self._with_hint(start, message)
                await send(start)
            await send(message)

        await self._app(scope, receive, add)

    def _with_hint(self, start: Message, message: Message) -> Message:
        """Return the body with the hint; its length and its tag are no longer those of the file."""
        body = message["body"].replace(END_OF_HEAD, self._added + END_OF_HEAD, 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        for stale in ("etag", "last-modified"):
            del headers[stale]
        return {**message, "body": body}


def _is_page(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    is_html = headers.get("content-type", "").startswith("text/html")
    return start["status"] == 200 and is_html and "content-encoding" not in headers  # noqa: PLR2004
