"""Counts and times of the requests, by route.

Here: what is counted. Not here: the layer that calls it, which is the instrumentator's, and what the store holds.

A request is counted under the template of its route, or under `none` where there is no such route, and under a
method that the API knows, or `other`: whatever callers send, the number of series stays small.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_fastapi_instrumentator.metrics import Info

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
OTHER = "other"
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def request_metrics(registry: CollectorRegistry) -> Callable[[Info], None]:
    """Return what counts a request once it is answered.

    Args:
        registry: Where the counts are kept.
    """
    labels = ("method", "handler")
    total = Counter("elec_http_requests", "Requests answered.", (*labels, "status"), registry=registry)
    seconds = Histogram(
        "elec_http_request_duration_seconds",
        "From the first byte of a request to the last of its answer.",
        labels,
        buckets=BUCKETS_S,
        registry=registry,
    )
    kept: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}

    def count(info: Info) -> None:
        method = info.method if info.method in METHODS else OTHER
        key = (method, info.modified_handler, info.modified_status)
        children = kept.get(key)
        if children is None:  # finding them by their labels costs more than counting
            children = kept[key] = (total.labels(*key), seconds.labels(*key[:2]))
        children[0].inc()
        children[1].observe(info.modified_duration)

    return count
