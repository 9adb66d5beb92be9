"""HTTP and web socket connections with limits, as classes that uvicorn takes.

Here: what a connection is doing at each moment, and how large its headers may be. Not here: which connection is
closed, and when (`forecasting.lifecycle.registry`).

uvicorn itself has one time-out, between two requests, and any byte ends it; its parser holds headers of any size.
"""

from __future__ import annotations

import asyncio
from enum import IntEnum
from http import HTTPStatus
from math import inf

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from elec_pipeline.serving.registry import Connection, Registry, State


class _Phase(IntEnum):
    """What a connection is waiting for; the first three are also what of a request is read next."""

    START = 0
    HEADERS = 1
    BODY = 2
    ANSWER = 3
    SENDING = 4


class HeadersTooLargeError(Exception):
    """The headers of a request are too many or too large; the parser stops there."""


class LimitedHttp(HttpToolsProtocol):
    """An HTTP connection; `with_registry` makes the class that a server takes."""

    registry: Registry

    _connection: Connection | None = None
    _reading = _Phase.HEADERS  # a new connection has to come up with a request, as if one had begun
    _phase = _Phase.HEADERS
    _was_answered = False
    _has_begun = False
    _unparsed = 0
    """Bytes since the last part of a request that was complete, without those of the piece that completed it."""
    _piece = 0
    """Bytes that came last."""
    _at_most = 0
    """Bytes of a request so far, and of what came in one piece with its first."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, or refuse it."""
        super().connection_made(transport)
        self.url, self.headers = b"", []  # not there before a request begins, and blank lines or noise begin none
        self._connection = self.registry.enter(transport, self._expire, self.loop)
        if self._connection is None:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.registry.leave(self.transport)
        self._connection = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        self._has_begun = True
        self._piece = len(data)
        self._unparsed += self._piece
        self._at_most += self._piece
        before = self._reading
        super().data_received(data)
        if self._unparsed > self.registry.limits.header_bytes and self._reading is before:
            if not self.transport.is_closing():
                self._refuse(self._too_large())
        else:
            self._settle()

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        super().on_message_begin()
        self._at_most = self._piece
        self._reading = _Phase.HEADERS

    def on_headers_complete(self) -> None:
        """Check the headers, which may have come all at once, before anybody answers them."""
        if self._are_headers_too_large():
            raise HeadersTooLargeError
        self._reading = _Phase.BODY
        self._unparsed = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body, whose size is the application's affair."""
        super().on_body(body)
        self._unparsed = 0

    def on_message_complete(self) -> None:
        """Note that a request is complete."""
        super().on_message_complete()
        self._reading = _Phase.START
        self._unparsed = 0

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._was_answered = True
        super().on_response_complete()
        self._unset_keepalive_if_required()  # that clock knows one time for all; ours runs in the registry
        self._settle()

    def pause_writing(self) -> None:
        """Wait for the client to take what was sent."""
        super().pause_writing()
        self._settle()

    def resume_writing(self) -> None:
        """Go on where the client has taken enough."""
        super().resume_writing()
        self._settle()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to a web socket, which pings its client itself."""
        if self._connection is not None:
            self.registry.change(self._connection, State.UPGRADED, self.loop.time(), inf)
            self._connection = None
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed, or was too large to be."""
        if self._reading is _Phase.HEADERS and self._are_headers_too_large():
            self._refuse(self._too_large())
        elif self._is_answer_begun():
            self.transport.abort()
        else:
            super().send_400_response(msg)

    def _settle(self) -> None:
        """Tell the registry what the connection is waiting for, where that has changed."""
        connection, phase = self._connection, self._phase_now()
        if connection is None or phase is self._phase:
            return
        self._phase = phase
        now, limits = self.loop.time(), self.registry.limits
        if phase is _Phase.ANSWER:
            state, deadline = State.ANSWERING, inf
        elif phase is _Phase.SENDING:
            state, deadline = State.SENDING, inf
        else:
            state = State.BETWEEN if self._was_answered else State.UNSERVED
            deadline = now + (limits.idle_s, limits.header_s, limits.body_s)[phase]
        self.registry.change(connection, state, now, deadline)

    def _phase_now(self) -> _Phase:
        if self.flow.write_paused:
            return _Phase.SENDING
        if self._is_answering() and (self.pipeline or self._reading is not _Phase.BODY):
            return _Phase.ANSWER
        return self._reading

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = (
            self.cycle
        )  # uvicorn's annotation leaves out that there is none at first
        return cycle is not None and not cycle.response_complete

    def _is_answer_begun(self) -> bool:
        """Tell whether words of ours would come out in the middle of an answer, or before one that is due."""
        return self._is_answering() and (
            self.cycle.response_started or bool(self.pipeline) or self._reading is not _Phase.BODY
        )

    def _are_headers_too_large(self) -> bool:
        limits = self.registry.limits
        if self._at_most <= limits.header_bytes and len(self.headers) <= limits.header_count:
            return False  # what almost every request is: not worth an exact count
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        return size > limits.header_bytes or len(self.headers) > limits.header_count

    def _too_large(self) -> HTTPStatus:
        if len(self.url) > self.registry.limits.header_bytes:
            return HTTPStatus.REQUEST_URI_TOO_LONG
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def _expire(self) -> None:
        """Close the connection whose client has taken too long; with a word where it has begun a request."""
        if self._has_begun and self._reading is not _Phase.START:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer in the server's place and close."""
        if self._is_answer_begun():
            self.transport.abort()
            return
        text = status.description.encode() or status.phrase.encode()
        head = [
            STATUS_LINE[status],
            b"content-type: text/plain; charset=utf-8\r\n",
            b"content-length: %d\r\n" % len(text),
            b"connection: close\r\n\r\n",
        ]
        self.transport.write(b"".join(head) + text)
        self.transport.close()


class LimitedWebSocket(WebSocketsSansIOProtocol):
    """A web socket, counted until it is closed."""

    registry: Registry

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.registry.leave(self.transport)
        super().connection_lost(exc)


def with_registry(registry: Registry) -> tuple[type[LimitedHttp], type[LimitedWebSocket]]:
    """Return the protocols of one server: uvicorn makes them itself and hands them nothing of ours."""

    class Http(LimitedHttp):
        pass

    class WebSocket(LimitedWebSocket):
        pass

    Http.registry = registry
    WebSocket.registry = registry
    return Http, WebSocket
