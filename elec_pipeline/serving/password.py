"""One password before a server, asked for by HTTP Basic: browsers, curl and `requests` all know it."""

from __future__ import annotations

import base64
import binascii
import secrets

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from elec_pipeline.serving.refusal import refuse

ASK = {"WWW-Authenticate": 'Basic realm="elec-pipeline", charset="UTF-8"'}


class Password:
    """Answers requests and websockets only to those who send the password.

    Args:
        app: What is protected.
        password: The password; empty: nobody is asked.
        open_paths: Answered without it: they tell nothing, and probes have no password.
    """

    def __init__(self, app: ASGIApp, *, password: str, open_paths: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._password = password.encode()
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or ask for the password with 401."""
        is_protected = scope["type"] in {"http", "websocket"} and scope["path"] not in self._open_paths
        if not self._password or not is_protected or self._is_known(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        answer = PlainTextResponse("A password is needed: the value of ELEC_UI_PASSWORD.", 401, ASK)
        await refuse(answer, scope, receive, send)

    def _is_known(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            _, _, password = base64.b64decode(given.strip(), validate=True).partition(b":")
        except (binascii.Error, ValueError):
            return False
        return secrets.compare_digest(password, self._password)


def login(password: str) -> dict[str, str]:
    """Return the headers by which a client of ours gives a password; none for an empty one. Any user name will do.

    Example:
        >>> login("open"), login("")
        ({'Authorization': 'Basic ZWxlYzpvcGVu'}, {})
    """
    given = base64.b64encode(f"elec:{password}".encode()).decode()
    return {"Authorization": f"Basic {given}"} if password else {}
