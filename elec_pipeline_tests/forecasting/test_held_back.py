"""Which forecasts are held back, and who speaks instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.plausible_forecast import implausible_forecast
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting import forecaster
from elec_pipeline.forecasting.forecaster import Forecaster, said
from elec_pipeline.forecasting.held_back import first_plausible, week_before
from elec_pipeline_tests.conftest import DST_DAYS
from elec_pipeline_tests.forecasting.absurdities import SITUATIONS, known_at_issue, world
from elec_pipeline_tests.forecasting.test_plausible_forecasts import bundled

CASES = [(day, situation) for day in DST_DAYS for situation in SITUATIONS]


@pytest.fixture(params=CASES, ids=str)
def known(request: pytest.FixtureRequest) -> InformationSet:
    day, situation = request.param
    return known_at_issue(day, situation, world(day, situation, weather=False), bundled().context_hours)


def sound(known: InformationSet) -> Floats:
    [made] = bundled().predict([known])
    return made


ABSURD: dict[str, Callable[[Floats], Floats]] = {
    "a tenth": lambda made: made / 10,
    "ten times": lambda made: made * 10,
    "another sign": lambda made: made[:, ::-1] * -1,
    "half": lambda made: made / 2,
    "twice": lambda made: made * 1.9,
    "no value": lambda made: np.where(np.arange(len(made))[:, None] == 3, np.nan, made),
    "one hour up": lambda made: made + np.where(np.arange(len(made))[:, None] == 3, 2e4, 0),
    "no width": lambda made: np.repeat(made[:, MEDIAN : MEDIAN + 1], len(LEVELS), axis=1),
    "any width": lambda made: made + (np.arange(len(LEVELS)) - MEDIAN) * 9e3,
}


@pytest.mark.parametrize("name", ABSURD)
def test_the_next_that_is_plausible_speaks_and_the_issue_is_marked(known: InformationSet, name: str) -> None:
    right = sound(known)
    wrong = np.asarray(ABSURD[name](right))
    reason = implausible_forecast(wrong, known)
    assert reason is not None
    issued = first_plausible(known, wrong, [("a", wrong), ("b", right + 1), ("c", right)])
    assert issued.quantiles is not None
    np.testing.assert_array_equal(issued.quantiles, right + 1)
    assert issued.held_back is not None
    assert reason in issued.held_back
    assert "b speaks instead" in issued.held_back
    none = first_plausible(known, wrong, [("a", wrong)])
    assert none.quantiles is None
    assert none.held_back is not None
    assert str(known.delivery_day) in none.held_back


def test_a_plausible_forecast_is_published_as_it_is_and_no_other_is_made(known: InformationSet) -> None:
    made = sound(known)

    def others() -> Iterator[tuple[str, Floats]]:
        asked.append("others")
        yield "other", made

    asked: list[str] = []
    issued = first_plausible(known, made, others())
    assert not asked
    assert issued.held_back is None
    np.testing.assert_array_equal(np.asarray(issued.quantiles), made)
    [of_model] = bundled().issue([known])
    np.testing.assert_array_equal(np.asarray(of_model.quantiles), made)


def test_the_experts_speak_by_their_weight_and_the_week_before_last(
    known: InformationSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = bundled()
    made = model.said(known)
    broken = {name: quantiles / 10 for name, quantiles in made.items()}
    weights = model.combination.of(model_key(model, known)).medians
    by_weight = sorted(made, key=lambda name: -weights.get(name, 0.0))
    told = said(model.experts, known)

    def say(quantiles: dict[str, Floats]) -> None:
        monkeypatch.setattr(forecaster, "said", lambda *_: replace(told, quantiles=quantiles))

    say({**broken, by_weight[-1]: made[by_weight[-1]]})
    [issued] = model.issue([known])
    if issued.held_back is not None:  # the sound one alone may have weight enough
        assert f"{by_weight[-1]} speaks instead" in issued.held_back
    say(broken)
    [issued] = model.issue([known])
    assert issued.held_back is not None
    assert "seasonal_naive speaks instead" in issued.held_back
    assert issued.quantiles is not None
    assert (np.diff(issued.quantiles, axis=1) >= 0).all()
    assert issued.quantiles.shape == (known.delivery_hours, len(LEVELS))


def model_key(model: Forecaster, known: InformationSet) -> str:
    from elec_pipeline.forecasting.features.situations import key

    assert model.combination.blends
    return key(known.situation, known.usable_inputs)


def test_a_week_before_that_was_not_known_is_that_of_two_weeks_before(known: InformationSet) -> None:
    load = known.load_mw.copy()
    load[-known.delivery_hours - 170 : -known.delivery_hours - 150] = np.nan
    gaps = replace(known, load_mw=load)
    assert np.isfinite(week_before(gaps)).all()
    assert implausible_forecast(week_before(gaps), gaps) is None
    short = known.with_context(192)
    np.testing.assert_allclose(week_before(short)[:, MEDIAN], week_before(known)[:, MEDIAN])
    assert implausible_forecast(week_before(short), short) is None
    nothing = replace(known, load_mw=np.full_like(load, np.nan))
    assert implausible_forecast(week_before(nothing), nothing) is not None
