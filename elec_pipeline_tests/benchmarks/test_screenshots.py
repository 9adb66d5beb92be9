"""The pictures that one command renews: all of them are there, small, and shown."""

from __future__ import annotations

import re

from benchmarks.screenshots import IMAGES, LARGEST_BYTES, PICTURES

ROOT = IMAGES.parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


def test_every_picture_of_the_documentation_is_renewed_by_the_command() -> None:
    shown = {name for page in PAGES for name in re.findall(r"images/([\w-]+\.png)", page.read_text())}
    assert shown == {picture.name for picture in PICTURES} == {path.name for path in IMAGES.glob("*.png")}


def test_no_picture_is_large() -> None:
    assert all(0 < path.stat().st_size <= LARGEST_BYTES for path in IMAGES.glob("*.png"))
