"""A checkpoint is not used by code that makes other features: each tuned constant is changed, one at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from elec_pipeline.domain.information_set import Situation
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting import checkpoint
from elec_pipeline.forecasting.checkpoint import BUNDLED, load_forecaster
from elec_pipeline.forecasting.experts.boosting import features as boosting_features
from elec_pipeline.forecasting.experts.boosting.boosting import Boosting
from elec_pipeline.forecasting.experts.chronos.training.options import BUNDLED_RECIPE, TrainingOptions
from elec_pipeline.forecasting.experts.ridge import fingerprint as ridge_fingerprint
from elec_pipeline.forecasting.experts.ridge import online_ridge
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline.forecasting.features import (
    calendar,
    day_table,
    rte_errors,
    situations,
    temperature,
    weather,
    weekly_change,
)
from elec_pipeline.forecasting.features.specimen import information_sets

Constant = tuple[ModuleType, str]
CHANGING_NOTHING = {
    "PRIOR_SHARE", "LEAST_DAYS", "BATCH_DAYS",  # for fitting alone
    "LEAST_WEIGHT",  # between one and no hour known: at no hour of the fixed days is it in between
    "LOOKBACK_DAYS", "CONTEXT_DAYS", "CONTEXT_HOURS",  # how much is given, not what is made of it
    "KEYS", "OF_INPUT", "WEEKDAYS",  # names
}  # fmt: skip


def constants(*modules: ModuleType) -> list[Constant]:
    """All tuned constants that a module defines, found by their names: a new one need not be listed."""
    return [
        (module, name)
        for module in modules
        for name, value in vars(module).items()
        if name.isupper()
        and name not in CHANGING_NOTHING
        and f"\n{name}" in "\n" + Path(str(module.__file__)).read_text().replace(", ", "\n")
        and isinstance(value, float | int | tuple | dict | slice)
    ]


def changed(value: object) -> object:
    """A constant that is a little different."""
    if isinstance(value, dict):
        return {key: changed(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(changed(each) for each in value)
    if isinstance(value, weather.Size):
        return weather.Size(value.usual * 1.01, value.spread)
    if isinstance(value, slice):
        return slice(value.start, value.stop - 1)
    return value + 1 if isinstance(value, int) else value * 1.01  # type: ignore[operator]


MODULES = (rte_errors, weekly_change, temperature, weather, situations, day_table, calendar, online_ridge)
OF_RIDGE = constants(*MODULES)
OF_BOOSTING = constants(boosting_features)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture(scope="module")
def ridge() -> Ridge:
    return Ridge.load(BUNDLED / "ridge")


def forget() -> None:
    ridge_fingerprint.fingerprint.cache_clear()
    calendar._of_year.cache_clear()  # noqa: SLF001 - it remembers days by the constants of before


@pytest.mark.parametrize(("module", "name"), OF_RIDGE, ids=lambda each: getattr(each, "__name__", each))
def test_a_changed_constant_of_the_ridge_makes_loading_fail(
    module: ModuleType, name: str, ridge: Ridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint.require_fingerprint(BUNDLED, {"ridge": ridge})
    forget()
    for user in MODULES:
        if name in vars(user) and vars(user)[name] is vars(module)[name]:
            monkeypatch.setattr(user, name, changed(vars(module)[name]))
    with pytest.raises(ModelUnavailableError, match=r"ridge was fitted on other features.*`elec fine-tune`"):
        checkpoint.require_fingerprint(BUNDLED, {"ridge": ridge})


@pytest.mark.parametrize(("module", "name"), OF_BOOSTING, ids=lambda each: getattr(each, "__name__", each))
def test_a_changed_constant_of_boosting_changes_its_fingerprint(
    module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Boosting({}, {}).fingerprint()
    monkeypatch.setattr(module, name, changed(vars(module)[name]))
    after = Boosting({}, {}).fingerprint()
    assert not np.allclose(before, after, rtol=checkpoint.RELATIVE, atol=checkpoint.ABSOLUTE)


def test_the_constants_are_found() -> None:
    found = {name for _, name in OF_RIDGE}
    assert {"HEATING_C", "COOLING_C", "HALF_LIFE_DAYS", "MOST_MW", "WEEK_BEFORE_SHARE", "COLDEST_DAY"} <= found
    assert set(Situation) == set(temperature.MW_PER_DEGREE)


def test_the_same_code_makes_the_same_fingerprint_and_a_lost_one_is_refused(tmp_path: Path) -> None:
    assert load_forecaster("").version == load_forecaster("").version
    folder = shutil.copytree(BUNDLED, tmp_path / "copy")
    (folder / "fingerprint.json").write_text('{"ridge": [1, 2], "chronos": []}')
    with pytest.raises(ModelUnavailableError, match="expert ridge was fitted on other features"):
        load_forecaster(str(folder), unfinished=True)


def test_a_network_with_the_longest_context_has_one_too() -> None:
    recipe = BUNDLED_RECIPE.model_copy(update={"context_hours": 8192})
    ridge = Ridge(TrainingOptions(recipe=recipe).ridge)
    made = replace(load_forecaster("").chronos, recipe=recipe, ridge=ridge).fingerprint()
    assert made.size
    assert np.isfinite(made).all()


def test_a_ridge_that_learnt_something_else_remembers_nothing_of_the_former(ridge: Ridge) -> None:
    [information, *_] = information_sets()
    [former] = ridge.predict([information])
    [blank] = replace(ridge, regressions=Regressions()).predict([information])
    assert not np.array_equal(former, blank)
    np.testing.assert_array_equal(ridge.predict([information])[0], former)
