"""Runs the simulator: in a thread for tests and demos, or until it is stopped for the command line.

Here: sockets, threads, starting and stopping. Not here: routes (`app`).
"""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

import uvicorn

from elec_pipeline.errors import PortInUseError
from elec_pipeline.serving.origins import Origins
from elec_pipeline.simulator.app import Simulator, SimulatorOptions, utc_now
from elec_pipeline.simulator.curves import Curves

LOCALHOST = "127.0.0.1"
DEFAULT_PORT = 8790
_PATIENCE_S = 15


@dataclass(frozen=True)
class SimulatorHandle:
    """A simulator that runs in this process.

    Attributes:
        url: Where it listens, such as `http://127.0.0.1:8790`; the value for `RTE_BASE_URL`.
        simulator: Its state.
    """

    url: str
    simulator: Simulator

    def set_faults(self, faults: Iterable[str]) -> None:
        """Replace the plan of faults.

        Args:
            faults: Fault strings, see `faults`; none: all is well.

        Raises:
            ValueError: A fault string makes no sense; the plan in force stays.
        """
        self.simulator.set_faults(faults)

    def set_clock(self, now: Callable[[], datetime]) -> None:
        """Replace the clock by which values are published."""
        self.simulator.set_clock(now)

    def requests(self) -> dict[str, dict[str, int]]:
        """Return how many calls were answered, by route and status."""
        return self.simulator.requests()


@contextmanager
def running(
    curves: Curves,
    *,
    port: int = 0,
    faults: Iterable[str] = (),
    now: Callable[[], datetime] = utc_now,
    options: SimulatorOptions | None = None,
) -> Iterator[SimulatorHandle]:
    """Run a simulator on 127.0.0.1 in a thread of this process, for as long as the block lasts.

    Args:
        curves: Where values come from.
        port: Port to listen on; 0: any free one.
        faults: Fault strings, see `faults`.
        now: The clock by which values are published; returns a zone-aware moment.
        options: Credentials, token lifetime, byte-order marks.

    Yields:
        The handle of the running server, which answers already.

    Raises:
        PortInUseError: Something else listens on the port.
        ValueError: A fault string makes no sense.
    """
    simulator = Simulator(curves, faults, now, options)
    listener = _listen(LOCALHOST, port)
    server = _server(simulator, log_level="critical", access_log=False)
    thread = threading.Thread(target=server.run, args=([listener],), name="rte-simulator", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield SimulatorHandle(f"http://{LOCALHOST}:{listener.getsockname()[1]}", simulator)
    finally:
        server.should_exit = True
        thread.join(_PATIENCE_S)


def serve(
    curves: Curves,
    *,
    host: str = LOCALHOST,
    port: int = DEFAULT_PORT,
    faults: Iterable[str] = (),
    names: Iterable[str] = (),
) -> None:
    """Run a simulator until it is interrupted; requests are logged to the terminal.

    Args:
        curves: Where values come from.
        host: Address to listen on.
        port: Port to listen on.
        faults: Fault strings, see `faults`.
        names: By which it may be reached besides `localhost` and its address.

    Raises:
        PortInUseError: Something else listens on the port.
        ValueError: A fault string makes no sense.
    """
    simulator = Simulator(curves, faults)
    listener = _listen(host, port)
    with suppress(KeyboardInterrupt):
        _server(simulator, log_level="info", access_log=True, names=names).run([listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUseError(
            f"Port {port} on {host} is in use: stop the program that listens there, or choose another port "
            "for the simulator."
        ) from error


def _server(
    simulator: Simulator, *, log_level: str, access_log: bool, names: Iterable[str] = ()
) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            Origins(simulator.app(), names=list(names)),  # a page could plan faults
            log_level=log_level,
            access_log=access_log,
            lifespan="off",
            ws="none",
            loop="asyncio",
            timeout_graceful_shutdown=1,  # an answer that is slow on purpose shall not hold up the end
        )
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The simulator did not start.")
        time.sleep(0.005)
