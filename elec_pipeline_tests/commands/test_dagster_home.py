"""What an operator changed in the instance's files survives every command, and every new version."""

from __future__ import annotations

from pathlib import Path

import pytest

from elec_pipeline.commands import dagster_home
from elec_pipeline.commands.dagster_home import edited_files, prepare
from elec_pipeline.home import dagster_home as home_of
from elec_pipeline.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(elec_home=tmp_path / "home")


def ship(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Make a text what the next version ships for both files."""
    folder.mkdir(exist_ok=True)
    for name in dagster_home.INSTANCE_FILES:
        (folder / name).write_text(text)
    monkeypatch.setattr(dagster_home, "_shipped", lambda name: folder / name)


def test_a_file_that_nobody_edited_follows_the_version(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("first", "second"):
        ship(monkeypatch, tmp_path / "shipped", text)
        assert (prepare(settings) / "dagster.yaml").read_text() == text
    assert edited_files(settings) == {}


def test_an_edited_file_stays_and_the_newer_one_is_put_beside_it_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, tmp_path / "shipped", "first")
    edited = prepare(settings) / "dagster.yaml"
    edited.write_text("mine")
    prepare(settings)
    assert edited.read_text() == "mine"
    assert edited_files(settings) == {edited: None}

    ship(monkeypatch, tmp_path / "shipped", "second")
    prepare(settings)
    newer = edited.with_name("dagster.yaml.new")
    assert edited.read_text() == "mine"
    assert newer.read_text() == "second"
    assert edited_files(settings) == {edited: newer}
    assert (edited.parent / "workspace.yaml").read_text() == "second"

    newer.unlink()
    prepare(settings)
    assert not newer.exists()
    edited.write_text("second")  # the newer one after all
    ship(monkeypatch, tmp_path / "shipped", "third")
    prepare(settings)
    assert edited.read_text() == "third"


def test_a_file_of_a_version_that_noted_nothing_is_ours(settings: Settings) -> None:
    home = home_of(settings.elec_home)
    home.mkdir(parents=True)
    (home / "dagster.yaml").write_text("run_monitoring: {enabled: true}\n")
    prepare(settings)
    assert "free_slots_after_run_end_seconds" in (home / "dagster.yaml").read_text()
