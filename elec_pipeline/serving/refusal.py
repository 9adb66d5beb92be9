"""How a layer says no: with the same answer to a request and to a websocket's handshake."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

POLICY_VIOLATION = 1008


async def refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send an answer instead of what was asked for; a websocket is not opened."""
    if scope["type"] == "http":
        await answer(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await WebSocket(scope, receive, send).send_denial_response(answer)
    else:  # the server then answers 403 by itself
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})
