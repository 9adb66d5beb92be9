"""POST /predict: a forecast of a series that the caller brings along."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from elec_pipeline.api.encoding import to_json
from elec_pipeline.api.errors import INVALID, REFUSALS, UNAVAILABLE, Problem, unavailable
from elec_pipeline.api.predictor import BusyError
from elec_pipeline.api.schemas import ServiceHealth
from elec_pipeline.api.service import Served
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.experts.chronos.bare_series import (
    LEAST_CONTEXT,
    LONGEST_HORIZON,
    forecast_series,
    spread,
)
from elec_pipeline.forecasting.experts.chronos.chronos import Chronos
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.settings import Settings

LONGEST_CONTEXT = 8784
LARGEST_MW = 1e6
DECIMALS = 2

router = APIRouter(tags=["prediction"])
health_router = APIRouter(tags=["health"])


class PredictRequest(BaseModel):
    """A series to be continued."""

    # Strict: true is no megawatt, and "24" no number; what a caller did not mean is not guessed. Fields that are
    # unknown are ignored, as the callers of an older service are used to.
    model_config = ConfigDict(strict=True, json_schema_extra={"example": {"context": [50000.0] * 48}})

    context: list[Annotated[float, Field(ge=-LARGEST_MW, le=LARGEST_MW, allow_inf_nan=False)]] = Field(
        min_length=LEAST_CONTEXT,
        max_length=LONGEST_CONTEXT,
        description="MW by the hour, in order, no hour missing; a day at least. Two weeks or more make a much "
        "better forecast.",
    )
    prediction_length: int = Field(default=24, ge=1, le=LONGEST_HORIZON, description="Hours to forecast.")
    num_samples: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="How many samples the hourly mean, min and max are of: values evenly spaced in probability, "
        "no chance.",
    )


class PredictAnswer(BaseModel):
    """The hours after the series, MW."""

    predictions: list[float] = Field(description="Medians.")
    mean: float = Field(description="Of the medians, over the horizon.")
    min: float = Field(description="The lowest median.")
    max: float = Field(description="The highest median.")
    hourly_mean: list[float] = Field(description="Of the samples of each hour.")
    hourly_min: list[float] = Field(description="The lowest sample of each hour.")
    hourly_max: list[float] = Field(description="The highest sample of each hour.")
    quantiles: dict[str, list[float]] = Field(description="By level, from 0.05 to 0.95.")


@router.post(
    "/predict",
    response_model=PredictAnswer,
    responses={
        **INVALID,
        **UNAVAILABLE,
        400: {"model": Problem, "description": "The body is no JSON."},
        401: REFUSALS[401],
        413: {"model": Problem, "description": "The body is too large."},
        429: {
            "model": Problem,
            "description": "Too many forecasts are waiting: Retry-After says when to come back.",
        },
    },
)
async def predict(served: Served, asked: PredictRequest) -> Response:
    """Continue a series of hours with the model in use, which sees nothing but these numbers.

    Without dates, RTE's forecast and temperatures this is far from the accuracy of the stored forecasts.
    """
    if served.predictor is None:
        return unavailable("Prediction is off.")
    try:
        quantiles = await served.predictor.quantiles(asked.context, asked.prediction_length)
    except BusyError:
        return unavailable("Too many forecasts are waiting.", 429)
    samples = spread(quantiles, asked.num_samples)
    medians = np.round(quantiles[:, MEDIAN], DECIMALS)
    answer = {
        "predictions": medians.tolist(),
        "mean": round(float(medians.mean()), DECIMALS),
        "min": float(medians.min()),
        "max": float(medians.max()),
        "hourly_mean": _listed(samples.mean(axis=1)),
        "hourly_min": _listed(samples[:, 0]),
        "hourly_max": _listed(samples[:, -1]),
        "quantiles": {f"{level:g}": _listed(quantiles[:, n]) for n, level in enumerate(LEVELS)},
    }
    return Response(to_json(answer), media_type="application/json")


@health_router.get("/health", response_model=ServiceHealth)
async def health(served: Served) -> Response:
    """Whether the service lives, and whether the model is in memory: from the start on it is being loaded."""
    loaded = served.predictor is not None and served.predictor.model_loaded
    return JSONResponse({"status": "ok", "model_loaded": loaded})


def load_model(engine: Engine, settings: Settings) -> Chronos:
    """Return the network of the model in use, loading it where it is not.

    Raises:
        ModelUnavailableError: It cannot be used.
    """
    import torch

    torch.set_num_threads(1)  # the other routes need a core too
    return registry.load_network_of(registry.in_use(engine, settings))


def forecast_with(engine: Engine, settings: Settings, context: list[float], prediction_length: int) -> Floats:
    """Forecast a series with the model in use.

    Raises:
        ModelUnavailableError: It cannot be used.
    """
    return forecast_series(load_model(engine, settings), context, prediction_length)


def _listed(values: Floats) -> list[float]:
    return list(np.round(values, DECIMALS).tolist())
