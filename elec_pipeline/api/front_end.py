"""The routes under /api, whose paths and keys an existing front end relies on: they never change.

What its users send besides, such as a number against caches, an empty field or a slash at the end, is understood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

import pandas as pd
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.api import schemas
from elec_pipeline.api.answers import Made
from elec_pipeline.api.encoding import rows, to_json
from elec_pipeline.api.errors import REFUSALS
from elec_pipeline.api.instants import written
from elec_pipeline.api.parameters import SeriesQuery, Window, window
from elec_pipeline.api.service import Served, Service
from elec_pipeline.store.queries import hourly, newest_predictions, newest_vintages
from elec_pipeline.store.queries.series import DAY_AHEAD

router = APIRouter(prefix="/api", tags=["series"])
Asked = Annotated[SeriesQuery, Query()]


@router.get("/data", response_model=list[schemas.Hour], responses=REFUSALS)
async def data(request: Request, served: Served, asked: Asked) -> Response:
    """Actual consumption, RTE's forecast and ours, side by side: an entry for each hour that any of them has.

    The true value is null where some quarters of the hour are not known yet.
    """

    def read(connection: Connection, span: Window) -> pd.DataFrame:
        return hourly.three_series(connection, span.start, span.end, span.issue)

    names = {
        "hour_start": "date",
        "actual_mw": "true value",
        "rte_mw": "rte forecast",
        "our_mw": "our forecast",
    }
    return await _series(request, served, asked, read, names)


@router.get("/data/real", response_model=list[schemas.Actual], responses=REFUSALS)
async def real(request: Request, served: Served, asked: Asked) -> Response:
    """Actual consumption by the hour; null where some quarters of it are not known yet."""

    def read(connection: Connection, span: Window) -> pd.DataFrame:
        return hourly.actuals_with_source(connection, span.start, span.end)

    names = {"hour_start": "date", "load_mw": "true value", "source": "source"}
    return await _series(request, served, asked, read, names)


@router.get("/data/predictions", response_model=list[schemas.Prediction], responses=REFUSALS)
async def predictions(request: Request, served: Served, asked: Asked) -> Response:
    """Our forecast of each hour: the newest issue, or the one named."""

    def read(connection: Connection, span: Window) -> pd.DataFrame:
        return newest_predictions(connection, span.start, span.end, span.issue)

    names = {"hour_start": "date", "load_mw": "our forecast", "model_version": "model"}
    return await _series(request, served, asked, read, names)


@router.get("/data/rte-forecasts", response_model=list[schemas.RteForecast], responses=REFUSALS)
async def rte_forecasts(request: Request, served: Served, asked: Asked) -> Response:
    """RTE's newest D-1 forecast of each hour."""

    def read(connection: Connection, span: Window) -> pd.DataFrame:
        return newest_vintages(connection, DAY_AHEAD, span.start, span.end)

    names = {"hour_start": "date", "load_mw": "rte forecast", "source": "source"}
    return await _series(request, served, asked, read, names)


@router.get("/status", response_model=schemas.Status, responses=REFUSALS)
async def status(request: Request, served: Served) -> Response:
    """How much the store holds, and how new it is."""
    return await served.answers.give(request, ("status",), _status)


@router.get("/health", response_model=schemas.Health, responses={503: {"model": schemas.Health}}, tags=["health"])
async def health(served: Served) -> Response:
    """Whether the database answers."""
    now = written(served.now())
    try:
        await served.answers.read(lambda connection: connection.execute(text("SELECT 1")))
    except SQLAlchemyError:
        return JSONResponse({"status": "error", "timestamp": now}, 503)
    return JSONResponse({"status": "ok", "timestamp": now})


async def _series(
    request: Request,
    served: Service,
    asked: SeriesQuery,
    read: Callable[[Connection, Window], pd.DataFrame],
    names: Mapping[str, str],
) -> Response:
    span = window(asked, served.now())

    def make(connection: Connection) -> Made:
        return Made(to_json(rows(read(connection, span), names)))

    return await served.answers.give(request, (request.url.path, span), make)


def _status(connection: Connection) -> Made:
    held = hourly.holdings(connection)
    actuals, ours, rte = (held[n] for n in ("hourly_consumption", "chronos_predictions", "rte_forecasts"))
    return Made(
        to_json(
            {
                "historical_data": {"count": actuals.count, "last_timestamp": actuals.newest},
                "predictions": {"count": ours.count, "last_generated": ours.newest},
                "rte_forecasts": {"count": rte.count, "last_timestamp": rte.newest},
            }
        )
    )
