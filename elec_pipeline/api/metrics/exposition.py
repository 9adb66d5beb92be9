"""The route `/metrics`, and what makes an app count its requests.

Here: putting request counts, process figures and readings together. Not here: any of them.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_fastapi_instrumentator import Instrumentator

from elec_pipeline.api.metrics.families import StoreCollector
from elec_pipeline.api.metrics.monitor import Monitor
from elec_pipeline.api.metrics.requests import request_metrics

PATH = "/metrics"


def add_metrics(app: FastAPI, monitor: Callable[[], Monitor]) -> None:
    """Make an app count its requests, and answer `/metrics`.

    Layers that are added to the app later see a request before it is counted.

    Args:
        app: The service.
        monitor: Returns what reads the store, once the service has started.
    """
    registry = CollectorRegistry()  # of this app: a process may have several
    ProcessCollector(registry=registry)
    of_store = StoreCollector()
    registry.register(of_store)
    counting = Instrumentator(should_group_status_codes=False, registry=registry)
    counting.add(request_metrics(registry)).instrument(app)

    async def metrics(request: Request) -> Response:
        # No other task runs between setting the readings and writing them down.
        of_store.readings = await monitor().current()
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Cache-Control": "no-store", "Content-Type": media_type})

    app.add_api_route(PATH, metrics, include_in_schema=False)
