"""One way to the model in use: ELEC_MODEL, else the promoted one, else the bundled one; and never another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from elec_pipeline.errors import ModelUnavailableError, RegistryError
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.forecasting.combination.combination import Blend, Combination
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.forecasting.lifecycle.registry import Reason
from elec_pipeline.settings import Settings
from elec_pipeline.store import models, queries
from elec_pipeline.store.models import RegisteredModel
from elec_pipeline_tests.forecasting.stored import misused, register, write_card


@pytest.fixture
def here(database: str, tmp_path: Path) -> Settings:
    return Settings(database_url=SecretStr(database), elec_home=tmp_path / "home", elec_model="")


@pytest.fixture
def two(engine: Engine, tmp_path: Path) -> tuple[str, str]:
    """Two registered versions, in folders `one` and `two`."""
    made = []
    for name, hours in (("one", 48), ("two", 72)):
        made.append(misused(tmp_path / name, hours))
        register(engine, made[-1], tmp_path / name)
    return made[0], made[1]


def registered(engine: Engine, version: str) -> RegisteredModel:
    with engine.connect() as connection:
        return registry.find(queries.registered_models(connection), version)


def version_in_use(engine: Engine, here: Settings) -> str:
    return registry.load(registry.in_use(engine, here)).version


def test_without_a_promotion_the_bundled_checkpoint_is_in_use(
    engine: Engine, here: Settings, two: tuple[str, str]
) -> None:
    used = registry.in_use(engine, here)
    assert used.reason is Reason.BUNDLED
    assert registry.load(used).location == "bundled"
    assert registry.load(used).version not in two
    assert card_of("")["version"] == registry.load(used).version


def test_the_newest_promotion_is_in_use_and_the_next_question_knows_it(
    engine: Engine, here: Settings, two: tuple[str, str]
) -> None:
    for version in two:
        models.promote(engine, version, by="hand")
        assert version_in_use(engine, here) == version
    used = registry.in_use(engine, here)
    assert used.reason is Reason.PROMOTED
    assert "promoted on" in used.why


def test_rollbacks_undo_promotions_one_by_one(engine: Engine, here: Settings, two: tuple[str, str]) -> None:
    one, two_ = two
    for version in (one, two_, one):
        models.promote(engine, version, by="gate")
    found = []
    for _ in range(3):
        found.append(version_in_use(engine, here))
        assert models.roll_back(engine) == found[-1]
    assert found == [one, two_, one]
    assert registry.in_use(engine, here).reason is Reason.BUNDLED
    with pytest.raises(RegistryError, match="nothing to roll back"):
        models.roll_back(engine)
    log = registered(engine, one).metrics["promotions"]
    assert [set(each) for each in log] == [{"at", "by", "rolled_back_at"}] * 2


def test_elec_model_goes_before_every_promotion(
    engine: Engine, here: Settings, two: tuple[str, str], tmp_path: Path
) -> None:
    models.promote(engine, two[0], by="hand")
    named = here.model_copy(update={"elec_model": str(tmp_path / "two")})
    used = registry.in_use(engine, named)
    assert used.reason is Reason.SETTING
    assert registry.load(used).version == two[1]
    assert "ELEC_MODEL" in used.why


def test_a_promoted_folder_that_is_gone_is_an_error_that_says_what_to_do(
    engine: Engine, here: Settings, two: tuple[str, str], tmp_path: Path
) -> None:
    models.promote(engine, two[0], by="hand")
    models.promote(engine, two[1], by="hand")
    assert version_in_use(engine, here) == two[1]
    shutil.rmtree(tmp_path / "two")
    with pytest.raises(ModelUnavailableError, match=rf"{two[1]}.*elec models rollback") as refused:
        version_in_use(engine, here)
    assert "ELEC_MODEL" not in str(refused.value)
    assert str(tmp_path / "two") in str(refused.value)
    models.roll_back(engine)
    assert version_in_use(engine, here) == two[0]


def test_a_promoted_folder_whose_content_changed_is_an_error(
    engine: Engine, here: Settings, two: tuple[str, str], tmp_path: Path
) -> None:
    models.promote(engine, two[0], by="hand")
    assert version_in_use(engine, here) == two[0]
    wider = Blend(medians={CHRONOS: 1.0}, widths={CHRONOS: 1.0}, spreads=(2.0, 2.0, 2.0))
    Combination(experts=(CHRONOS,), otherwise=wider).save(tmp_path / "one")
    other = write_card(tmp_path / "one")
    with pytest.raises(ModelUnavailableError, match=rf"{two[0]}.*now is {other}.*rollback"):
        version_in_use(engine, here)


def test_a_home_that_moved_takes_its_checkpoints_along(
    engine: Engine, here: Settings, two: tuple[str, str], tmp_path: Path
) -> None:
    models.promote(engine, two[0], by="hand")
    moved = registry.checkpoints(here.elec_home) / two[0]
    moved.parent.mkdir(parents=True)
    shutil.move(tmp_path / "one", moved)
    assert registry.in_use(engine, here).model == str(moved)
    assert version_in_use(engine, here) == two[0]


def test_a_broken_checkpoint_is_not_promoted_by_hand(
    engine: Engine, here: Settings, two: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "one" / "chronos" / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailableError, match=two[0]):
        registry.promote_by_hand(engine, here, registered(engine, two[0]))
    assert registry.in_use(engine, here).reason is Reason.BUNDLED
    registry.promote_by_hand(engine, here, registered(engine, two[1]))
    assert version_in_use(engine, here) == two[1]


def test_a_version_may_be_named_by_a_part_that_is_unambiguous(engine: Engine, two: tuple[str, str]) -> None:
    one, other = two
    assert registered(engine, one).version == one
    assert registered(engine, other.removeprefix("elec-")[:6]).version == other
    with pytest.raises(RegistryError, match="give more"):
        registered(engine, "elec-")
    with pytest.raises(RegistryError, match="elec models list"):
        registered(engine, "no-such")


def test_an_unknown_version_is_not_promoted(engine: Engine) -> None:
    with pytest.raises(RegistryError, match="no-such"):
        models.promote(engine, "no-such", by="hand")


def test_training_a_version_again_keeps_its_promotions(
    engine: Engine, here: Settings, two: tuple[str, str], tmp_path: Path
) -> None:
    models.promote(engine, two[0], by="gate")
    models.note_metrics(engine, two[0], gate={"passed": True})
    register(engine, two[0], tmp_path / "one")
    again = registered(engine, two[0])
    assert set(again.metrics) == {"promotions", "gate"}
    assert registry.in_use(engine, here).version == two[0]
