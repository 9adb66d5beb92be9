"""The route /v1/export: the hours or quarter-hours of a period as a file, as from the dashboard's buttons.

Here: parameters, bounds, headers. Not here: the file (`exports`).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from sqlalchemy import Connection

from elec_pipeline.api.answers import Made
from elec_pipeline.api.errors import REFUSALS, invalid, unknown
from elec_pipeline.api.parameters import SeriesQuery, Window, window
from elec_pipeline.api.service import Served
from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.exports.making import file_name, make_file
from elec_pipeline.exports.resolution import Resolution
from elec_pipeline.exports.styles import Kind, Style

router = APIRouter(prefix="/v1", tags=["files"])
KINDS = tuple(kind.value for kind in Kind)
_MOMENT = timedelta(microseconds=1)
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILE = {
    "content": {
        kind.media_type.partition(";")[0]: {"schema": {"type": "string"}} if kind is Kind.CSV else _BINARY
        for kind in Kind
    },
    "description": "A row for each hour, or quarter-hour; headings alone where nothing is known.",
}


class ExportQuery(SeriesQuery):
    """The range, the issue, the resolution, the style; a parameter that there is not is refused."""

    model_config = ConfigDict(extra="forbid")

    resolution: Literal["1h", "15min"] = Field(
        default="1h",
        description="A row for each hour, or for each quarter-hour: `quarter_number` for `hour_number`, and "
        "no D-2 of RTE's.",
    )
    format: Literal["international", "fr"] = Field(
        default="international",
        description="How numbers and dates are written. `fr`: CSV with semicolons, decimal commas and a "
        "byte-order mark, so that Excel in French opens it right. Parquet is the same in both.",
    )


@router.get("/export.{kind}", response_class=Response, responses={**REFUSALS, 200: _FILE})
async def export(
    request: Request,
    served: Served,
    kind: Annotated[str, Path(description="Ending of the file.", json_schema_extra={"enum": list(KINDS)})],
    asked: Annotated[ExportQuery, Query()],
) -> Response:
    """Every hour, or quarter-hour, of the delivery days that the range touches: forecast, bands, RTE's, actual.

    Days at either end of which nothing is known are left out. RTE's forecasts are its newest, revisions included;
    the actual is that of complete hours, or of quarter-hours that were given as such.
    """
    if kind not in KINDS:
        raise unknown("file", kind, [f"export.{each}" for each in KINDS])
    span = window(asked, served.now())
    first, last = _days(asked, span)
    how, style, resolution = Kind(kind), Style(asked.format), Resolution(asked.resolution)
    name = file_name(first, last, span.issue, how, resolution)

    def make(connection: Connection) -> Made:
        content = make_file(connection, first, last, span.issue, kind=how, style=style, resolution=resolution)
        return Made(content, how.media_type, {"Content-Disposition": f'attachment; filename="{name}"'})

    return await served.answers.give(
        request, (router.prefix, how, style, resolution, first, last, span.issue), make
    )


def _days(asked: ExportQuery, span: Window) -> tuple[date, date]:
    """Return the delivery days that a range touches, both ends included.

    Raises:
        RequestValidationError: They are too many.
    """
    first, last = delivery_day(span.start), delivery_day(span.end - _MOMENT)
    most = Resolution(asked.resolution).most_days
    if (last - first).days >= most:
        given = "end" if asked.start and asked.end else "start" if asked.start else "range"
        raise invalid(given, f"must not make a range of more than {most} days: a file holds no more.")
    return first, last
