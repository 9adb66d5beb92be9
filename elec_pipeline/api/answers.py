"""Answers kept as bytes for as long as nothing new has landed, and what a caller gets of them.

Here: reading in threads, the cache, ETag and 304, gzip. Not here: what an answer holds (the routes).

An answer is made from one snapshot together with `queries.data_version` of that snapshot, and is good for as
long as that token is the newest. The token is asked for at most once in `HOLDS_S` seconds: under load, almost
every request is answered from memory alone.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Connection, Engine

from elec_pipeline.api.negotiation import joined, takes_gzip
from elec_pipeline.store import queries

T = TypeVar("T")
HOLDS_S = 1.0
CACHE_BYTES = 64 * 2**20
LARGEST_SHARE = 4
"""An answer of more than this part of the cache is not kept: it would drive all others out."""
COMPRESSED_FROM = 1000
COMPRESSION = 5


@dataclass(frozen=True)
class Made:
    """What a route made of the store.

    Attributes:
        body: The bytes.
        media_type: Of the bytes.
        headers: Beyond those that every answer has.
    """

    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """An answer ready to be sent.

    Attributes:
        made: Its bytes and their type.
        compressed: The same compressed, where it is worth it.
        etag: Names the bytes.
        version: Of the data that it was made from.
    """

    made: Made
    compressed: bytes | None
    etag: str
    version: str

    @property
    def size(self) -> int:
        """Bytes that it holds in memory."""
        return len(self.made.body) + len(self.compressed or b"")


def answer(made: Made, version: str) -> Answer:
    """Return an answer with its tag; compressed once, not once a request."""
    text = made.media_type.startswith(("text/", "application/json")) and len(made.body) >= COMPRESSED_FROM
    digest = hashlib.blake2b(made.body, digest_size=12).hexdigest()
    return Answer(
        made=made,
        compressed=gzip.compress(made.body, COMPRESSION, mtime=0) if text else None,
        etag=f'W/"{digest}"',  # weak: it stands for the compressed bytes too
        version=version,
    )


class Answers:
    """The answers of one service.

    Args:
        engine: Reads the store; one connection for each thread.
        threads: Reads that run at once; more wait.
        public: Whether caches between us and the caller may keep answers.
        holds_s: For how long the newest data version is believed, seconds.
    """

    def __init__(self, engine: Engine, *, threads: int, public: bool, holds_s: float = HOLDS_S) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, "api-read")
        # A caller or a cache may keep an answer, but asks every time whether it still holds: that is a 304.
        self._cache_control = f"{'public' if public else 'private'}, no-cache"
        self._holds_s = holds_s
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._kept_bytes = 0
        self._version = ""
        self._asked_at = float("-inf")
        self._making: dict[Hashable, asyncio.Task[Answer]] = {}

    def close(self) -> None:
        """Wait until the threads have ended; what has not begun is dropped."""
        self._threads.shutdown(cancel_futures=True)

    async def read(self, reading: Callable[[Connection], T]) -> T:
        """Run a read in a thread on one snapshot. A caller who gives up waits for nothing."""

        def run() -> T:
            with self._engine.connect() as connection:
                return reading(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    async def give(self, request: Request, key: Hashable, make: Callable[[Connection], Made]) -> Response:
        """Return the answer to a request, made anew only where data changed since.

        Args:
            request: Its headers say what the caller has and understands.
            key: Names the answer: route and parameters, resolved.
            make: Makes it, in a thread.
        """
        return self._response(request, await self._get(key, make))

    async def _get(self, key: Hashable, make: Callable[[Connection], Made]) -> Answer:
        kept = self._kept.get(key)
        is_fresh = time.monotonic() - self._asked_at < self._holds_s
        if kept is not None and is_fresh and kept.version == self._version:
            self._kept.move_to_end(key)
            return kept
        making = self._making.get(key)
        if making is None:
            making = asyncio.create_task(self._make(key, make, kept))
            self._making[key] = making
            making.add_done_callback(lambda task: self._done(key, task))
        return await asyncio.shield(making)  # others may wait for the same

    async def _make(self, key: Hashable, make: Callable[[Connection], Made], kept: Answer | None) -> Answer:
        def reading(connection: Connection) -> Answer:
            version = queries.data_version(connection)
            if kept is not None and kept.version == version:
                return kept
            return answer(make(connection), version)

        asked_at = time.monotonic()
        new = await self.read(reading)
        self._version, self._asked_at = new.version, asked_at
        self._keep(key, new)
        return new

    def _done(self, key: Hashable, task: asyncio.Task[Answer]) -> None:
        del self._making[key]
        if not task.cancelled():
            task.exception()  # seen, even where every caller has gone

    def _keep(self, key: Hashable, new: Answer) -> None:
        former = self._kept.pop(key, None)
        self._kept_bytes -= former.size if former else 0
        if new.size > CACHE_BYTES // LARGEST_SHARE:
            return
        self._kept[key] = new
        self._kept_bytes += new.size
        while self._kept_bytes > CACHE_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= oldest.size

    def _response(self, request: Request, found: Answer) -> Response:
        headers = {
            **found.made.headers,
            "ETag": found.etag,
            "Cache-Control": self._cache_control,
            "Vary": "Accept, Accept-Encoding",
        }
        if _has(joined(request.headers, "if-none-match"), found.etag):
            return Response(status_code=304, headers=headers)
        if found.compressed is not None and takes_gzip(joined(request.headers, "accept-encoding")):
            headers["Content-Encoding"] = "gzip"
            return Response(found.compressed, headers=headers, media_type=found.made.media_type)
        return Response(found.made.body, headers=headers, media_type=found.made.media_type)


def _has(if_none_match: str, etag: str) -> bool:
    """Tell whether a caller has an answer already, by the weak comparison of RFC 9110.

    Example:
        >>> _has('"a", W/"b"', 'W/"b"'), _has('"b"', 'W/"b"'), _has("*", 'W/"b"'), _has("", 'W/"b"')
        (True, True, True, False)
    """
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags
