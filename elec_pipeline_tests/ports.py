"""A free port for a server that a test starts in a process of its own."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

import pytest

BELOW_EPHEMERAL = range(15_000, 30_000)
_ANY = random.SystemRandom()  # workers that share a seed must not choose the same


def free_port() -> int:
    """Return a port below those that the system hands out by itself: a server takes seconds to start."""
    for port in _ANY.sample(BELOW_EPHEMERAL, 100):
        with suppress(OSError), socket.create_server(("0.0.0.0", port)):  # noqa: S104 - closed at once
            return port
    pytest.fail("no port is free")
