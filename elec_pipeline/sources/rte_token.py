"""RTE's OAuth2: client id and secret in, a session that carries a token out.

Here: the token request, and what its replies mean. Not here: requests with a token (`rte`). The library's own
errors quote the source, and its debug log shows headers and tokens: neither gets past this module.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import requests
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError, OAuth2Error
from requests_oauthlib import OAuth2Session

from elec_pipeline.errors import SourceRefusedError, SourceUnavailableError
from elec_pipeline.redaction import remember
from elec_pipeline.sources.bounded import bound
from elec_pipeline.sources.http import error_of, json_fields, quote, reaching

TOKEN_PATH = "/token/oauth/"  # noqa: S105 - a path, not a secret
_MARGIN_S = 60
"""A token that ends during a request is a failed request: it is not used for the last of its seconds."""
_TOKENS = re.compile(r"(?:access|refresh|id)_token[\"']?\s*[:=]\s*[\"']?([^\"'&,\s}]+)")
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")

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
        SourceUnavailableError: There is no proper answer.
    """
    client_id, client_secret = credentials
    session = OAuth2Session(client=BackendApplicationClient(client_id=client_id))
    bound(session)
    session.hooks["response"].append(_remember_tokens)
    session.register_compliance_hook("access_token_response", lambda reply: _checked(reply, base_url))
    where = f"{base_url}{TOKEN_PATH}"
    with reaching(base_url, "RTE_BASE_URL"):
        try:
            token = session.fetch_token(where, client_id=client_id, client_secret=client_secret, timeout=timeout_s)
            session.token = _usable(token)
        except InvalidClientError:
            raise _refused(base_url) from None
        except OAuth2Error as error:
            raise SourceUnavailableError(f"{where} gave no token: {quote(str(error.error))}.") from None
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError, Warning) as error:
            if isinstance(error, requests.RequestException):
                raise
            # The library takes the shape of a reply for granted.
            raise SourceUnavailableError(
                f"{where} gave no token: its reply is not of the expected shape ({type(error).__name__})."
            ) from None
    return session


def explanation(body: bytes) -> str:
    """Return what RTE says of an error: its code and sentence, where the body is RTE's own JSON.

    Example:
        >>> explanation(b'{"error": "F07", "error_description": "Bad type."}'), explanation(b"<html>")
        ('F07, Bad type.', '')
    """
    return ", ".join(json_fields(body, "error", "error_description"))


def _usable(token: dict[str, Any]) -> dict[str, Any]:
    """Return a token as the session needs it, ending a little early; one that says no end is used until a 401."""
    access = token["access_token"]
    if not isinstance(access, str) or not _HEADER_SAFE.fullmatch(access):
        raise TypeError("access_token")
    if str(token.get("token_type", "Bearer")).lower() != "bearer":
        raise ValueError("token_type")
    usable = {"access_token": access, "token_type": "Bearer"}
    lifetime_s = token.get("expires_in")
    if lifetime_s is None:
        return usable
    return usable | {"expires_at": time.time() + lifetime_s - min(_MARGIN_S, 0.1 * lifetime_s)}


def _checked(reply: requests.Response, base_url: str) -> requests.Response:
    """Keep the status that the OAuth library would lose."""
    refused = (requests.codes.unauthorized, requests.codes.forbidden)
    if reply.status_code in refused or json_fields(reply.content, "error") == ["invalid_client"]:
        raise _refused(base_url)
    if error := error_of(reply, explanation(reply.content), {}):
        raise error
    return reply


def _refused(base_url: str) -> SourceRefusedError:
    return SourceRefusedError(
        f"{base_url}{TOKEN_PATH} refuses the credentials: check RTE_CLIENT_ID and RTE_CLIENT_SECRET "
        "against your application on data.rte-france.com."
    )


def _remember_tokens(reply: requests.Response, *_: Any, **__: Any) -> None:
    """Let every message lose the tokens of a reply, before anything is said of it."""
    if requests.compat.urlsplit(reply.url).path == TOKEN_PATH:
        remember(*_TOKENS.findall(reply.text))
