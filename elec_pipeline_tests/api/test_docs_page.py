"""The page of the API's documentation works where there is no internet."""

from __future__ import annotations

import re

from elec_pipeline_tests.api.conftest import Api


def test_the_page_is_made_of_what_this_server_has(api: Api) -> None:
    page = api.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"(https?:)?//[\w-]+\.\w", page.text)
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(parts) == 3
    for part in parts:
        reply = api.get(part)
        assert reply.status_code == 200, part
        assert len(reply.content) > 1000
    assert "elec-pipeline" in page.text


def test_the_styles_fetch_nothing_from_elsewhere(api: Api) -> None:
    styles = api.get("/docs-parts/swagger-ui.css").text
    assert not re.search(r"url\(['\"]?https?:", styles)
    assert "@import" not in styles
