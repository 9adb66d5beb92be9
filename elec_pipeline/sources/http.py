"""What every client of a source does with HTTP: ask, and turn a status into one of our errors.

Here: the one rule by which a status becomes an error, and quoting of what a source says. Not here: how bytes are
received (`bounded`), retries (`retries`), and what a source's own bodies mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

from elec_pipeline.errors import SourceError, SourceRefusedError, SourceRequestError, SourceUnavailableError
from elec_pipeline.redaction import scrub
from elec_pipeline.sources.bounded import bound, origin
from elec_pipeline.sources.retries import retry_after_seconds

_LONGEST_QUOTE = 300
_LONGEST_OPENING = 60


def new_session() -> requests.Session:
    """Return a session whose every reply ends, see `bounded`."""
    session = requests.Session()
    bound(session)
    return session


@contextmanager
def reaching(base_url: str, setting: str) -> Iterator[None]:
    """Turn failures to reach a source into ours.

    Args:
        base_url: Scheme and host, for the message.
        setting: The environment variable that holds it.

    Raises:
        SourceUnavailableError: Nobody answers, or the reply breaks off.
    """
    try:
        yield
    except requests.RequestException as error:
        # What it says may hold the request; its kind says enough.
        raise SourceUnavailableError(
            f"{base_url} cannot be reached ({type(error).__name__}); check {setting} and the network."
        ) from None


def get(
    session: requests.Session, url: str, query: Mapping[str, str], *, timeout_s: tuple[float, float], setting: str
) -> requests.Response:
    """Ask a source.

    Args:
        session: From `new_session`, or one bound in the same way.
        url: Without a query.
        query: Parameters.
        timeout_s: For the connection and for each read.
        setting: The environment variable that holds the host.

    Raises:
        SourceUnavailableError: Nobody answers, the reply breaks off, takes too long or is too large.
        SourceRequestError: It leads to another host.
    """
    with reaching(origin(url), setting):
        return session.get(url, params=dict(query), timeout=timeout_s)


def error_of(reply: requests.Response, said: str, advice: Mapping[int, str]) -> SourceError | None:
    """Return what a status means; None where the reply is a success.

    Args:
        reply: The reply.
        said: What the source says of the error, empty where it says nothing.
        advice: What the user can do, by status; 401 and 403 are there.

    Returns:
        `SourceRefusedError` for 401 and 403; `SourceUnavailableError` for 429 and 5xx, with the wait that the
        source asks for; `SourceRequestError` for any other that is no success.
    """
    if reply.status_code < requests.codes.multiple_choices:
        return None
    error = _error_of(reply, said, advice)
    error.status = reply.status_code
    return error


def _error_of(reply: requests.Response, said: str, advice: Mapping[int, str]) -> SourceError:
    status = reply.status_code
    url = requests.compat.urlsplit(reply.url)
    sentence = f"{origin(reply.url)}{url.path} answered {status}"
    if quoted := quote(said).rstrip("."):
        sentence += f": {quoted}"
    if status in (requests.codes.unauthorized, requests.codes.forbidden):
        return SourceRefusedError(f"{sentence}; {advice[status]}.")
    if status == requests.codes.too_many_requests or status >= requests.codes.server_error:
        passing = SourceUnavailableError(f"{sentence}.")
        passing.retry_after_s = retry_after_seconds(reply.headers.get("Retry-After"))
        return passing
    return SourceRequestError(f"{sentence}.")


def quote(said: str) -> str:
    r"""Return a source's words for a message: on one line, without our secrets, no longer than a paragraph.

    Characters that no terminal and no table takes, such as NUL and half a surrogate pair, become a question mark.

    Example:
        >>> quote("Too many\n requests.")
        'Too many requests.'
        >>> quote("\ud83d\x00 busy")
        '?? busy'
    """
    line = " ".join(scrub(said).split())
    return _shortened("".join(char if char.isprintable() else "?" for char in line), _LONGEST_QUOTE)


def opening(body: bytes) -> str:
    """Return how a body begins, for a message. Secrets go first: the cut could leave a part of one."""
    return repr(_shortened(scrub(body[:4096].decode("utf-8", errors="replace")), _LONGEST_OPENING))


def json_of(body: bytes) -> Any:
    """Return the JSON of a body, which may begin with a byte-order mark.

    Raises:
        ValueError: It is none, or nested as deeply as only malice nests.
    """
    try:
        return json.loads(body.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def json_fields(body: bytes, *names: str) -> list[str]:
    """Return some texts of a JSON object; none where the body is no such object.

    Example:
        >>> json_fields(b'{"error": "F07", "message": null}', "error", "message")
        ['F07']
    """
    try:
        found = json_of(body)
    except ValueError:
        return []
    if not isinstance(found, dict):
        return []
    return [str(found[name]) for name in names if found.get(name)]


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
