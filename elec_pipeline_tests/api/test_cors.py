"""With `*`, pages of every origin read the API; a foreign name and a missing key are refused all the same."""

from __future__ import annotations

import pytest
import requests

from elec_pipeline_tests.api.conftest import Serve

KEY = "k3y-of-the-api"


@pytest.mark.parametrize("origin", ["https://app.example", "http://evil.example:8080", "null"])
def test_every_page_may_call_where_the_settings_say_so(filled: str, serve: Serve, origin: str) -> None:
    api = serve(filled, elec_api_cors_origins="*", elec_api_key=KEY)
    page = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    reply = api.ask("/api/data?range=7d", {**page, "X-API-Key": KEY})
    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, "*")
    assert "access-control-allow-credentials" not in reply.headers
    preflight = requests.options(
        f"{api.url}/predict",
        headers={
            **page,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "X-API-Key, Content-Type",
        },
        timeout=9,
    )
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "*")
    refused = api.ask("/api/data?range=7d", page)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "*")
    rebound = api.ask("/api/data?range=7d", {**page, "Host": "evil.example", "X-API-Key": KEY})
    assert rebound.status_code == 403
