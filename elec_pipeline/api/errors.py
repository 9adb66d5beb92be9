"""What a caller is told when something is wrong: the field and what is allowed, never anything of the inside.

Here: the shapes of refusals and their handlers. Not here: the rules (`parameters`, `limits`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.errors import ForecastError, StoreError

_LOG = logging.getLogger(__name__)
RETRY_AFTER_S = 5
DATABASE_AWAY = "The database does not answer. Try again later."
MODEL_AWAY = "The model cannot be used. The log of the service says why."


class Problem(BaseModel):
    """A refusal in one sentence."""

    detail: str = Field(description="What is wrong, and what to do.")


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    loc: list[str | int] = Field(description="Where: `query`, `body` or `header`, then the field.")
    msg: str = Field(description="What is allowed.")
    type: str = Field(description="Kind of the mistake.")


class FieldProblems(BaseModel):
    """Bad input: one entry for each field."""

    detail: list[FieldProblem]


INVALID: dict[int | str, dict[str, Any]] = {
    422: {"model": FieldProblems, "description": "Bad input, field by field."}
}
UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "description": "The database does not answer, or not in time."}
}
REFUSALS = {
    **INVALID,
    **UNAVAILABLE,
    401: {"model": Problem, "description": "The header X-API-Key is missing or wrong; only where a key is set."},
    404: {"model": Problem, "description": "Unknown zone or issue."},
}
"""The answers that any route of data may give beside its data."""


def invalid(field: str, message: str, kind: str = "value_error") -> RequestValidationError:
    """Return the refusal of a query parameter for a reason that only several fields together show."""
    return RequestValidationError([{"loc": ("query", field), "msg": message, "type": kind}])


def unknown(what: str, value: str, allowed: Sequence[str]) -> HTTPException:
    """Return the refusal of a name that does not exist."""
    return HTTPException(404, f"Unknown {what} {value[:40]!r}: there is {', '.join(allowed)}.")


def add_handlers(app: FastAPI) -> None:
    """Make an app answer every failure in these shapes."""
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(SQLAlchemyError, _on_store)
    app.add_exception_handler(StoreError, _on_store)
    app.add_exception_handler(ForecastError, _on_model)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    problems = []
    for each in error.errors():
        message = each["msg"]
        if each["type"] == "extra_forbidden":
            message = f"Unknown; allowed are {', '.join(_allowed(request, each['loc'][0]))}."
        elif each["type"] == "missing":
            message = "Required, and missing."
        problems.append({"loc": list(each["loc"]), "msg": message, "type": each["type"]})
    return JSONResponse({"detail": problems}, 422)


async def _on_store(request: Request, error: Exception) -> Response:
    _LOG.error("%s: the database failed (%s)", request.url.path, error)
    return unavailable(DATABASE_AWAY)


async def _on_model(request: Request, error: Exception) -> Response:
    _LOG.error("%s: %s", request.url.path, error)
    return unavailable(MODEL_AWAY)


def unavailable(detail: str, status: int = 503) -> JSONResponse:
    """Return a refusal that passes by itself."""
    return JSONResponse({"detail": detail}, status, {"Retry-After": str(RETRY_AFTER_S)})


def _allowed(request: Request, where: object) -> list[str]:
    """Return the names that a route's own description allows."""
    description = request.app.openapi()
    route = description["paths"][request.scope["route"].path][request.method.lower()]
    if where == "query":
        return [each["name"] for each in route.get("parameters", []) if each["in"] == "query"]
    schema = route["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    return list(description["components"]["schemas"][schema]["properties"])
