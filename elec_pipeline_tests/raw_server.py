"""A server that speaks whatever a test lets it say: for replies that no web framework would send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Let `answer` deal with each caller, one after the other; yields the port.

    A caller that goes away in the middle is none of its business: a client that ends a reply too long or too slow
    is what is tested.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:  # the listener is closed
                return
            with caller:
                try:
                    answer(caller)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()
