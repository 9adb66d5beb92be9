"""Reading of RTE's token replies.

Here: bytes to a token; pure. Not here: the request (`rte_token`). No message quotes a body: it may hold a token.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from elec_pipeline.errors import SourceReplyError
from elec_pipeline.sources.http import json_of
from elec_pipeline.sources.values import number_of

LONGEST_S = 86_400.0
"""No token is used for longer, whatever a reply says; RTE's last two hours."""
_HEADER_SAFE = re.compile(r"[\x21-\x7e]{1,8192}")


@dataclass(frozen=True)
class Token:
    """What a session needs of a token reply.

    Attributes:
        access: The token.
        lifetime_s: Seconds that it is good for; None where the reply does not say: until the source answers 401.
    """

    access: str
    lifetime_s: float | None

    def __repr__(self) -> str:
        return f"Token(***, {self.lifetime_s} s)"


def read_token(body: bytes, where: str) -> Token:
    """Read a reply of 200 to a token request (RFC 6749, section 5.1).

    Args:
        body: The reply as it came.
        where: The address asked, for the message.

    Raises:
        SourceReplyError: The body is no JSON object with an `access_token` that a header can carry, the token is
            of another type than Bearer, or `expires_in` is there and no number of seconds from 0.

    Example:
        >>> read_token(b'{"access_token": "abc", "token_type": "Bearer"}', "here").lifetime_s is None
        True
        >>> read_token(b'{"access_token": "abc", "expires_in": "7199"}', "here").lifetime_s
        7199.0
    """
    try:
        reply = json_of(body)
    except ValueError:
        raise _malformed(where, "it is no JSON") from None
    if not isinstance(reply, dict):
        raise _malformed(where, "it is no JSON object")
    access = reply.get("access_token")
    if not isinstance(access, str) or not _HEADER_SAFE.fullmatch(access):
        raise _malformed(where, "it has no access_token that a header can carry")
    kind = reply.get("token_type", "Bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _malformed(where, "its token_type is not Bearer")
    return Token(access, _lifetime_s(reply.get("expires_in"), where))


def _lifetime_s(given: object, where: str) -> float | None:
    if given is None:
        return None
    if isinstance(given, int) and not isinstance(given, bool) and given > LONGEST_S:
        return LONGEST_S  # however many digits it has
    seconds = number_of(given)
    if seconds is None or math.isnan(seconds) or seconds < 0:
        raise _malformed(where, "its expires_in is no number of seconds")
    return min(seconds, LONGEST_S)


def _malformed(where: str, why: str) -> SourceReplyError:
    return SourceReplyError(f"{where} gave no token: its reply is not of the expected shape ({why}).")
