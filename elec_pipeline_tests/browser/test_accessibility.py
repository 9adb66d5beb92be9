"""Each page in each theme, as axe-core judges it: no fault that it calls serious or critical."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from elec_pipeline_tests.browser.conftest import Visit

pytestmark = pytest.mark.timeout(600)
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
PAGES = ("", "week", "accuracy", "day", "data")
RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
HEADINGS = "() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(each => Number(each.tagName[1]))"


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_no_page_has_a_serious_fault(shared_url: tuple[str, str], visit: Visit, theme: str) -> None:
    found: list[str] = []
    page = visit(shared_url[0], theme=theme)
    for path in PAGES:
        page.goto(f"{shared_url[0]}/{path}?lang=fr")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
        page.add_script_tag(path=AXE)
        found += [
            f"{path or 'forecast'}: {fault['id']}: {fault['nodes'][0]['html'][:200]}"
            for fault in page.evaluate(RUN)
            if fault["impact"] in {"serious", "critical"}
        ]
        levels = page.evaluate(HEADINGS)
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    assert found == []
