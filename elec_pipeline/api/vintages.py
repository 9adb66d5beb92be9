"""The routes under /v1: every row of every series, page by page, as JSON, CSV or Parquet."""

from __future__ import annotations

import re
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from elec_pipeline.api import schemas
from elec_pipeline.api.answers import Made
from elec_pipeline.api.encoding import Format, encoded
from elec_pipeline.api.errors import REFUSALS, Problem, invalid
from elec_pipeline.api.negotiation import chosen, joined
from elec_pipeline.api.paging import cursor, key_after
from elec_pipeline.api.parameters import RangeQuery, SeriesQuery, window
from elec_pipeline.api.service import Served, Service
from elec_pipeline.api.week_ahead import issue_meant, period_of, with_leads, with_peak_hours
from elec_pipeline.domain.delivery_day import HOUR, PARIS, Issue
from elec_pipeline.domain.forecasters import (
    EXPERT_PREFIX,
    SCORED_LEADS,
    SEASONAL_NAIVE,
    by_quarter,
    days_ahead,
    of_expert,
    ours,
    within_day,
)
from elec_pipeline.domain.rte_bar import RTE_D1, RTE_D1_LATEST
from elec_pipeline.domain.rte_debiased import RTE_DEBIASED
from elec_pipeline.domain.week_ahead import LEADS
from elec_pipeline.store.queries import listings
from elec_pipeline.store.queries.listings import KeyValue, Listing

router = APIRouter(prefix="/v1", tags=["every vintage"])
LARGEST_PAGE = 50_000
TYPES = {each.value: each.media_type.partition(";")[0] for each in (Format.JSON, Format.CSV, Format.PARQUET)}
"""By which a format can be asked for in Accept; `columns` has no type of its own."""

FIXED = (
    RTE_D1,
    RTE_D1_LATEST,
    RTE_DEBIASED,
    SEASONAL_NAIVE,
    *map(ours, Issue),
    *map(within_day, SCORED_LEADS),
    *map(days_ahead, LEADS),
    *map(by_quarter, (RTE_D1, *map(ours, Issue))),
)
FORECASTER = f"^({'|'.join(FIXED)}|{EXPERT_PREFIX}[A-Za-z0-9_-]+_({'|'.join(Issue)}))$"
FORECASTERS = (
    f"{', '.join(FIXED)}, or an expert of the model at an issue, such as {of_expert('ridge', Issue.EVENING)}"
)


def _known_forecaster(text: str) -> str:
    if not re.fullmatch(FORECASTER, text):
        raise PydanticCustomError("forecaster", "must be {allowed}.", {"allowed": FORECASTERS})
    return text


def _digits(text: object) -> object:
    """Refuse what Python would read as a whole number and a caller has not written as one, such as 1_0 or 10.0."""
    if isinstance(text, str) and not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise PydanticCustomError("int_parsing", "must be a whole number, in digits.")
    return text


class PageQuery(RangeQuery):
    """The range, the page, the format; a parameter that there is not is refused, for it is a mistake."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, BeforeValidator(_digits)] = Field(
        default=5000, ge=1, le=LARGEST_PAGE, description="The most rows of a page."
    )
    cursor: str | None = Field(
        default=None,
        max_length=500,
        description="`next` of the page before, with the other parameters unchanged. Every format has it in "
        "the header `Link` too.",
    )
    format: Literal["json", "columns", "csv", "parquet"] | None = Field(
        default=None, description="How rows are written; as the header Accept asks if not given, else JSON."
    )


class PredictionQuery(PageQuery, SeriesQuery):
    """The range, the page, the format, the issue, the resolution."""

    model: str | None = Field(
        default=None, max_length=200, pattern=r"^[^\x00]*$", description="Only this version."
    )

    resolution: Literal["1h", "15min"] = Field(
        default="1h", description="By the hour, or by the quarter-hour with `interval_start` for `hour_start`."
    )
    horizon: Literal["day-ahead", "intraday", "week"] = Field(
        default="day-ahead",
        description="The two issues of the day before, or those of each hour for the rest of today and tomorrow, "
        "or those of each morning for the days two to seven ahead: the newest of these, unless `range`, `start` "
        "or `end` gives a period.",
    )


class PeaksQuery(PageQuery):
    """The range of delivery days, the page, the format, the model."""

    model: str | None = Field(
        default=None, max_length=200, pattern=r"^[^\x00]*$", description="Only this version."
    )


class RteQuery(PageQuery):
    """The range, the page, the format, the type."""

    type: Literal["D-1", "D-2", "ID"] | None = Field(default=None, description="Only forecasts of this type.")


class AccuracyQuery(PageQuery):
    """The range of delivery days, the page, the format, the forecaster."""

    forecaster: Annotated[str, AfterValidator(_known_forecaster)] | None = Field(
        default=None,
        description=f"Only this forecaster: {FORECASTERS}.",
        json_schema_extra={"anyOf": [{"type": "string", "pattern": FORECASTER}, {"type": "null"}]},
    )


def _responses(*row: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Describe a page of rows in each of its formats."""
    rows: Any = reduce(or_, (list[each] for each in row))  # type: ignore[valid-type]
    data: Any = rows | dict[str, list[Any]]
    page: Any = create_model(f"{row[0].__name__}Page", __base__=schemas.Page, data=(data, ...))
    text = {"schema": {"type": "string"}}
    binary = {"schema": {"type": "string", "format": "binary"}}
    formats = {"text/csv": text, Format.PARQUET.media_type: binary}
    answer = {"model": page, "content": formats, "description": "A page in order of the key."}
    refusal = {"model": Problem, "description": "Accept allows none of the formats."}
    return {**REFUSALS, 200: answer, 406: refusal}


@router.get("/actuals", responses=_responses(schemas.ActualRow))
async def actuals(request: Request, served: Served, asked: Annotated[PageQuery, Query()]) -> Response:
    """Actual consumption by the hour, and how many quarter-hours each averages."""
    return await _page(request, served, asked, listings.ACTUALS)


@router.get(
    "/predictions",
    responses=_responses(
        schemas.PredictionRow, schemas.QuarterPredictionRow, schemas.IntradayRow, schemas.WeekAheadRow
    ),
)
async def predictions(request: Request, served: Served, asked: Annotated[PredictionQuery, Query()]) -> Response:
    """Every vintage of our forecast, with its issue time, its lead time, its model and its quantiles.

    By the hour or, with `resolution=15min`, by the quarter-hour: those of an hour have its forecast as mean.
    With `horizon=intraday` what was forecast every hour within the day, with `horizon=week` what was forecast each
    morning for the days two to seven ahead.
    """
    listing = listings.PREDICTIONS if asked.resolution == "1h" else listings.QUARTER_PREDICTIONS
    if asked.horizon != "day-ahead":
        listing = listings.INTRADAY if asked.horizon == "intraday" else listings.WEEK_AHEAD
        if asked.issue is not None or asked.resolution != "1h":
            raise invalid("horizon", "must be day-ahead where `issue` or `resolution=15min` is given.")
    return await _page(request, served, asked, listing, model_version=asked.model)


@router.get("/peaks", responses=_responses(schemas.PeakRow))
async def peaks(request: Request, served: Served, asked: Annotated[PeaksQuery, Query()]) -> Response:
    """How high the highest hour of each day two to seven ahead is, and when it most likely is.

    Of the newest issue, unless a period is given by `range`, `start` or `end`: then of every issue for its days.
    The quantiles are those of the highest hour, whichever it is; `peak_hour` is the hour that most likely is it.
    """
    return await _page(request, served, asked, listings.PEAKS, model_version=asked.model)


@router.get("/prediction-changes", responses=_responses(schemas.PredictionChangeRow))
async def prediction_changes(
    request: Request, served: Served, asked: Annotated[PredictionQuery, Query()]
) -> Response:
    """How each issue of our forecast differs from the one before it of the same delivery day, and why."""
    return await _page(request, served, asked, listings.PREDICTION_CHANGES, model_version=asked.model)


@router.get("/rte-forecasts", responses=_responses(schemas.RteForecastRow))
async def rte_forecasts(request: Request, served: Served, asked: Annotated[RteQuery, Query()]) -> Response:
    """Every vintage of RTE's forecasts."""
    return await _page(request, served, asked, listings.RTE_FORECASTS, forecast_type=asked.type)


@router.get("/raw-rte-forecasts", responses=_responses(schemas.RawRteForecastRow))
async def raw_rte_forecasts(request: Request, served: Served, asked: Annotated[RteQuery, Query()]) -> Response:
    """RTE's forecasts by quarter-hour and half-hour, as they were read."""
    return await _page(request, served, asked, listings.RAW_RTE_FORECASTS, forecast_type=asked.type)


@router.get("/revisions", responses=_responses(schemas.RevisionRow))
async def revisions(request: Request, served: Served, asked: Annotated[PageQuery, Query()]) -> Response:
    """Actual values that were replaced: when, by what."""
    return await _page(request, served, asked, listings.REVISIONS)


@router.get("/accuracy", responses=_responses(schemas.AccuracyRow))
async def accuracy(request: Request, served: Served, asked: Annotated[AccuracyQuery, Query()]) -> Response:
    """The errors of each forecaster on each Paris day."""
    return await _page(request, served, asked, listings.ACCURACY, forecaster=asked.forecaster)


async def _page(
    request: Request, served: Service, asked: PageQuery, listing: Listing, **equal: str | None
) -> Response:
    span = window(asked, served.now())
    after = None if asked.cursor is None else key_after(listing, asked.cursor)
    how = Format(asked.format) if asked.format else _accepted(joined(request.headers, "accept"))
    named: dict[str, KeyValue] = {name: value for name, value in equal.items() if value is not None}
    is_newest = listing in (listings.WEEK_AHEAD, listings.PEAKS) and not (asked.range or asked.start or asked.end)

    def make(connection: Connection) -> Made:
        issue = issue_meant(connection, served.now(), after) if is_newest else {}
        start, end = period_of(issue) if issue else (span.start, span.end)
        table = listings.page(
            connection,
            listing,
            start,
            end,
            limit=asked.limit + 1,  # one more tells whether there are more
            after=after,
            equal={**issue, **named},
            issue=span.issue,
        )
        following = None
        if len(table) > asked.limit:
            table = table.iloc[: asked.limit]
            following = cursor(listing, table)
        if listing in (listings.PREDICTIONS, listings.QUARTER_PREDICTIONS, listings.PREDICTION_CHANGES):
            table.insert(2, "issue", issue_names(table["issued_at"]))
        if listing == listings.PEAKS:
            table = with_peak_hours(connection, table)
        elif listing == listings.WEEK_AHEAD:
            table = with_leads(table)
        if "issued_at" in table and listing != listings.PEAKS:
            lead = table[listing.key[0]] - table["issued_at"]
            table["lead_hours"] = (lead.dt.total_seconds() / HOUR.total_seconds()).round(4)
        return Made(encoded(table, how, following), how.media_type, _link(request, following))

    # The address is in the key because the link to the next page repeats it.
    key = (request.url.path, request.url.query, span, how)
    return await served.answers.give(request, key, make)


def issue_names(issued_at: pd.Series) -> pd.Series:
    """Return which of the two issues each issue time (UTC) is; missing where it is neither.

    Example:
        >>> issue_names(pd.Series(pd.to_datetime(["2025-03-29T19:30Z", "2025-03-29T09:00Z"]))).tolist()
        ['evening', 'morning']
    """
    clock = issued_at.dt.tz_convert(PARIS).dt.strftime("%H:%M").to_numpy()
    named = [np.asarray(clock == f"{issue.wall_clock:%H:%M}") for issue in Issue]
    names = np.select(named, [issue.value for issue in Issue], default="")
    return pd.Series(names, index=issued_at.index, dtype="str").replace("", None)


def _accepted(accept: str) -> Format:
    """Return the format that a header likes best.

    Raises:
        HTTPException: 406, it accepts none of those there are.

    Example:
        >>> _accepted("text/csv;q=0.2, application/*;q=0.9"), _accepted("text/html, */*;q=0.8"), _accepted("")
        (<Format.JSON: 'json'>, <Format.JSON: 'json'>, <Format.JSON: 'json'>)
    """
    how = chosen(accept, TYPES)
    if how is None:
        raise HTTPException(406, f"Nothing that Accept allows: there is {', '.join(TYPES.values())}.")
    return Format(how)


def _link(request: Request, following: str | None) -> dict[str, str]:
    """Return the header that leads to the next page."""
    if following is None:
        return {}
    query = urlencode({**request.query_params, "cursor": following})
    return {"Link": f'<{request.url.path}?{query}>; rel="next"'}
