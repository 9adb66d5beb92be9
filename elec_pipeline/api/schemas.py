"""The shapes of answers, for the OpenAPI description only: nothing is validated against them on the way out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MW = "MW"


class _Named(BaseModel):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class Hour(_Named):
    """The three series in one hour."""

    date: datetime = Field(description="Start of the hour, UTC, with Z.")
    true_value: float | None = Field(alias="true value", description="MW; null where a quarter is lacking.")
    rte_forecast: float | None = Field(
        alias="rte forecast", description="RTE's newest D-1 forecast, revisions included, MW."
    )
    our_forecast: float | None = Field(alias="our forecast", description="The median of our forecast, MW.")


class Actual(_Named):
    """What was consumed in one hour."""

    date: datetime
    true_value: float | None = Field(alias="true value", description="MW; null where a quarter is lacking.")
    source: str | None = Field(description="Where it came from, such as rte or simulator.")


class Prediction(_Named):
    """Our forecast of one hour."""

    date: datetime
    our_forecast: float = Field(alias="our forecast", description=MW)
    model: str = Field(description="Version of the model.")


class RteForecast(_Named):
    """RTE's forecast of one hour."""

    date: datetime
    rte_forecast: float = Field(alias="rte forecast", description=MW)
    source: str


class Series(BaseModel):
    """How much there is of a series."""

    count: int = Field(description="Its rows.")
    last_timestamp: datetime | None = Field(description="Its newest hour.")


class Predictions(BaseModel):
    """How much there is of our forecasts."""

    count: int = Field(description="Rows of every vintage.")
    last_generated: datetime | None = Field(description="When the newest was made, here or before an import.")


class Status(BaseModel):
    """What the store holds."""

    historical_data: Series
    predictions: Predictions
    rte_forecasts: Series


class Health(BaseModel):
    """Whether the database answers."""

    status: Literal["ok", "error"]
    timestamp: datetime


class ServiceHealth(BaseModel):
    """Whether the service lives, and its model is in memory."""

    status: Literal["ok"]
    model_loaded: bool = Field(description="It is loaded in the background from the start on.")


class ActualRow(BaseModel):
    """An hour of actual consumption."""

    hour_start: datetime
    load_mw: float
    quarters: int = Field(description="Quarter-hours it averages; 4 is complete.")
    updated_at: datetime
    complete: bool = Field(description="Whether all four quarters are known: else it is no hour's true value.")


class PredictionRow(BaseModel):
    """An hour of one issue of our forecast; never changed once there."""

    hour_start: datetime
    issued_at: datetime = Field(description="Issue time: what was known by then is what it stands on.")
    issue: Literal["morning", "evening"] | None
    model_version: str
    load_mw: float = Field(description="The median.")
    q05: float | None = Field(description="Quantiles: null where the forecast was taken over without any.")
    q10: float | None
    q25: float | None
    q75: float | None
    q90: float | None
    q95: float | None
    created_at: datetime = Field(description="Much later than issued_at: a backfill.")
    after_the_fact: bool = Field(
        description="Issued when its hour had begun, as a history filled in later is: no forecast, never scored."
    )
    held_back: str | None = Field(
        description="Why the model's own forecast was implausible and is not published, and who speaks instead. "
        "Null where this is the model's own."
    )


class PredictionChangeRow(BaseModel):
    """What changed in an hour of our forecast from one issue of its delivery day to the next; never changed."""

    hour_start: datetime
    issued_at: datetime = Field(description="Issue time of the forecast.")
    issue: Literal["morning", "evening"] | None
    model_version: str
    previous_issued_at: datetime = Field(description="Issue time of the one before.")
    load_change_mw: float = Field(description="Median less the median of the issue before.")
    from_load_mw: float | None = Field(
        description="Share of newly known load, and of the errors that it tells, in the change of the ridge "
        "expert. Shares are Shapley values and add up to its change; what `load_change_mw` is beyond their sum is "
        "due to the other experts. Null where they cannot be told: the model has no ridge, or the issue before "
        "was made at no issue time of ours."
    )
    from_rte_mw: float | None = Field(description="Share of RTE's forecast: its appearance or revision.")
    from_weather_mw: float | None = Field(description="Share of the newer weather forecast.")


class RteForecastRow(BaseModel):
    """An hour of one vintage of RTE's forecast; never changed once there."""

    hour_start: datetime
    forecast_type: Literal["D-1", "D-2", "ID"]
    published_at: datetime
    load_mw: float
    source: str
    ingested_at: datetime


class RevisionRow(BaseModel):
    """An actual value that was replaced."""

    interval_start: datetime
    replaced_at: datetime
    old_load_mw: float | None = Field(description="Null where it had been missing.")
    new_load_mw: float
    source: str


class AccuracyRow(BaseModel):
    """The errors of one forecaster on one Paris day."""

    delivery_day: date
    forecaster: str = Field(
        description="rte_d1 (RTE's newest D-1 known at 20:30 Paris time the day before), rte_d1_latest (its "
        "newest, revisions included), rte_debiased (rte_d1 less its own mean error of the last 28 days by local "
        "hour), chronos_morning, chronos_evening, seasonal_naive, or one expert of the model at an issue, such as "
        "expert_ridge_evening."
    )
    mape: float = Field(description="Percent.")
    mae_mw: float
    rmse_mw: float
    bias_mw: float
    pinball_mw: float | None = Field(description="Null where a forecaster has no quantiles.")
    coverage_80: float | None = Field(description="Share of hours inside the 80 % band.")
    hours: int
    basis: Literal["published", "nominal"] | None = Field(
        description="Of rte_d1: published, or nominal where hours were fetched after the day began and count from "
        "20:00 the day before, so that they may be later revisions. Null for the others."
    )


class Page(BaseModel):
    """A page of rows."""

    data: list[BaseModel] | dict[str, list[object]] = Field(
        description="Rows; of `format=columns` the columns by name."
    )
    next: str | None = Field(description="Cursor of the next page; null on the last one.")
