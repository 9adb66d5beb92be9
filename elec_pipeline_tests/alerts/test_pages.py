"""What the page on alerts says is so, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from elec_pipeline.alerts.facts import Kind

ROOT = Path(__file__).parents[2]
both_languages = pytest.mark.parametrize("language", ["en", "fr"])


def page(language: str) -> str:
    return (ROOT / "docs" / language / "alerts.md").read_text(encoding="utf-8")


@both_languages
def test_every_test_that_the_table_of_faults_names_is_there(language: str) -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", page(language))
    assert len(named) > 15
    missing = [
        name
        for path, name in named
        if f"def {name}(" not in (ROOT / "elec_pipeline_tests" / path).read_text(encoding="utf-8")
    ]
    assert missing == []
    assert named == re.findall(r"`([\w/]+\.py)::(\w+)`", page("en"))


@both_languages
def test_every_kind_of_problem_is_explained(language: str) -> None:
    explained = set(re.findall(r"^\| `(\w+)[`/]", page(language), flags=re.MULTILINE)) - {"ELEC_ALERTS"}
    assert {kind.value for kind in Kind} <= explained
