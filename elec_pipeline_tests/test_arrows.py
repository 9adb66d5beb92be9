"""Arrows between the rooms of the house run one way: what the imports say, not what a picture does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import elec_pipeline

PACKAGE = Path(elec_pipeline.__file__).parent
FORBIDDEN = {
    "domain": {"!domain", "!errors"},
    "forecasting": {"store", "sources", "defs", "steps", "commands", "api", "simulator", "dagster"},
    "sources": {"store", "forecasting", "steps", "defs", "commands", "api", "dagster"},
    "store": {"backup", "forecasting", "sources", "steps", "defs", "commands", "api", "dagster"},
    "steps": {"defs", "commands", "api", "dagster"},
    "defs": {"commands", "api"},
    "alerts": {"sources", "steps", "defs", "commands", "api", "simulator", "dagster"},
    "backup": {"sources", "steps", "defs", "commands", "api", "simulator", "dagster"},
    "simulator": {"store", "forecasting", "sources", "steps", "defs", "commands", "api", "dagster"},
    "exports": {"sources", "steps", "defs", "commands", "api", "simulator", "forecasting", "dagster"},
    "api": {"defs", "commands", "sources", "steps", "dagster"},
}
"""What each room may not import, by rooms of ours and by library; with `!`, what it may import of ours alone."""
MAY_ALL_THE_SAME = {"forecasting/lifecycle": {"store"}}
"""The registry is a table."""


def imports(path: Path) -> Iterator[str]:
    """Return what a file imports, inside functions too: rooms of ours, and other packages by name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "elec_pipeline":
                names = [f"elec_pipeline.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            yield rest[0] if first == "elec_pipeline" and rest else f"{first} (a library)"


def unwanted(path: Path, room: str) -> list[str]:
    rules = FORBIDDEN[room]
    folder = path.relative_to(PACKAGE).parent.as_posix()
    allowed = set().union(*(rooms for place, rooms in MAY_ALL_THE_SAME.items() if folder.startswith(place)))
    only = {rule[1:] for rule in rules if rule.startswith("!")}
    found = []
    for name in imports(path):
        is_ours = not name.endswith("(a library)")
        plain = name.removesuffix(" (a library)")
        if (is_ours and only and plain not in only) or (plain in rules and plain not in allowed):
            found.append(f"{path.relative_to(PACKAGE)} imports {name}")
    return found


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_arrow_runs_back_up(room: str) -> None:
    files = list((PACKAGE / room).rglob("*.py"))
    assert files
    assert [line for path in files for line in unwanted(path, room)] == []


def test_what_everything_stands_on_imports_in_one_direction() -> None:
    """Of the modules that no room holds, each imports only those that do not import it, inside functions too."""
    files = {
        path.stem: path for path in PACKAGE.glob("*.py") if path.stem not in ("__init__", "cli", "definitions")
    }
    arrows = {name: {each for each in imports(path) if each in files} for name, path in files.items()}
    assert "errors" in arrows["settings"]
    assert arrows["redaction"] == set()
    while arrows:
        ends = {name for name, targets in arrows.items() if not targets & set(arrows)}
        assert ends, f"they import each other: {sorted(arrows)}"
        arrows = {name: targets for name, targets in arrows.items() if name not in ends}


def test_nothing_of_ours_imports_the_dashboard() -> None:
    assert [path for path in PACKAGE.rglob("*.py") if "dashboard (a library)" in imports(path)] == []


def test_features_and_experts_know_nothing_of_what_is_built_on_them() -> None:
    below = {"features": {"experts", "combination", "training", "lifecycle", "backtest"}}
    below |= {
        "experts": {"training", "lifecycle", "backtest"},
        "combination": {"experts", "lifecycle", "backtest"},
    }
    found = []
    for room, above in below.items():
        for path in (PACKAGE / "forecasting" / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found += [(path.name, each) for each in above if f"elec_pipeline.forecasting.{each}" in text]
    assert found == []
