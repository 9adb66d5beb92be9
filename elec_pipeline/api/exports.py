"""The route /v1/export: the hours of a day or a period as a file, the same bytes as from the dashboard's buttons.

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
from elec_pipeline.exports.making import MOST_DAYS, file_name, make_file
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
    "description": "A row for each hour; headings alone where nothing is known.",
}


class ExportQuery(SeriesQuery):
    """The range, the issue, the style; a parameter that there is not is refused, for it is a mistake."""

    model_config = ConfigDict(extra="forbid")

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
    """Every hour of the delivery days that the range touches: forecast, bands, RTE's forecasts, actual.

    Days at either end of which nothing is known are left out. RTE's forecasts are its newest, revisions included;
    the actual is that of complete hours.
    """
    if kind not in KINDS:
        raise unknown("file", kind, [f"export.{each}" for each in KINDS])
    span = window(asked, served.now())
    first, last = _days(asked, span)
    how, style = Kind(kind), Style(asked.format)
    name = file_name(first, last, span.issue, how)

    def make(connection: Connection) -> Made:
        content = make_file(connection, first, last, span.issue, kind=how, style=style)
        return Made(content, how.media_type, {"Content-Disposition": f'attachment; filename="{name}"'})

    return await served.answers.give(request, (router.prefix, how, style, first, last, span.issue), make)


def _days(asked: ExportQuery, span: Window) -> tuple[date, date]:
    """Return the delivery days that a range touches, both ends included.

    Raises:
        RequestValidationError: They are too many.
    """
    first, last = delivery_day(span.start), delivery_day(span.end - _MOMENT)
    if (last - first).days >= MOST_DAYS:
        given = "end" if asked.start and asked.end else "start" if asked.start else "range"
        raise invalid(given, f"must not make a range of more than {MOST_DAYS} days: a file holds no more.")
    return first, last
