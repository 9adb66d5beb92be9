"""A TCP port in front of the tests' PostgreSQL server that can be switched off and on, as a network can."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from elec_pipeline_tests.ports import free_port

PASSWORD = "s3cr3t-that-must-not-show"


class Forwarder:
    """Forwards 127.0.0.1:`port` to a Unix socket while it is on."""

    def __init__(self, socket_path: Path) -> None:
        self._target = str(socket_path)
        self._listener: socket.socket | None = None
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.port = free_port()

    def url(self, database: str) -> str:
        """Return the URL of a database behind this port, with a password in it."""
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def on(self) -> None:
        """Accept connections."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def off(self) -> None:
        """Refuse connections, and cut those that are open."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for pair in self._pairs:
            _close(*pair)
        self._pairs.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            self._pairs.append((near, far))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=[one, other], daemon=True).start()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    _close(one, other)


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@contextmanager
def forwarding(socket_folder: Path) -> Iterator[Forwarder]:
    """Forward to the server whose socket lies in a folder."""
    forwarder = Forwarder(socket_folder / ".s.PGSQL.5432")
    forwarder.on()
    try:
        yield forwarder
    finally:
        forwarder.off()
