"""The open connections of one process: how many there may be, which one has to go, which have had their time.

Here: counting, choosing, one sweep for every time-out. Not here: what a connection is doing (`connections`).

A full server does not refuse a newcomer as long as it can close a connection that waits for its client: an
attacker who holds connections from the same address as an honest client must not lock that address out.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from math import inf

_LOG = logging.getLogger(__name__)
SWEEP_S = 0.25
BATCH, BATCH_S = 8, 0.02
"""A crowd that came at once is out of time at once, and ending a request costs a millisecond. So many connections
are closed before others get their turn, and the next ones so many seconds later."""
REPORT_S = 60.0
GRACE_S = 0.5
"""A connection this young and without a request yet is more likely on its way than idle."""
LOCAL = "local"
_IPV6_NETWORK = 64


@dataclass(frozen=True)
class ConnectionLimits:
    """How much a client may hold, and for how long.

    Attributes:
        connections: Open at once, of all clients; fewer where the process may open few files.
        per_client: Open at once, of one client: an IPv4 address, or a network /64 of IPv6.
        header_bytes: Of a request line with its headers, or of the trailers of a chunked body.
        header_count: Headers of a request.
        header_s: From the opening of a connection, or the first byte of a later request, until its headers are
            complete, seconds.
        body_s: From there until the body is complete, seconds.
        idle_s: Between an answer and the next request, seconds.
        send_s: For how long a client may take nothing of an answer, seconds.
    """

    connections: int = 1024
    per_client: int = 768
    header_bytes: int = 32 * 2**10
    header_count: int = 100
    header_s: float = 10.0
    body_s: float = 20.0
    idle_s: float = 5.0
    send_s: float = 20.0


class State(IntEnum):
    """What a connection is doing."""

    UNSERVED = 0
    """It has had no answer yet, and its request is not complete."""
    BETWEEN = 1
    """It has had answers; the next request is not complete."""
    SENDING = 2
    """The client does not take what is sent."""
    UPGRADED = 3
    """A web socket."""
    ANSWERING = 4
    """The server's turn: never closed for another one."""


@dataclass(eq=False, slots=True)
class Connection:
    """An open connection.

    Attributes:
        transport: Its socket.
        client: Whom it counts for.
        expire: Closes it politely once its deadline has passed.
        state: What it is doing.
        since: For how long, on the loop's clock.
        deadline: When it has to be done, on the loop's clock.
        unsent: Bytes that waited for the client at the last sweep.
        moved: When their number last changed, on the loop's clock.
    """

    transport: asyncio.Transport
    client: str
    expire: Callable[[], None]
    state: State
    since: float
    deadline: float
    unsent: int = 0
    moved: float = 0.0


_Group = dict[Connection, None]
"""Connections in one state, the one that is longest in it first."""


class Registry:
    """The open connections of one server.

    Args:
        limits: How many there may be, and for how long.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._all: dict[asyncio.BaseTransport, Connection] = {}
        self._clients: dict[str, list[_Group]] = {}
        self._closed: Counter[str] = Counter()
        self._reported = -inf
        self._sweeping: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._all)

    def enter(
        self, transport: asyncio.Transport, expire: Callable[[], None], loop: asyncio.AbstractEventLoop
    ) -> Connection | None:
        """Count a new connection, closing another one where there are too many; None where none can be closed."""
        now = loop.time()
        client = client_of(transport.get_extra_info("peername"))
        if not self._make_room(client, now):
            self._closed["refused"] += 1
            return None
        connection = Connection(transport, client, expire, State.UNSERVED, now, now + self.limits.header_s)
        self._all[transport] = connection
        self._groups(client)[State.UNSERVED][connection] = None
        if self._sweeping is None:
            self._sweeping = loop.call_later(SWEEP_S, self._sweep, loop)
        return connection

    def change(self, connection: Connection, state: State, now: float, deadline: float) -> None:
        """Note what a connection does from now on, and until when it has to be done."""
        connection.deadline = deadline
        if state is connection.state or connection.transport not in self._all:
            return
        groups = self._clients[connection.client]
        del groups[connection.state][connection]
        groups[state][connection] = None
        connection.state, connection.since = state, now

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """Forget a connection that is closed."""
        connection = self._all.pop(transport, None)
        if connection is None:
            return
        groups = self._clients[connection.client]
        del groups[connection.state][connection]
        if not any(groups):
            del self._clients[connection.client]

    def _groups(self, client: str) -> list[_Group]:
        return self._clients.setdefault(client, [{} for _ in State])

    def _make_room(self, client: str, now: float) -> bool:
        own = self._clients.get(client)
        if own is not None and sum(map(len, own)) >= self.limits.per_client:
            return self._close_one(own, now)
        if len(self._all) >= self.limits.connections:
            return self._close_one(max(self._clients.values(), key=_closable), now)
        return True

    def _close_one(self, groups: list[_Group], now: float) -> bool:
        connection = _longest_waiting(groups, now)
        if connection is None:
            return False
        self._close(connection, "closed for newcomers")
        return True

    def _close(self, connection: Connection, why: str) -> None:
        self._closed[why] += 1
        self.leave(connection.transport)
        connection.transport.abort()

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now, closed = loop.time(), 0
        for connection in list(self._all.values()):
            if closed == BATCH:
                break
            unsent = connection.transport.get_write_buffer_size()
            if unsent != connection.unsent:
                connection.unsent, connection.moved = unsent, now
            elif unsent:
                if now - connection.moved > self.limits.send_s:
                    closed += 1
                    self._close(connection, "taking nothing")
            elif now > connection.deadline and not connection.transport.is_closing():
                closed += 1
                self._closed["out of time"] += 1
                connection.expire()
        self._report(now)
        again_s = BATCH_S if closed == BATCH else SWEEP_S
        self._sweeping = loop.call_later(again_s, self._sweep, loop) if self._all else None

    def _report(self, now: float) -> None:
        if self._closed["refused"] + self._closed["closed for newcomers"] and now - self._reported > REPORT_S:
            told = ", ".join(f"{count} {why}" for why, count in self._closed.items())
            _LOG.warning("Too many connections; so far: %s. %d are open.", told, len(self._all))
            self._closed.clear()
            self._reported = now


def client_of(peer: object) -> str:
    """Return whom a connection counts for.

    Args:
        peer: The other end's address: host first; something else where it is no internet address.

    Example:
        >>> client_of(("192.0.2.1", 5000)), client_of(("::ffff:192.0.2.1", 5000, 0, 0)), client_of("")
        ('192.0.2.1', '192.0.2.1', 'local')
        >>> client_of(("2001:db8::1", 5000, 0, 0)) == client_of(("2001:db8::2", 5000, 0, 0))
        True
    """
    if not isinstance(peer, tuple) or not peer:
        return LOCAL
    host = str(peer[0])
    if ":" not in host:
        return host
    address = ipaddress.IPv6Address(host.partition("%")[0])
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), _IPV6_NETWORK), strict=False))


def _closable(groups: list[_Group]) -> int:
    return sum(map(len, groups[: State.ANSWERING]))


def _longest_waiting(groups: list[_Group], now: float) -> Connection | None:
    """Return the connection of a client whose loss harms least; None if the server owes all of them an answer."""
    newest = next(iter(groups[State.UNSERVED]), None)
    if newest is not None and now - newest.since > GRACE_S:
        return newest
    between = next(iter(groups[State.BETWEEN]), None)
    if between is not None:
        return between
    if newest is not None:
        return newest
    return next((connection for group in groups[State.SENDING : State.ANSWERING] for connection in group), None)
