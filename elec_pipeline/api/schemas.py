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


class _Quantiles(BaseModel):
    """What every row of a forecast of ours has, whatever it is of."""

    issued_at: datetime = Field(description="Issue time: what was known by then is what it stands on.")
    model_version: str
    load_mw: float = Field(description="The median.")
    q05: float | None = Field(description="Quantiles: null where the forecast was taken over without any.")
    q10: float | None
    q25: float | None
    q75: float | None
    q90: float | None
    q95: float | None


class _OfAnyIssue(_Quantiles):
    """What every row of an interval of a forecast of ours has."""

    lead_hours: float = Field(description="From the issue time to the start of the interval.")


class _OfIssue(_OfAnyIssue):
    """What every row of a morning or evening issue has."""

    issue: Literal["morning", "evening"] | None
    after_the_fact: bool = Field(
        description="Issued when its hour had begun, as a history filled in later is: no forecast, never scored."
    )


class PredictionRow(_OfIssue):
    """An hour of one issue of our forecast; never changed once there."""

    hour_start: datetime
    created_at: datetime = Field(description="Much later than issued_at: a backfill.")
    held_back: str | None = Field(
        description="Why the model's own forecast was implausible and is not published, and who speaks instead. "
        "Null where this is the model's own."
    )


class IntradayRow(_OfAnyIssue):
    """An hour of an issue made within the day; never changed once there."""

    hour_start: datetime
    goes_on_from: datetime = Field(description="Issue time of the day-ahead forecast that was brought up to date.")
    known_until: datetime = Field(description="End of the newest actual half hour that it knew.")
    created_at: datetime = Field(description="Much later than issued_at: made afterwards.")


class WeekAheadRow(_OfAnyIssue):
    """An hour two to seven days ahead, of an issue made in the morning; never changed once there."""

    hour_start: datetime
    lead_days: int = Field(description="Paris days from the day of the issue to that of the hour: 2 to 7.")
    peak_probability: float = Field(description="That the hour is the highest of its Paris day; 0 to 1.")
    created_at: datetime = Field(description="Much later than issued_at: made afterwards.")


class PeakRow(_Quantiles):
    """How high the highest hour of a day two to seven days ahead is; never changed once there."""

    delivery_day: date
    lead_days: int = Field(description="Days from the day of the issue to the delivery day: 2 to 7.")
    peak_hour: str | None = Field(
        description="Start of the hour that most likely is the highest, Paris time with its UTC offset."
    )
    peak_hour_start: datetime | None = Field(description="The same in UTC.")
    peak_hour_probability: float | None = Field(description="That this hour is the highest; 0 to 1.")
    created_at: datetime = Field(description="Much later than issued_at: made afterwards.")


class QuarterPredictionRow(_OfIssue):
    """A quarter-hour of one issue of our forecast; never changed once there."""

    interval_start: datetime


class PredictionChangeRow(BaseModel):
    """What changed in an hour of our forecast from one issue of its delivery day to the next; never changed."""

    hour_start: datetime
    issued_at: datetime = Field(description="Issue time of the forecast.")
    issue: Literal["morning", "evening"] | None
    lead_hours: float = Field(description="From the issue time to the start of the hour.")
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


class RawRteForecastRow(BaseModel):
    """An interval of RTE's forecast as it was read; of days three months old, what no issue knew is dropped."""

    interval_start: datetime
    forecast_type: Literal["D-1", "D-2", "ID"]
    published_at: datetime = Field(description="As the source says, else when it was read.")
    is_dated: bool = Field(description="Whether the source says when it was published.")
    load_mw: float
    resolution_minutes: int = Field(description="15 or 30; of D-2, RTE gives half-hours.")
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
        "hour), chronos_morning, chronos_evening, seasonal_naive, intraday_1h to "
        "intraday_12h, week_ahead_d2 to week_ahead_d7, or one expert of the model at an issue, such as "
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


class _AnHour(BaseModel):
    hour_start: datetime = Field(description="Its start, UTC, with Z.")
    paris_hour: str = Field(description="As people call it; one that exists twice bears its offset.")


class PeakHour(_AnHour):
    """The highest hour of the median."""

    load_mw: float
    q10: float | None = Field(description="Lower end of the 80 % band then.")
    q90: float | None
    rte_mw: float | None = Field(description="RTE's forecast then.")


class RampHour(_AnHour):
    """The later hour of the largest change from one hour to the next."""

    change_mw: float


class GapToRte(_AnHour):
    """Where ours and RTE's forecast differ most."""

    forecast_type: Literal["D-1", "D-2"]
    difference_mw: float = Field(description="Ours less RTE's then.")
    first_hour_start: datetime = Field(
        description="First of the hours around it in which the gap is at least half as large."
    )
    last_hour_start: datetime
    paris_hours: str
    hours: int = Field(description="How many hours both forecast.")
    hours_outside_80: int = Field(description="In how many of them RTE's lies outside our 80 % band.")


class ChangeOfDay(BaseModel):
    """The day less an earlier one, over hours at the same Paris time."""

    day: date
    days_before: int
    mean_mw: float
    peak_mw: float | None = Field(description="Difference of the peaks; null where either day lacks an hour.")
    hours: int


class DaySummary(BaseModel):
    """A delivery day at a glance."""

    day: date
    issue: Literal["morning", "evening"] | None = Field(description="The issue asked for.")
    issued_at: datetime | None = Field(description="When the newest of its hours was issued.")
    hours: int = Field(description="How many of its hours are forecast.")
    hours_due: int = Field(description="How many the day has.")
    peak: PeakHour | None
    morning_peak: PeakHour | None = Field(description="Of 6–14 h, Paris time.")
    evening_peak: PeakHour | None = Field(description="Of 17–24 h.")
    ramp: RampHour | None
    energy_gwh: float | None
    mean_mw: float | None
    gap_to_rte: GapToRte | None
    changes: list[ChangeOfDay]


class Page(BaseModel):
    """A page of rows."""

    data: list[BaseModel] | dict[str, list[object]] = Field(
        description="Rows; of `format=columns` the columns by name."
    )
    next: str | None = Field(description="Cursor of the next page; null on the last one.")
