"""OAuth2 of the simulator: client credentials in, bearer tokens out and back.

Here: reading HTTP Basic, issuing and checking tokens. Not here: HTTP replies (`app`). Nothing here is secret.

A token carries its own expiry, signed with a fixed key, so that a simulator which was restarted still knows
the tokens it gave out, as RTE would.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time

_KEY = b"the simulator's key: it protects nothing"


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Return client id and secret of an `Authorization: Basic` header; None where there are none.

    Args:
        header: The value of the header, possibly empty.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (client_id, secret) if client_id and secret else None


def issue(lifetime_s: int) -> str:
    """Return a new token.

    Args:
        lifetime_s: Seconds from now after which it is refused; zero or less for a stillborn one.
    """
    content = f"{int(time.time()) + lifetime_s}.{secrets.token_hex(8)}"
    return f"{content}.{_signature(content)}"


def is_valid(header: str) -> bool:
    """Tell whether an `Authorization: Bearer` header carries a token of ours that has not expired.

    Args:
        header: The value of the header, possibly empty.
    """
    scheme, _, token = header.partition(" ")
    content, _, signature = token.rpartition(".")
    if scheme.lower() != "bearer" or not hmac.compare_digest(signature.encode(), _signature(content).encode()):
        return False
    return time.time() < int(content.partition(".")[0])


def _signature(content: str) -> str:
    return hmac.new(_KEY, content.encode(), hashlib.sha256).hexdigest()
