"""Sessions whose every reply ends: by a deadline for the whole of it, and by a size that it may have.

Here: how bytes are received. Not here: what a reply means (`http`), and retries (`retries`).

A time-out of `requests` holds for one `recv`: a source that sends a byte now and then keeps a request for ever, in
the headers as in the body. Here each `recv` may take only what is left until the deadline. A body is unpacked by
ourselves and step by step, so that memory is bounded whatever a reply unpacks to, with every version of urllib3.
"""

from __future__ import annotations

import io
import socket
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from elec_pipeline.errors import SourceRequestError, SourceUnavailableError

WHOLE_REPLY_S = 120.0
"""For connection, headers and body together: twice the longest silence that is waited for. 31 days take a source
seconds, and six tries of this length still end within a quarter of an hour."""
LARGEST_REPLY_BYTES = 16 * 1024 * 1024
"""After unpacking: ten times the largest legitimate reply. 31 days are 1.5 MB of RTE's API with all four types,
0.5 MB of the open data, and 0.4 MB of Open-Meteo (22 cities, two series), measured with the simulator."""
_TICK_S = 0.01
"""By which a time-out of the system may come early."""
_PACKED_CHUNK = 16 * 1024
_UNPACKED_CHUNK = 256 * 1024
_CODING = "gzip"
"""What we ask for, and all that we unpack."""

_deadline: ContextVar[float] = ContextVar("deadline")
"""Of the reply that is being received, by `time.monotonic`."""


class ReplyTooLateError(TimeoutError):
    """The deadline for a whole reply is over."""


class _Paced(io.RawIOBase):
    """The bytes of a socket; a read may take until the deadline, and no longer than the socket's own time-out."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        # As http.client does it: the socket stays open until its last file is closed.
        self._bytes = connected.makefile("rb", buffering=0)
        self._deadline = _deadline.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise ReplyTooLateError
        patience_s = self._socket.gettimeout()
        self._socket.settimeout(left_s if patience_s is None else min(left_s, patience_s))
        try:
            return self._bytes.readinto(buffer)
        finally:
            self._socket.settimeout(patience_s)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _PacedSocket:
    """As much of a socket as an HTTP reply asks for."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Paced(self._socket))


class _PacedReply(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(_PacedSocket(sock), *args, **kwargs)  # type: ignore[arg-type]


class _Connection(HTTPConnection):
    response_class = _PacedReply


class _SecureConnection(HTTPSConnection):
    response_class = _PacedReply


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class BoundedAdapter(HTTPAdapter):
    """Receives whole replies within a time and a size, and follows no redirect to another host.

    Args:
        within_s: Seconds for connection, headers and body.
        at_most: Bytes of the body after unpacking.
    """

    def __init__(self, within_s: float = WHOLE_REPLY_S, at_most: int = LARGEST_REPLY_BYTES) -> None:
        self._within_s = within_s
        self._at_most = at_most
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections; requests calls this."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pools of connections through a proxy; requests calls this."""
        manager = super().proxy_manager_for(*args, **kwargs)
        if isinstance(manager, ProxyManager):  # a SOCKS proxy has connections of its own, and must keep them
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and receive the whole reply.

        Raises:
            SourceUnavailableError: The reply takes too long, is too large, or cannot be unpacked.
            SourceRequestError: It leads to another host.
            requests.RequestException: The source cannot be reached, or the reply breaks off.
        """
        where = origin(request.url or "")
        request.headers["Accept-Encoding"] = _CODING
        with _until(time.monotonic() + self._within_s) as deadline:
            try:
                reply = super().send(request, *args, **(kwargs | {"stream": True}))
                try:
                    _refuse_other_host(reply, where)
                    reply._content = b"".join(self._unpacked(reply, where))  # noqa: SLF001 - as `content` does
                    reply._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
                finally:
                    reply.close()  # where it was not received as a whole; else the connection is kept
            except (OSError, HTTPError) as error:  # of requests, of urllib3, and of the system
                if time.monotonic() >= deadline - _TICK_S:
                    raise SourceUnavailableError(
                        f"{where} did not send its whole reply within {self._within_s:g} s."
                    ) from None
                if isinstance(error, requests.RequestException):
                    raise
                raise requests.ConnectionError(f"the reply broke off ({type(error).__name__})") from None
        return reply

    def _unpacked(self, reply: requests.Response, where: str) -> Iterator[bytes]:
        received = 0
        for chunk in _unpack(_packed(reply), reply.headers, where):
            received += len(chunk)
            if received > self._at_most:
                raise SourceUnavailableError(
                    f"{where} sent more than {self._at_most / 1024**2:g} MB, more than any reply should have."
                )
            yield chunk


def bound(session: requests.Session, within_s: float = WHOLE_REPLY_S, at_most: int = LARGEST_REPLY_BYTES) -> None:
    """Let a session receive only replies that end, see `BoundedAdapter`."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter(within_s, at_most))


def origin(url: str) -> str:
    """Return scheme, host and port of a URL, without a user's name or password.

    Example:
        >>> origin("https://ada:secret@data.example:8443/path?query")
        'https://data.example:8443'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


@contextmanager
def _until(deadline: float) -> Iterator[float]:
    token = _deadline.set(deadline)
    try:
        yield deadline
    finally:
        _deadline.reset(token)


def _refuse_other_host(reply: requests.Response, where: str) -> None:
    """Raise where a reply leads elsewhere: credentials, and whoever answers for a source, stay at its host."""
    if not reply.is_redirect:
        return
    source = urlsplit(where)
    try:
        target = urlsplit(requests.compat.urljoin(reply.url, reply.headers["Location"]))
        is_upgrade = (source.scheme, target.scheme) == ("http", "https") and not (source.port or target.port)
        same = is_upgrade or (target.scheme, target.port) == (source.scheme, source.port)
        host = target.hostname
    except ValueError:  # no address at all
        same, host = False, None
    if not same or host != source.hostname:
        raise SourceRequestError(
            f"{where} leads to another host ({host}), which is not followed: check the host in the settings."
        )


def _packed(reply: requests.Response) -> Iterator[bytes]:
    while chunk := reply.raw.read(_PACKED_CHUNK, decode_content=False):
        if time.monotonic() > _deadline.get():
            raise ReplyTooLateError
        yield chunk


def _unpack(chunks: Iterator[bytes], headers: Mapping[str, str], where: str) -> Iterator[bytes]:
    """Unpack a body, never more than a chunk at once.

    Raises:
        SourceUnavailableError: It is packed in a way not asked for, or broken.
    """
    coding = headers.get("Content-Encoding", "identity").strip().lower()
    if coding in ("", "identity"):
        yield from chunks
        return
    if coding not in ("gzip", "x-gzip", "deflate"):  # the last: some servers send it unasked
        raise SourceUnavailableError(f"{where} packed its reply in a way that was not asked for.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # tells gzip from deflate by itself
    try:
        for chunk in chunks:
            rest = chunk
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _UNPACKED_CHUNK)
                rest = unpacker.unconsumed_tail
        while not unpacker.eof and (more := unpacker.decompress(unpacker.unconsumed_tail, _UNPACKED_CHUNK)):
            yield more
    except zlib.error:
        raise SourceUnavailableError(f"{where} sent a reply that cannot be unpacked.") from None
