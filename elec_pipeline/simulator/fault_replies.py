"""What a faulty server answers.

Here: the reply of each HTTP fault. Not here: which request is hit (`faults`).
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator

from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from elec_pipeline.simulator.faults import HttpFault, HttpFaultKind, Route
from elec_pipeline.simulator.protocol import error_body
from elec_pipeline.simulator.value_faults import whole

_HTML = "<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>"
_TEXTS = {
    HttpFaultKind.FORBIDDEN: ("FORBIDDEN", "This application is not subscribed to this API."),
    HttpFaultKind.NOT_FOUND: ("NOT_FOUND", "There is no such resource."),
    HttpFaultKind.TOO_MANY: ("TOO_MANY_REQUESTS", "Too many requests."),
    HttpFaultKind.BROKEN: ("INTERNAL_SERVER_ERROR", "An internal error occurred."),
}


def unauthorized(route: Route, transaction_id: str) -> Response:
    """Return the refusal of a client (token route) or of a token (API).

    Args:
        route: Where the request came in.
        transaction_id: Number of the request.
    """
    if route is Route.TOKEN:
        body: dict[str, object] = {
            "error": "invalid_client",
            "error_description": "The client id or the client secret is wrong.",
        }
        return JSONResponse(body, 401, headers={"WWW-Authenticate": "Basic"})
    body = error_body("UNAUTHORIZED", "The token is missing, wrong or expired.", transaction_id)
    return JSONResponse(body, 401, headers={"WWW-Authenticate": "Bearer"})


def refusal(fault: HttpFault, transaction_id: str) -> Response | None:
    """Return what a fault answers instead of the right reply; None where the right reply is needed.

    Args:
        fault: The fault that hits the request.
        transaction_id: Number of the request.
    """
    if fault.kind is HttpFaultKind.UNAUTHORIZED:
        return unauthorized(fault.route, transaction_id)
    if fault.kind is HttpFaultKind.HTML:
        return HTMLResponse(_HTML, 503)
    if fault.kind not in _TEXTS:
        return None
    retry_after = {"Retry-After": str(whole(fault.argument))} if fault.kind is HttpFaultKind.TOO_MANY else None
    code, description = _TEXTS[fault.kind]
    return JSONResponse(error_body(code, description, transaction_id), int(fault.kind), headers=retry_after)


def cut_off(reply: Response) -> Response:
    """Return the first half of a reply, under a length that makes it look complete.

    Args:
        reply: The right reply.
    """
    return Response(bytes(reply.body)[: len(reply.body) // 2], reply.status_code, media_type="application/json")


def dripping(reply: Response, pause_s: float) -> Response:
    """Return a reply whose bytes come one by one.

    Args:
        reply: The right reply.
        pause_s: Seconds before each byte.
    """
    body = bytes(reply.body)

    async def drops() -> AsyncIterator[bytes]:
        for at in range(len(body)):
            await asyncio.sleep(pause_s)
            yield body[at : at + 1]

    return StreamingResponse(drops(), reply.status_code, media_type="application/json")


def bomb(megabytes: int) -> Response:
    """Return a reply of blanks, packed to a thousandth of their size.

    Args:
        megabytes: Size of what it unpacks to.
    """

    def packed() -> Iterator[bytes]:
        packer, blanks = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16), b" " * 1024**2
        for _ in range(megabytes):
            yield packer.compress(blanks)
        yield packer.flush()

    return StreamingResponse(packed(), headers={"Content-Encoding": "gzip"}, media_type="application/json")
