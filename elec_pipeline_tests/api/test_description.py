"""The service against its own OpenAPI description, property-based: no 5xx, no answer that is not described."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection

from elec_pipeline_tests.api.conftest import Api

ROUTES = [
    "/api/data", "/api/data/real", "/api/data/predictions", "/api/data/rte-forecasts", "/api/status",
    "/api/health", "/health", "/predict",
    "/v1/actuals", "/v1/predictions", "/v1/prediction-changes", "/v1/rte-forecasts", "/v1/raw-rte-forecasts",
    "/v1/revisions", "/v1/accuracy", "/v1/export.{kind}", "/v1/summary", "/v1/peaks",
]  # fmt: skip
# What several fields together say, such as an end before the start, no schema can.
REFUSALS_ARE_RIGHT = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "422", "429"]}}}


@pytest.mark.parametrize("path", ROUTES)
def test_answers_are_as_described(api: Api, path: str) -> None:
    config = schemathesis.Config.from_dict(REFUSALS_ARE_RIGHT)
    schema = schemathesis.openapi.from_url(f"{api.url}/openapi.json", config=config)
    [found] = schema.include(path=path).get_all_operations()
    assert isinstance(found, Ok)
    operation = found.ok()

    @hypothesis.given(case=operation.as_strategy())
    @hypothesis.settings(
        max_examples=25, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    def holds(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(excluded_checks=[negative_data_rejection])

    holds()


def test_every_route_is_checked(api: Api) -> None:
    assert sorted(api.json("/openapi.json")["paths"]) == sorted(ROUTES)
