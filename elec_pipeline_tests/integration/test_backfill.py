"""`elec backfill` against the simulator: stopped, resumed, and equal to the source to the last row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.commands import backfill
from elec_pipeline.commands.backfill_run import Run
from elec_pipeline.domain.completeness import lacks
from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, hours, quarters
from elec_pipeline.domain.inputs import TEMPERATURE, WEATHER
from elec_pipeline.domain.weather_leads import LEADS_DAYS
from elec_pipeline.errors import ElecError
from elec_pipeline.settings import Settings, settings
from elec_pipeline.simulator.app import SimulatorOptions
from elec_pipeline.simulator.curves import LoadType
from elec_pipeline.simulator.server import SimulatorHandle, running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources import open_meteo
from elec_pipeline.sources.cities import CITIES
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import NOW, whole_runs_every_day_length


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def requests(simulator: SimulatorHandle) -> int:
    return sum(n for counts in simulator.requests().values() for n in counts.values())


def same(ours: pd.Series, theirs: pd.Series) -> bool:
    return ours.to_numpy().tolist() == theirs.to_numpy().tolist()


@whole_runs_every_day_length
def test_stopped_and_resumed_it_holds_what_the_source_has_to_the_last_row(
    engine: Engine, configured: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch,
    day: date, n_hours: int,
) -> None:  # fmt: skip
    first, last = day - timedelta(days=36), day + timedelta(days=3)
    is_done = backfill.lacks_nothing(engine, configured, NOW)
    ran: list[date] = []

    class StoppedInTheSecondMonth(Run):
        def execute(self) -> None:
            ran.append(self.first)
            if len(ran) == 2:
                backfill.run_range(instance, backfill.ACTUALS, self.first, self.last)
                raise KeyboardInterrupt
            super().execute()

    with monkeypatch.context() as patched:
        patched.setattr(backfill, "Run", StoppedInTheSecondMonth)
        patched.setattr(backfill, "run_range", lambda *given: Run(*given).execute())
        with pytest.raises(KeyboardInterrupt):
            backfill.run_backfill(instance, backfill.EVERYTHING, first, last, is_done=is_done)
    backfill.run_backfill(instance, backfill.EVERYTHING, first, last, is_done=is_done)

    source, start, end = SyntheticCurves(), day_start(first), day_end(last)
    with engine.connect() as connection:
        raw = queries.raw_between(connection, start, end)
        hourly = queries.hours_between(connection, start, end)
        vintages = queries.vintages_between(connection, start, end)
        weather = queries.inputs_between(connection, start, end)
        states = {state.day: state for state in queries.day_states(connection, first, last)}
    assert list(raw["interval_start"]) == list(quarters(first, last))
    assert same(raw["load_mw"], source.vintages(LoadType.REALISED, start, end)["load_mw"])
    assert list(hourly["hour_start"]) == list(hours(first, last))
    for load_type in (LoadType.D1, LoadType.D2, LoadType.ID):
        served = source.vintages(load_type, start, end).drop_duplicates("interval_start", keep="last")
        by_hour = served.groupby(served["interval_start"].dt.floor("h"))["load_mw"].mean()
        ours = vintages[vintages["forecast_type"] == load_type].set_index("hour_start")["load_mw"]
        assert same(ours.sort_index(), by_hour)
    n_known = weather[list(WEATHER)].notna().sum().to_dict()
    assert n_known == {name: len(leads) * len(hours(first, last)) for name, leads in LEADS_DAYS.items()}
    assert states[day].complete_hours == states[day].rte_hours == n_hours
    with_forecast = [each for each in days(first, last) if not lacks(states[each], NOW, with_weather=True)]
    assert with_forecast == days(first + timedelta(days=5), last)  # half a week must be known before both issues


@whole_runs_every_day_length
def test_what_lacks_nothing_is_not_asked_for_again(
    engine: Engine,
    simulator: SimulatorHandle,
    configured: Settings,
    instance: dg.DagsterInstance,
    day: date,
    n_hours: int,
) -> None:
    assert n_hours
    is_done = backfill.lacks_nothing(engine, configured, NOW)
    backfill.run_range(instance, backfill.ACTUALS, day - timedelta(days=10), day)
    backfill.run_range(instance, backfill.EVERYTHING, day, day)
    before = requests(simulator)
    backfill.run_backfill(instance, backfill.EVERYTHING, day, day, is_done=is_done)
    assert requests(simulator) == before
    backfill.run_backfill(instance, backfill.EVERYTHING, day, day)
    assert requests(simulator) > before


@whole_runs_every_day_length
def test_days_before_there_is_enough_to_forecast_from_are_no_error(
    engine: Engine, configured: Settings, instance: dg.DagsterInstance, day: date, n_hours: int
) -> None:
    is_done = backfill.lacks_nothing(engine, configured, NOW)
    backfill.run_backfill(instance, backfill.EVERYTHING, day, day, is_done=is_done)
    with engine.connect() as connection:
        [state] = queries.day_states(connection, day, day)
    assert (state.complete_hours, state.rte_hours, state.issues) == (n_hours, n_hours, frozenset())


@whole_runs_every_day_length
@pytest.mark.usefixtures("configured")
def test_a_source_that_refuses_ends_it_with_its_own_words(
    simulator: SimulatorHandle, instance: dg.DagsterInstance, day: date, n_hours: int
) -> None:
    assert n_hours
    simulator.set_faults(["403"])
    with pytest.raises(ElecError, match="subscribe"):
        backfill.run_backfill(instance, backfill.EVERYTHING, day, day)


@whole_runs_every_day_length
def test_it_waits_for_a_quota_and_then_forecasts_with_temperature(
    engine: Engine, configured: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch,
    day: date, n_hours: int,
) -> None:  # fmt: skip
    clock, waits = [NOW], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += timedelta(days=1)  # the source counts afresh, and this process forgets that it was refused
        open_meteo.allowance_of.cache_clear()

    a_month = len(CITIES) * 31 / 14 * sum(map(len, LEADS_DAYS.values())) / 10
    options = SimulatorOptions(weather_quota=(None, 1.2 * a_month))
    with running(SyntheticCurves(), now=lambda: clock[0], options=options) as scarce:
        monkeypatch.setenv("RTE_BASE_URL", scarce.url)
        settings.cache_clear()
        first = day - timedelta(days=backfill.DAYS_A_RUN)
        is_done = backfill.lacks_nothing(engine, configured, NOW)
        backfill.run_backfill(instance, backfill.EVERYTHING, first, day, is_done=is_done, sleep=sleep)
    assert waits == [backfill.QUOTA_WAIT_S]
    with engine.connect() as connection:
        states = queries.day_states(connection, first, day)
    assert [state.temperature_hours for state in states][-1] == n_hours
    assert all(state.temperature_hours for state in states)
    assert states[-1].issues == frozenset(Issue)


@whole_runs_every_day_length
def test_the_weather_alone_is_completed_once_and_no_forecast_is_made_again(
    engine: Engine,
    simulator: SimulatorHandle,
    configured: Settings,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    day: date,
    n_hours: int,
) -> None:
    backfill.run_range(instance, backfill.ACTUALS, day - timedelta(days=10), day)
    backfill.run_range(instance, backfill.EVERYTHING, day, day)
    others = ", ".join(f"{name} = NULL" for name in WEATHER if name != TEMPERATURE)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE elec.weather_forecasts SET {others}"))
        connection.execute(text("UPDATE elec.weather_forecasts SET temperature_c = -1.5"))
        issues = connection.execute(text("SELECT * FROM elec.chronos_predictions ORDER BY 2, 3")).all()
    assert backfill.lacks_nothing(engine, configured, NOW)(day, day)

    @contextmanager
    def open_own(_: Settings) -> Iterator[dg.DagsterInstance]:
        yield instance

    monkeypatch.setattr(backfill, "open_instance", open_own)
    before = simulator.requests()[open_meteo.FORECAST_PATH]["200"]
    for _ in range(2):
        backfill.backfill_weather(configured, day, day)
    # Once for the day, and once for those after it, which its week ahead stands on.
    assert simulator.requests()[open_meteo.FORECAST_PATH]["200"] == before + 2
    with engine.connect() as connection:
        weather = queries.inputs_between(connection, day_start(day), day_end(day))
        assert connection.execute(text("SELECT * FROM elec.chronos_predictions ORDER BY 2, 3")).all() == issues
    assert (weather[list(WEATHER[1:])].notna().sum() == 2 * n_hours).all()
    assert set(weather[TEMPERATURE].dropna()) == {-1.5}
