"""`elec models`, `elec fine-tune` and the doctor's line on the model, as a user reads them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from elec_pipeline import cli
from elec_pipeline.commands import findings
from elec_pipeline.commands.doctor_model import describe_model
from elec_pipeline.errors import ModelUnavailableError, RegistryError, TooFewDaysError
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.settings import settings
from elec_pipeline.store import models, queries
from elec_pipeline_tests.forecasting.stored import misused, register, store_made_up


@pytest.fixture
def own_home(configured: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """State of the test's own; the database stays the one of `configured`."""
    assert configured
    monkeypatch.setenv("ELEC_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.setattr(
        "elec_pipeline.commands.terminal.out.width", 240
    )  # it was made when the module was first imported
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def elec(*arguments: str) -> str:
    """Run a command in this process; its errors are raised."""
    result = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def row(output: str, version: str) -> str:
    return next(line for line in output.splitlines() if version in line)


def test_versions_are_listed_promoted_and_rolled_back(
    engine: Engine, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = card_of("")["version"]
    assert "In use: bundled, the bundled checkpoint: no model is promoted" in elec("models", "list")
    one, two = (misused(own_home / name, hours) for name, hours in (("one", 48), ("two", 72)))
    for version, name in ((one, "one"), (two, "two"), (bundled, "")):
        register(engine, version, own_home / name if name else Path("bundled"))
    listed = elec("models", "list")
    assert row(listed, bundled).startswith("live")
    assert not row(listed, one).startswith("live")

    assert f"{one} is promoted" in elec("models", "promote", one.removeprefix("elec-")[:7])
    assert f"{two} is promoted" in elec("models", "promote", two)
    assert f"{two} is the promoted model already" in elec("models", "promote", two)
    listed = elec("models", "list")
    assert [row(listed, version).startswith("live") for version in (one, two, bundled)] == [False, True, False]
    shown = elec("models", "show", two)
    assert "by hand on" in shown
    assert str(own_home / "two") in shown
    assert "promoted on" in describe_model(settings(), engine, deep=False)

    assert f"In use: {one}, promoted on" in elec("models", "rollback")
    assert "rolled back on" in elec("models", "show", two)
    monkeypatch.setenv("ELEC_MODEL", str(own_home / "two"))
    settings.cache_clear()
    assert "promotions have no effect" in elec("models", "promote", one)
    assert row(elec("models", "list"), two).startswith("live")
    why = f"ELEC_MODEL names it ({own_home / 'two'})"
    assert describe_model(settings(), engine, deep=True) == f"{two} loads; {why}"
    assert describe_model(settings(), engine, deep=False).startswith(f"{two} is there; {why}")


def test_the_weights_of_any_experts_are_a_table_by_what_is_known(engine: Engine, own_home: Path) -> None:
    blends = {
        "evening": {"medians": {"ridge": 0.7, "oracle": 0.3}, "widths": {"oracle": 1.0}, "late": 0.75},
        "alone+temperature_c": {"medians": {"ridge": 1.0}, "widths": {"ridge": 0.5, "oracle": 0.5}},
    }
    models.register_trained(
        engine, version="elec-1", base_model="nothing", location=str(own_home), trained_through=None,
        metrics={"card": {"combination": {"experts": ["ridge", "oracle"], "blends": blends}}},
    )  # fmt: skip
    shown = elec("models", "show", "elec-1")
    head = row(shown, "stands on").split()
    assert head == ["stands", "on", "ridge", "oracle", "own", "late", "errors"]
    assert row(shown, "evening").split() == ["evening", "0.70", "/", "0.00", "0.30", "/", "0.25", "–", "/", "0.75"]
    alone = ["alone+temperature_c", "1.00", "/", "0.50", "0.00", "/", "0.50", "–", "/", "0.00"]
    assert row(shown, "alone").split() == alone
    assert "{" not in shown


def test_what_cannot_be_promoted_or_rolled_back_is_said(engine: Engine, own_home: Path) -> None:
    with pytest.raises(RegistryError, match="nothing to roll back"):
        elec("models", "rollback")
    with pytest.raises(RegistryError, match="elec models list"):
        elec("models", "show", "nothing")
    one, two = (misused(own_home / name, hours) for name, hours in (("one", 48), ("two", 72)))
    for version, name in ((one, "one"), (two, "two")):
        register(engine, version, own_home / name)
        elec("models", "promote", version)
    shutil.rmtree(own_home / "one")
    with pytest.raises(ModelUnavailableError, match=r"does not load.*gone|does not load.*no folder"):
        elec("models", "rollback")
    with pytest.raises(ModelUnavailableError, match=one):
        elec("models", "promote", one)
    for deep in (False, True):
        assert not findings.look("model", partial(describe_model, settings(), engine, deep=deep)).is_well


@pytest.mark.long
def test_a_training_shows_progress_figures_and_verdict(engine: Engine, own_home: Path) -> None:
    with pytest.raises(TooFewDaysError, match="elec backfill"):
        elec("fine-tune")
    store_made_up(engine)
    said = elec(
        "fine-tune", "--steps", "1", "--from", "2025-05-20", "--train-to", "2025-07-20",
        "--validate-to", "2025-08-01", "--seed", "5",
    )  # fmt: skip
    with engine.connect() as connection:
        [model] = queries.registered_models(connection)
    assert f"{model.version} is in {own_home / 'checkpoints' / model.version}" in said
    assert "learnt from 62 days, 2025-05-20 to 2025-07-20" in said
    assert "1/1 steps" in said
    assert "validation, evening: MAPE" in said
    assert model.metrics["gate"]["why"] in said
    assert model.metrics["card"]["options"]["seed"] == 5
    listed = elec("models", "list")
    assert model.metrics["gate"]["why"][:20] in listed
    shown = elec("models", "show", model.version)
    assert "2025-05-20 to 2025-07-20, 62 days" in shown
    assert "gate: candidate_mw" in shown


def test_two_promotions_in_one_instant_keep_their_order(engine: Engine, own_home: Path) -> None:
    for name in ("a", "b"):
        register(engine, name, own_home)
    started = time.monotonic()
    moments = [models.promote(engine, name, by="hand") for name in "abab"]
    assert moments == sorted(set(moments))
    assert time.monotonic() - started < 5
