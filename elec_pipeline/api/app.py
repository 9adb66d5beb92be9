"""The service: routes, layers and what they share, put together. Not here: any route, and the web server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import Depends, FastAPI, Security
from fastapi.security import APIKeyHeader
from fastapi_offline import FastAPIOffline

from elec_pipeline.api import exports, front_end, prediction, summary, vintages
from elec_pipeline.api.answers import HOLDS_S, Answers
from elec_pipeline.api.cors import SameHostCors
from elec_pipeline.api.errors import add_handlers
from elec_pipeline.api.head import Head
from elec_pipeline.api.limits import DOCS_PARTS, KEY_HEADER, TIME_LIMIT_S, Limits
from elec_pipeline.api.metrics.exposition import add_metrics
from elec_pipeline.api.metrics.monitor import HOLDS_S as METRICS_HOLD_S
from elec_pipeline.api.metrics.monitor import Monitor
from elec_pipeline.api.metrics.readings import read as read_metrics
from elec_pipeline.api.parameters import each_once
from elec_pipeline.api.predictor import Predictor
from elec_pipeline.api.service import Service
from elec_pipeline.api.slash import TrailingSlash
from elec_pipeline.serving.origins import Origins
from elec_pipeline.settings import Settings
from elec_pipeline.store.reader import open_dagster_reader, open_reader

READS_AT_ONCE = 4
STATEMENT_TIMEOUT_S = 10.0
DESCRIPTION = """Consumption of France by the hour, RTE's forecast of it and ours.

The median of ours is made by regressions for each hour, which every issue brings up to date; a Chronos network has
a small share in it at most. Network and regressions make the bands. /predict alone asks the network by itself.

Times are UTC with Z, loads are MW. Answers carry an ETag: sent back in If-None-Match, it gets a 304 for as long
as nothing new has landed."""


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    *,
    now: Callable[[], datetime] = _now,
    holds_s: float = HOLDS_S,
    time_limit_s: float = TIME_LIMIT_S,
    metrics_hold_s: float = METRICS_HOLD_S,
) -> FastAPI:
    """Return the service.

    Args:
        settings: The database to read, the key, origins, whether it predicts.
        now: The clock that ranges such as 90d end at; returns a zone-aware moment.
        holds_s: For how long the newest data version is believed, seconds.
        time_limit_s: Of a request, seconds.
        metrics_hold_s: For how long what `/metrics` read of the database is believed, seconds.

    Raises:
        ConfigurationError: The database's URL is of no PostgreSQL.
    """
    key = settings.elec_api_key.get_secret_value()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = open_reader(settings, connections=READS_AT_ONCE + 2, statement_timeout_s=STATEMENT_TIMEOUT_S)
        of_dagster = open_dagster_reader(settings, statement_timeout_s=STATEMENT_TIMEOUT_S)
        answers = Answers(engine, threads=READS_AT_ONCE, public=not key, holds_s=holds_s)
        predictor = None
        if settings.elec_api_predict:
            load = partial(prediction.load_model, engine, settings)
            predictor = Predictor(partial(prediction.forecast_with, engine, settings), load=load)
            predictor.begin_loading()
        monitor = Monitor(lambda: read_metrics(engine, of_dagster, settings, now()), holds_s=metrics_hold_s)
        app.state.monitor = monitor
        app.state.service = Service(engine, answers, predictor, now)
        yield
        if predictor is not None:
            predictor.stop_loading()
        for threads in (answers, predictor, monitor):
            if threads is not None:
                await asyncio.to_thread(threads.close)  # they hold connections until then
        engine.dispose()
        of_dagster.dispose()

    app = FastAPIOffline(  # a page of documentation whose parts come from here, not from a CDN
        title="elec-pipeline", version="1", description=DESCRIPTION, lifespan=lifespan, redoc_url=None,
        static_url=DOCS_PARTS, redirect_slashes=False,  # `TrailingSlash` answers
    )  # fmt: skip
    described = [Security(APIKeyHeader(name=KEY_HEADER, auto_error=False))] if key else []
    for router in (front_end.router, vintages.router, exports.router, summary.router):
        app.include_router(router, dependencies=[*described, Depends(each_once)])
    app.include_router(prediction.health_router)
    if settings.elec_api_predict:
        app.include_router(prediction.router, dependencies=described)
    add_handlers(app)
    app.add_middleware(Limits, key=key, time_limit_s=time_limit_s)
    add_metrics(app, lambda: app.state.monitor)  # outside the limits: a refusal counts too
    app.add_middleware(SameHostCors, origins=settings.cors_origins)
    app.add_middleware(Head)
    app.add_middleware(TrailingSlash)
    app.add_middleware(Origins, hosts=settings.allowed_hosts, origins=settings.cors_origins, other_ports=True)
    return app
