"""Which web pages a server answers: its own, and no page of another origin.

A browser sends requests for any page that it shows, also to servers that listen on loopback alone. Three headers
that a page cannot forge tell them apart: `Host` (by which name the page reached us; a foreign name that leads to
our address is DNS rebinding), `Origin` and `Sec-Fetch-Site` (which page asks).

Here: one layer for HTTP and websockets. Not here: who the caller is (`password`, and the JSON API's key); clients
that are no browser send none of these headers but `Host`, and pass.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from elec_pipeline.serving.refusal import refuse
from elec_pipeline.settings_values import ANY_ORIGIN

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?", re.IGNORECASE | re.ASCII)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_CHANGE_NOTHING = frozenset({"GET", "HEAD"})
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Sent with every answer: no other page may show ours in a frame and have it clicked, nor hold its window."""


class Origins:
    """Refuses requests that a page of another origin sent, or that reached us by a foreign name.

    Args:
        app: What is protected.
        names: Names besides `localhost` by which the server may be reached, on whatever port.
        hosts: The same, with the port where it is not the scheme's own; their pages are the server's own pages,
            although a proxy may call us by another name.
        origins: Web origins of others that may call; `*`: every page may.
        other_ports: Whether pages on other ports of the same host may call.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        names: Collection[str] = (),
        hosts: Collection[str] = (),
        origins: Collection[str] = (),
        other_ports: bool = False,
    ) -> None:
        self._app = app
        self._hosts = frozenset(each.lower() for each in hosts if each)
        self._names = frozenset({"localhost", *(split_host(each)[0] for each in (*self._hosts, *names))}) - {""}
        self._origins = frozenset(origins)
        self._other_ports = other_ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with 403."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.append(name, value)
            await send(message)

        reason = self._reason_to_refuse(scope)
        if reason:
            await refuse(PlainTextResponse(reason, 403), scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _reason_to_refuse(self, scope: Scope) -> str:
        """Return why a request is refused; empty where it is not."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        foreign = next((each for each in hosts if not self._is_our_name(each, scope)), None)
        if foreign is not None:
            return (
                f"{foreign[:100]!r} is no name of this server: open it as localhost or by its address, or put the "
                "name into ELEC_ALLOWED_HOSTS."
            )
        if scope.get("method") == "OPTIONS":
            return ""  # a preflight changes nothing; what the application answers decides
        if origins:
            is_ours = all(self._is_our_page(each, hosts) for each in origins)
            return "" if is_ours else "Pages of another origin may not use this server."
        if self._is_from_another_page(headers, scope):
            return "Pages of another site may not use this server; links to it work."
        return ""

    def _is_our_name(self, host: str, scope: Scope) -> bool:
        name, _ = split_host(host)
        if name in self._names:
            return True
        address = _address(name)
        if address is None:
            return False
        # A page cannot make an address lead elsewhere, as it can with a name. On loopback we are still strict.
        return address.is_loopback or address.is_unspecified or not _came_by_loopback(scope)

    def _is_our_page(self, origin: str, hosts: list[str]) -> bool:
        if ANY_ORIGIN in self._origins or origin in self._origins or _netloc(origin) in self._hosts:
            return True
        is_own = is_same_host if self._other_ports else is_same_origin
        return bool(hosts) and all(is_own(origin, host) for host in hosts)

    def _is_from_another_page(self, headers: Headers, scope: Scope) -> bool:
        """Tell whether a browser says that another site's page asks; links that a person follows are not meant."""
        site = headers.get("sec-fetch-site", "none")
        changes_nothing = scope.get("method") in _CHANGE_NOTHING
        if site in {"none", "same-origin"} or (site == "same-site" and self._other_ports and changes_nothing):
            return False
        is_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return not (is_link and changes_nothing)


def is_same_host(origin: str, host: str) -> bool:
    """Tell whether an origin lies on the host of a request, on whatever port.

    Example:
        >>> is_same_host("http://127.0.0.1:3000", "127.0.0.1:8000"), is_same_host("https://a.example", "b.example")
        (True, False)
    """
    there, here = split_host(_netloc(origin))[0], split_host(host)[0]
    return bool(here) and there == here


def is_same_origin(origin: str, host: str) -> bool:
    """Tell whether an origin lies on the host and port of a request.

    The scheme is not compared: behind a proxy with HTTPS the request comes to us without.

    Example:
        >>> is_same_origin("http://localhost:3000", "localhost:3000"), is_same_origin("null", "localhost:3000")
        (True, False)
        >>> is_same_origin("http://localhost:8501", "localhost:3000")
        False
        >>> is_same_origin("https://elec.example", "elec.example:443")
        True
    """
    default = _DEFAULT_PORTS.get(origin.partition(":")[0].lower(), "")
    (there, port), (here, own_port) = split_host(_netloc(origin)), split_host(host)
    return bool(here) and (there, port or default) == (here, own_port or default)


def split_host(host: str) -> tuple[str, str]:
    """Return name and port of a `Host` header; empty where it is none, and the port where it is not given.

    Example:
        >>> split_host("LocalHost:3000"), split_host("[::1]"), split_host("user@localhost")
        (('localhost', '3000'), ('[::1]', ''), ('', ''))
    """
    match = _HOST.fullmatch(host)
    return (match[1].lower(), match[2] or "") if match else ("", "")


def _netloc(origin: str) -> str:
    """Return host and port of an origin; empty where it has none, as `null` has."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # such as an unfinished IPv6 address
        return ""


def _came_by_loopback(scope: Scope) -> bool:
    """Tell whether a request came over the loopback interface, or over one that is not known."""
    server = scope.get("server")
    address = _address(server[0]) if server else None
    return address is None or address.is_loopback


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a host is, if it is one and no name."""
    try:
        address = ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
