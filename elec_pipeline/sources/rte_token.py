"""RTE's OAuth2: client id and secret in, a session that carries a token out.

Here: the token request, and what a status means. Not here: the reading of a reply (`rte_token_reply`), and
requests with a token (`rte`). The library's own errors quote the source, and its debug log shows headers and
tokens: neither gets past this module.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from elec_pipeline.errors import SourceRefusedError, SourceRequestError
from elec_pipeline.redaction import remember
from elec_pipeline.sources.bounded import bound
from elec_pipeline.sources.http import error_of, json_fields, reaching
from elec_pipeline.sources.rte_token_reply import Token, read_token

TOKEN_PATH = "/token/oauth/"  # noqa: S105 - a path, not a secret
_MARGIN_S = 60
"""A token that ends during a request is a failed request: it is not used for the last of its seconds."""
_TOKENS = re.compile(r"(?:access|refresh|id)_token[\"']?\s*[:=]\s*[\"']?([^\"'&,\s}]+)")
_REFUSALS = (["invalid_client"], ["unauthorized_client"])
"""Errors of RFC 6749 by which a server refuses an application, with a status of its choice."""
_VARIABLES = "RTE_CLIENT_ID and RTE_CLIENT_SECRET"
_PLAIN = b'{"access_token": "received", "token_type": "Bearer"}'
"""What the OAuth library reads in place of the reply, which is read here."""

for _name in ("requests_oauthlib", "oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)  # their debug log is of headers and tokens


def signed_in(base_url: str, credentials: tuple[str, str], *, timeout_s: tuple[float, float]) -> OAuth2Session:
    """Fetch a token, once and without retries, and return a session that carries it.

    Args:
        base_url: Scheme and host.
        credentials: Client id and client secret.
        timeout_s: For the connection and for each read.

    Raises:
        SourceRefusedError: The credentials are refused; the message says what to do.
        SourceRequestError: RTE calls the request wrong.
        SourceReplyError: The reply is not what OAuth2 says.
        SourceUnavailableError: There is no proper answer.
    """
    client_id, client_secret = credentials
    session = OAuth2Session(client=BackendApplicationClient(client_id=client_id))
    bound(session)
    session.hooks["response"].append(_remember_tokens)
    where = f"{base_url}{TOKEN_PATH}"
    received: list[Token] = []

    def take(reply: requests.Response) -> requests.Response:
        _raise_for(reply, base_url)
        received.append(read_token(reply.content, where))
        reply._content = _PLAIN  # noqa: SLF001 - the library takes the shape of a reply for granted
        return reply

    session.register_compliance_hook("access_token_response", take)
    with reaching(base_url, "RTE_BASE_URL"):
        session.fetch_token(where, auth=_basic(client_id, client_secret), timeout=timeout_s)
    session.token = _usable(received[-1])
    return session


def explanation(body: bytes) -> str:
    """Return what RTE says of an error: its code and sentence, where the body is RTE's own JSON.

    Example:
        >>> explanation(b'{"error": "F07", "error_description": "Bad type."}'), explanation(b"<html>")
        ('F07, Bad type.', '')
    """
    return ", ".join(json_fields(body, "error", "error_description"))


def _usable(token: Token) -> dict[str, Any]:
    """Return a token as the session needs it, ending a little early; one that says no end is used until a 401."""
    usable: dict[str, Any] = {"access_token": token.access, "token_type": "Bearer"}
    if token.lifetime_s is None:
        return usable
    return usable | {"expires_at": time.time() + token.lifetime_s - min(_MARGIN_S, 0.1 * token.lifetime_s)}


def _raise_for(reply: requests.Response, base_url: str) -> None:
    """Raise what a status means, before the OAuth library loses it; `invalid_client` comes with 400 too."""
    refused = (requests.codes.unauthorized, requests.codes.forbidden)
    if reply.status_code in refused or json_fields(reply.content, "error") in _REFUSALS:
        raise _refused(base_url)
    error = error_of(reply, explanation(reply.content), {})
    if isinstance(error, SourceRequestError):
        raise SourceRequestError(f"{str(error).removesuffix('.')}; check {_VARIABLES} and RTE_BASE_URL.")
    if error:
        raise error


def _basic(client_id: str, client_secret: str) -> HTTPBasicAuth:
    """Return the credentials as a header takes them: in Latin-1, as the HTTP library does, else in UTF-8."""
    pair = client_id, client_secret
    try:
        return HTTPBasicAuth(*(each.encode("latin-1") for each in pair))
    except UnicodeEncodeError:
        return HTTPBasicAuth(*(each.encode() for each in pair))


def _refused(base_url: str) -> SourceRefusedError:
    return SourceRefusedError(
        f"{base_url}{TOKEN_PATH} refuses the credentials: check {_VARIABLES} "
        "against your application on data.rte-france.com."
    )


def _remember_tokens(reply: requests.Response, *_: Any, **__: Any) -> None:
    """Let every message lose the tokens of a reply, before anything is said of it."""
    if requests.compat.urlsplit(reply.url).path == TOKEN_PATH:
        remember(*_TOKENS.findall(reply.text))
