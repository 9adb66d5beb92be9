"""README and pages: what they point at is there, and what stands in two places says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from elec_pipeline.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    others_language = ROOT / "docs" / "en"  # the site shows its pictures where a language has none of its own
    missing = [
        target
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
        and not (target.startswith("images/") and (others_language / target).exists())
    ]
    assert missing == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_setting_is_explained(language: str) -> None:
    table = (ROOT / "docs" / language / "settings.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"`([A-Z][A-Z_]+)`", "\n".join(re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)))
    )
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_figures_of_the_readme_are_those_of_the_page() -> None:
    figures = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if " MW |" in line]
    assert figures
    page = (ROOT / "docs" / "en" / "accuracy.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in figures if line not in page] == []
