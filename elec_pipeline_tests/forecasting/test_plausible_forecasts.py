"""Nothing absurd gets in, nothing absurd gets out; and nothing real is taken for absurd."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmarks.real_data import Weather, read_history
from elec_pipeline.domain.delivery_day import Issue, days
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet, is_too_thin
from elec_pipeline.domain.inputs import INPUTS, TEMPERATURE
from elec_pipeline.domain.plausible_forecast import HIGHEST_MW, LOWEST_MW
from elec_pipeline.domain.quantiles import MEDIAN, Floats
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.held_back import Issued
from elec_pipeline_tests.conftest import DST_DAYS
from elec_pipeline_tests.forecasting.absurdities import (
    SITUATIONS,
    Absurdity,
    absurdities,
    known_at_issue,
    world,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LOAD = DATA / "load_fr_hourly.csv.gz"
WEATHER = Weather(DATA / "temperature_fr_hourly.csv.gz", DATA / "weather_fr_10cities_2021_2025.csv.gz")
MOST_HALF_WIDTHS = 8.0
"""How far a median may move by what is absurd, in half-widths of the 90 % band: no farther than it does where what
was left out was never known."""
BELIEVABLE_WEATHER = {"zero", "another sign", "ten times"}
"""Ways in which a temperature of a winter's day may become another that there is."""
WEATHER_NAMES = set(INPUTS)
SPELLS = {
    "cold of 2012": (date(2012, 2, 3), date(2012, 2, 14)),
    "Easter of 2013": (date(2013, 3, 29), date(2013, 4, 3)),
    "cold of 2017": (date(2017, 1, 15), date(2017, 1, 27)),
    "cold of 2018": (date(2018, 2, 24), date(2018, 3, 4)),
    "heat of 2019": (date(2019, 6, 24), date(2019, 7, 1)),
    "Christmas of 2019": (date(2019, 12, 22), date(2020, 1, 4)),
    "lockdown of 2020": (date(2020, 3, 14), date(2020, 3, 27)),
    "May of 2020": (date(2020, 4, 29), date(2020, 5, 12)),
    "change of clocks": (date(2024, 10, 24), date(2024, 10, 30)),
}


@cache
def bundled() -> Forecaster:
    return load_forecaster("")


@cache
def sound(day: date, situation: str, *, weather: bool) -> Floats:
    """Return the forecast of a world in which nothing is wrong."""
    known = known_at_issue(day, situation, world(day, situation, weather=weather), bundled().context_hours)
    [issued] = bundled().issue([known])
    assert not known.left_out
    assert issued.held_back is None
    assert issued.quantiles is not None
    return issued.quantiles


def check_what_gets_out(
    day: date, situation: str, wrong: list[Absurdity], fates: Counter[str], *, weather: bool
) -> None:
    past = world(day, situation, weather=weather, wrong=wrong)
    known = known_at_issue(day, situation, past, bundled().context_hours)
    if is_too_thin(known):
        fates["too thin"] += 1
        return
    [issued] = bundled().issue([known])
    if issued.quantiles is None:
        fates["refused"] += 1
        return
    fates["held back" if issued.held_back else "degraded" if known.is_degraded else "untouched"] += 1
    assert issued.quantiles.min() >= LOWEST_MW
    assert issued.quantiles.max() <= HIGHEST_MW
    moved = np.abs(issued.quantiles[:, MEDIAN] - sound(day, situation, weather=weather)[:, MEDIAN])
    half = (issued.quantiles[:, -1] - issued.quantiles[:, 0]) / 2
    assert (moved <= MOST_HALF_WIDTHS * half).all(), (moved / half).max()
    if not any(each.way in BELIEVABLE_WEATHER and each.series in WEATHER_NAMES for each in wrong):
        assert moved.max() == 0 or known.is_degraded


cases = given(
    day=st.sampled_from(list(DST_DAYS)),
    situation=st.sampled_from(list(SITUATIONS)),
    weather=st.booleans(),
    wrong=absurdities,
)
repeatable = hypothesis_settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@hypothesis_settings(repeatable, max_examples=150)
@cases
def test_whatever_is_stored_no_absurd_forecast_gets_out(
    day: date,
    situation: str,
    weather: bool,  # noqa: FBT001 - drawn
    wrong: list[Absurdity],
) -> None:
    check_what_gets_out(day, situation, wrong, Counter(), weather=weather)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_of_ten_thousand_absurd_databases_none_gets_an_absurd_forecast_out() -> None:
    fates: Counter[str] = Counter()

    @hypothesis_settings(repeatable, max_examples=10_000)
    @cases
    def check(day: date, situation: str, weather: bool, wrong: list[Absurdity]) -> None:  # noqa: FBT001 - drawn
        check_what_gets_out(day, situation, wrong, fates, weather=weather)

    check()
    print(f"{fates.total()} databases: {dict(fates)}")  # noqa: T201 - the figures of a run by hand
    assert fates["degraded"] > fates["held back"] + fates["refused"]


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize(
    "wrong",
    [
        Absurdity("load", "zero", days_back=20),
        Absurdity("load", "ten times", days_back=16, hours=(5, 6)),
        Absurdity("former", "ten times", days_back=3),
        Absurdity("rte", "a thousand times", days_back=0),
        Absurdity("rte", "zero", days_back=0),
        Absurdity(TEMPERATURE, "absolute zero", days_back=0),
        Absurdity(TEMPERATURE, "absolute zero", days_back=7),
        Absurdity(TEMPERATURE, "boiling", days_back=7, hours=(3,)),
        Absurdity(TEMPERATURE, "zero", days_back=0),
    ],
    ids=lambda each: f"{each.series} {each.way} {each.days_back} days back",
)
def test_what_is_in_the_database_already_reaches_no_model(situation: str, wrong: Absurdity) -> None:
    day = date(2025, 3, 31)
    past = world(day, situation, weather=True, wrong=[wrong])
    known = known_at_issue(day, situation, past, bundled().context_hours)
    name = {"load": "load_mw", "former": "load_mw", "rte": "rte_mw"}.get(wrong.series, wrong.series)
    was_known = not (situation == "alone" and wrong.series == "rte")  # at 10:00 there is no D-1
    assert (known.left_out.get(name, 0) > 0) == was_known
    assert known.is_degraded == was_known
    fates: Counter[str] = Counter()
    check_what_gets_out(day, situation, [wrong], fates, weather=True)
    assert set(fates) <= {"degraded", "untouched"}


@cache
def real(last: date) -> History:
    if not LOAD.is_file():
        pytest.skip(f"the real series are not here: {DATA}")
    return read_history(LOAD, last, WEATHER)


def issue_all(past: History, chosen: list[date]) -> tuple[list[InformationSet], list[Issued]]:
    model = bundled()
    sets = [past.at(day, issue, context_hours=model.context_hours) for day in chosen for issue in Issue]
    sets = [each for each in sets if not is_too_thin(each)]
    return sets, model.issue(sets)


def check_nothing_real_is_absurd(past: History, chosen: list[date]) -> int:
    sets, made = issue_all(past, chosen)
    assert [(each.delivery_day, each.issue, each.left_out) for each in sets if each.left_out] == []
    assert [each.held_back for each in made if each.held_back is not None] == []
    return len(sets)


def test_in_cold_heat_holidays_and_lockdown_nothing_is_left_out_and_nothing_held_back() -> None:
    past = real(date(2024, 10, 31))
    chosen = [day for first, last in SPELLS.values() for day in days(first, last)]
    assert check_nothing_real_is_absurd(past, chosen) == 2 * len(chosen) >= 190


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_on_every_real_day_nothing_is_left_out_and_nothing_held_back() -> None:
    past = real(date(2025, 10, 19))
    chosen = days(date(2012, 2, 1), date(2025, 10, 19))
    count = sum(
        check_nothing_real_is_absurd(past, list(chosen[first : first + 200]))
        for first in range(0, len(chosen), 200)
    )
    print(f"{count} issues of real days")  # noqa: T201 - the figures of a run by hand
    assert count >= 2 * len(chosen) - 20


@pytest.mark.parametrize("day", DST_DAYS)
def test_what_becomes_known_later_decides_nothing_of_what_is_left_out(day: date) -> None:
    """Values of the day of the issue, after it, and what values were revised to, are absurd, and nothing moves."""
    wrong = [Absurdity("former", "ten times", days_back=3, hours=(5,)), Absurdity("former", "zero", days_back=5)]
    later = [Absurdity("load", "another sign", days_back=13, days=13)]
    later += [
        Absurdity(series, "ten times", days_back=1, hours=tuple(range(12, 24))) for series in ("load", "former")
    ]
    later += [Absurdity("rte", "ten times", days_back=0)]
    before, after = (
        known_at_issue(day, "alone", world(day, "alone", weather=True, wrong=each), bundled().context_hours)
        for each in (wrong, wrong + later)
    )
    assert before.left_out == after.left_out
    assert before.left_out["load_mw"] == 25
    np.testing.assert_array_equal(after.load_mw, before.load_mw)
    np.testing.assert_array_equal(after.rte_mw, before.rte_mw)
