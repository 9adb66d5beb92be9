"""The routes of the open data: `/records` and `/exports/{json,csv}` of the two national eCO2mix data sets.

Here: HTTP. Not here: what is said (`odre_rows`, `odre_query`), when a fault hits (`app`).
"""

from __future__ import annotations

from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from elec_pipeline.simulator.odre_query import OdreRequestError, as_csv, as_json, read_query
from elec_pipeline.simulator.odre_rows import DATASETS, OpenData

CATALOG = "/api/explore/v2.1/catalog/datasets"
RECORDS = CATALOG + "/{dataset}/records"
EXPORTS = CATALOG + "/{dataset}/exports/{form}"


async def answer(request: Request, data: OpenData, now: datetime) -> Response:
    """Answer a request for records or an export.

    Args:
        request: Of either route.
        data: What the data sets hold.
        now: The present moment, zone-aware.
    """
    dataset, form = request.path_params["dataset"], request.path_params.get("form")
    if dataset not in DATASETS or form not in (None, "json", "csv"):
        return _error("UnknownDatasetError", "The requested dataset or format does not exist.", 404)
    try:
        asked = read_query(request.query_params, is_export=form is not None)
    except OdreRequestError as error:
        return _error(error.code, str(error), 400)
    rows = await run_in_threadpool(data.rows, dataset, asked.start, asked.end, now)
    page = asked.page(rows, shuffled=form is not None)
    if form == "csv":
        return Response(as_csv(page, asked.fields), media_type="text/csv; charset=utf-8")
    if form == "json":
        return Response(as_json(page), media_type="application/json")
    return JSONResponse({"total_count": len(rows), "results": page})


def _error(code: str, message: str, status: int) -> Response:
    return JSONResponse({"error_code": code, "message": message}, status)
