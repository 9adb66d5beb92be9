"""A receiver of messages: a real web server that takes what apprise posts, or refuses it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PATH = "pl4nted-t0ken-in-the-path"
PASSWORD = "pl4nted-pa55word"


@dataclass
class Receiver:
    """What was posted, and whether it is taken.

    Attributes:
        port: On loopback.
        takes: Whether messages are taken; they are refused otherwise.
        messages: Those that were taken, with `title` and `message`.
        refused: How many were not.
    """

    port: int = 0
    takes: bool = True
    messages: list[dict[str, str]] = field(default_factory=list)
    refused: int = 0

    @property
    def url(self) -> str:
        """Of apprise, with two secrets in it."""
        return f"json://elec:{PASSWORD}@127.0.0.1:{self.port}/{PATH}"

    @property
    def titles(self) -> list[str]:
        return [message["title"].removeprefix("elec-pipeline: ") for message in self.messages]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if made.takes:
                made.messages.append(json.loads(body))
            else:
                made.refused += 1
            self.send_response(200 if made.takes else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        server.shutdown()
        thread.join()
