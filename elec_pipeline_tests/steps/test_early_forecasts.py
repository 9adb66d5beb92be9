"""RTE's D-1 of tomorrow, found at ENTSO-E in the morning: by RTE's clock, and until RTE itself has spoken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import QUARTER, Issue, day_end, day_start, hours, to_utc
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.errors import SourceQuotaError, SourceRefusedError, SourceUnavailableError
from elec_pipeline.settings_entsoe import EntsoePlace
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.entsoe import PATH, EntsoeClient
from elec_pipeline.sources.retries import RetryPlan
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.steps.early_forecasts import CLOCK_DAYS, Early, read_early
from elec_pipeline.steps.rte_forecasts import average_rte_forecasts, ingest_rte_forecasts
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import every_day_length

ONE_DAY = timedelta(days=1)
TOKEN = "entsoe-t0ken-4711"
QUICK = RetryPlan(attempts=2, base_wait_s=0.01, longest_wait_s=0.05)


@pytest.fixture
def entsoe(simulator: SimulatorHandle) -> EntsoeClient:
    return EntsoeClient(EntsoePlace(simulator.url, SecretStr(TOKEN)), retries=QUICK)


@pytest.fixture
def read_rte(client: RteClient, simulator: SimulatorHandle, engine: Engine) -> Callable[[date, datetime], None]:
    """Read what RTE itself has of a day and the fortnight before it, at a moment, and make its hours."""

    def read(day: date, now: datetime) -> None:
        simulator.set_clock(lambda: now)
        first = day - (CLOCK_DAYS + 1) * ONE_DAY
        ingest_rte_forecasts(client, engine, first, day, source="simulator", now=now)
        average_rte_forecasts(engine, first, day, now=now)

    return read


def morning_of(day: date, at: time = time(9, 50)) -> datetime:
    return to_utc(day - ONE_DAY, at)


def look(entsoe: EntsoeClient, engine: Engine, day: date, now: datetime) -> Early:
    early = read_early(entsoe, engine, day - ONE_DAY, day, now=now)
    average_rte_forecasts(engine, day, day, now=now)
    return early


def readings(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        found = queries.readings_between(connection, day_start(day), day_end(day))
    return found[found["forecast_type"] == "D-1"]


def known(engine: Engine, day: date, issue: Issue) -> InformationSet:
    start = day_start(day) - timedelta(days=8)
    return queries.history(engine, start, day_end(day)).at(day, issue, context_hours=168)


def asked(simulator: SimulatorHandle) -> int:
    return sum(simulator.requests().get(PATH, {}).values())


@every_day_length
def test_the_morning_knows_it_by_the_clock_of_rte(
    entsoe: EntsoeClient,
    client: RteClient,
    read_rte: Callable[[date, datetime], None],
    engine: Engine,
    day: date,
    n_hours: int,
) -> None:
    now = morning_of(day)
    read_rte(day, now)
    assert readings(engine, day).empty
    early = look(entsoe, engine, day, now)
    assert early.said == f"{4 * n_hours} quarter-hours of D-1, its clock moved by +15 minutes"
    found = readings(engine, day)
    assert (len(found), set(found["source"]), set(found["published_at"])) == (4 * n_hours, {"entsoe"}, {now})
    two_days_before = client.short_term(["D-2"], day, day).set_index("interval_start")["load_mw"]
    said = found.set_index("interval_start")["load_mw"]
    assert said[two_days_before.index].to_numpy() == pytest.approx(two_days_before.to_numpy(), abs=0.5)
    of_the_day = known(engine, day, Issue.MORNING).rte_mw[-n_hours:]
    assert np.isfinite(of_the_day).all()
    assert of_the_day == pytest.approx(said.groupby(pd.DatetimeIndex(said.index).floor("h")).mean().to_numpy())


@every_day_length
def test_what_rte_says_later_stands_above_it(
    entsoe: EntsoeClient,
    client: RteClient,
    read_rte: Callable[[date, datetime], None],
    engine: Engine,
    day: date,
    n_hours: int,
) -> None:
    read_rte(day, morning_of(day))
    look(entsoe, engine, day, morning_of(day))
    before = known(engine, day, Issue.MORNING).rte_mw[-n_hours:]
    evening = morning_of(day, time(20))
    read_rte(day, evening)
    own = client.short_term(["D-1"], day, day)
    of_hours = own.groupby(own["interval_start"].dt.floor("h"))["load_mw"].mean()
    assert list(of_hours.index) == list(hours(day))
    assert known(engine, day, Issue.EVENING).rte_mw[-n_hours:] == pytest.approx(of_hours.to_numpy())
    assert known(engine, day, Issue.MORNING).rte_mw[-n_hours:] == pytest.approx(before)  # what it knew, it knew
    with engine.connect() as connection:
        bar = queries.rte_d1_between(connection, day_start(day), day_end(day))
    assert bar["load_mw"].to_numpy() == pytest.approx(of_hours.to_numpy())


def test_nobody_is_asked_for_what_is_there(
    entsoe: EntsoeClient, read_rte: Callable[[date, datetime], None], simulator: SimulatorHandle, engine: Engine
) -> None:
    day = date(2025, 6, 20)
    read_rte(day, morning_of(day))
    assert look(entsoe, engine, day, morning_of(day)).written.inserted == 96
    assert asked(simulator) == 1
    assert look(entsoe, engine, day, morning_of(day)).written.inserted == 0
    past = read_early(entsoe, engine, day - 9 * ONE_DAY, day - ONE_DAY, now=morning_of(day))
    assert past.written.inserted == 0
    assert asked(simulator) == 1


def test_before_it_is_out_nothing_is_stored(
    entsoe: EntsoeClient, read_rte: Callable[[date, datetime], None], engine: Engine
) -> None:
    day, now = date(2025, 6, 20), morning_of(date(2025, 6, 20), time(8))
    read_rte(day, now)
    assert look(entsoe, engine, day, now).said == "0 quarter-hours of D-1, its clock moved by +15 minutes"
    assert readings(engine, day).empty


class Shifted:
    """ENTSO-E as it was in some months, an hour late; or of another quantity."""

    def __init__(self, client: EntsoeClient, *, shift: timedelta = timedelta(0), factor: float = 1.0) -> None:
        self._client, self._shift, self._factor = client, shift, factor

    def day_ahead(self, first: date, last: date) -> pd.DataFrame:
        said = self._client.day_ahead(first, last)
        moved = said["interval_start"] + self._shift
        asked = moved.between(day_start(first), day_end(last), inclusive="left")  # by its own clock
        return said.assign(interval_start=moved, load_mw=said["load_mw"] * self._factor)[asked]


def test_a_clock_that_is_an_hour_late_is_put_right(
    entsoe: EntsoeClient, read_rte: Callable[[date, datetime], None], engine: Engine
) -> None:
    day, now = date(2025, 6, 20), morning_of(date(2025, 6, 20))
    read_rte(day, now)
    early = read_early(Shifted(entsoe, shift=4 * QUARTER), engine, day, day, now=now)
    assert early.said.endswith("its clock moved by -45 minutes")
    assert list(readings(engine, day)["interval_start"]) == list(
        pd.date_range(day_start(day), periods=96, freq=QUARTER)
    )


@pytest.mark.parametrize("other", [{"factor": 0.9}, {"shift": 12 * QUARTER}])
def test_what_agrees_at_no_shift_is_not_used(
    entsoe: EntsoeClient, read_rte: Callable[[date, datetime], None], engine: Engine, other: dict[str, float]
) -> None:
    day, now = date(2025, 6, 20), morning_of(date(2025, 6, 20))
    read_rte(day, now)
    early = read_early(Shifted(entsoe, **other), engine, day, day, now=now)  # type: ignore[arg-type]
    assert early.is_doubtful
    assert "agree with RTE's at no shift" in early.said
    assert readings(engine, day).empty


def test_without_a_fortnight_of_rte_nothing_is_used(
    entsoe: EntsoeClient, engine: Engine, simulator: SimulatorHandle
) -> None:
    day, now = date(2025, 6, 20), morning_of(date(2025, 6, 20))
    simulator.set_clock(lambda: now)
    assert read_early(entsoe, engine, day, day, now=now).is_doubtful
    assert readings(engine, day).empty


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("entsoe-429", SourceQuotaError, "answers again after ten minutes"),
        ("entsoe-503", SourceUnavailableError, "503"),
        ("entsoe-403", SourceRefusedError, "check ENTSOE_API_TOKEN"),
    ],
)
def test_a_failure_says_what_to_do_and_never_the_token(
    entsoe: EntsoeClient, simulator: SimulatorHandle, fault: str, error: type[Exception], said: str
) -> None:
    simulator.set_faults([fault])
    with pytest.raises(error, match=said) as caught:
        entsoe.day_ahead(date(2025, 6, 20), date(2025, 6, 20))
    assert TOKEN not in f"{caught.value!r} {caught.value.__context__!r}"


def test_a_token_that_is_missing_is_said(simulator: SimulatorHandle) -> None:
    nobody = EntsoeClient(EntsoePlace(simulator.url, SecretStr("")), retries=QUICK)
    with pytest.raises(SourceRefusedError, match="401: Unauthorized"):
        nobody.day_ahead(date(2025, 6, 20), date(2025, 6, 20))


def test_a_longer_window_is_our_own_mistake(entsoe: EntsoeClient) -> None:
    with pytest.raises(ValueError, match="31 days"):
        entsoe.day_ahead(date(2025, 6, 1), date(2025, 7, 2))
