"""What a careless or hostile source answers: all that it was told, secrets too, wherever it may be quoted.

Here: replies that echo. Not here: which request is hit (`faults`), other faulty replies (`fault_replies`).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

from starlette.responses import HTMLResponse, JSONResponse, Response

from elec_pipeline.simulator.faults import HttpFault, HttpFaultKind, Route
from elec_pipeline.simulator.protocol import error_body

ELSEWHERE = "http://localhost:9"
"""Where an echo with a status of 3xx leads."""
_REDIRECTS = range(300, 400)
_OK = 200


def heard_of(header: str) -> list[str]:
    """Return all that an `Authorization` header tells, plain and in the forms in which programs write it."""
    scheme, _, value = header.partition(" ")
    if not value:
        return []
    told = [value]
    if scheme.lower() == "basic":
        with suppress(binascii.Error):
            pair = base64.b64decode(value).decode("latin-1")
            told += [pair, *pair.split(":", 1)]
    forms = [header]
    for each in told:
        raw = each.encode("latin-1")
        forms += [
            each,
            quote(each, safe=""),
            quote(each, safe="").lower(),
            json.dumps(each),
            repr(each),
            raw.hex(),
        ]
        forms += [base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")]
    return list(dict.fromkeys(forms))


def echo(fault: HttpFault, heard: Iterable[str]) -> Response:
    """Return a reply that holds all that was heard.

    Args:
        fault: Of kind `ECHO` or `ECHO_PAGE`; its argument is the status.
        heard: What requests have told so far.
    """
    status, said = int(fault.argument), " | ".join(heard)
    headers = {name: _in_header(said) for name in ("WWW-Authenticate", "Retry-After", "X-Request", "ETag")}
    if status in _REDIRECTS:
        headers["Location"] = f"{ELSEWHERE}/{quote(said, safe='')}"
    if fault.kind is HttpFaultKind.ECHO_PAGE:
        return HTMLResponse(
            f"{said}<html><title>{said}</title><body>{said}</body></html>", status, headers=headers
        )
    if status == _OK and fault.route is Route.TOKEN:
        wrong = {"access_token": [said], "token_type": said, "expires_in": said, "scope": said}
        return JSONResponse(wrong, headers=headers)
    if status == _OK:
        return Response('{"' + said, headers=headers, media_type="application/json")
    body = error_body(said, said, said) | {"error_uri": said, "error_code": said, "message": said, "reason": said}
    return JSONResponse(body, status, headers=headers)


def _in_header(said: str) -> str:
    return said.encode("ascii", "xmlcharrefreplace").decode().replace("\n", " ").replace("\r", " ")
