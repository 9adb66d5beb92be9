from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import day_end, day_start, delivery_day, hours, quarters
from elec_pipeline.domain.vintages import known_at, nominal_publication
from elec_pipeline.errors import SourceRefusedError, SourceRequestError, SourceUnavailableError
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources.odre import CATALOG_PATH, OdreClient
from elec_pipeline.sources.retries import RetryPlan
from elec_pipeline.steps.consumption import Report, average_hours, ingest_actuals
from elec_pipeline.steps.rte_forecasts import average_rte_forecasts, ingest_rte_forecasts
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import NOW, every_day_length

DAY = date(2025, 6, 2)
TYPES = ["REALISED", "D-1", "ID"]


def quick_odre(url: str) -> OdreClient:
    return OdreClient(
        url, retries=RetryPlan(attempts=4, base_wait_s=0.01, longest_wait_s=0.05), timeout_s=(2.0, 5.0)
    )


@pytest.fixture
def odre(simulator: SimulatorHandle) -> OdreClient:
    return quick_odre(simulator.url)


def forecasts(odre: OdreClient, engine: Engine, day: date, now: datetime) -> Report:
    """Read RTE's forecasts of a day and average them; the report is that of the hours."""
    ingest_rte_forecasts(odre, engine, day, day, source="odre", now=now)
    return average_rte_forecasts(engine, day, day, now=now)


def stored(engine: Engine, table: str, day: date) -> pd.DataFrame:
    column = "interval_start" if table.startswith("raw") else "hour_start"
    with engine.connect() as connection:
        return pd.read_sql_query(
            text(f"SELECT * FROM elec.{table} WHERE {column} >= :a AND {column} < :b ORDER BY {column}"),
            connection,
            params={"a": day_start(day), "b": day_end(day)},
        )


@every_day_length
def test_a_day_is_as_in_the_source_save_the_hour_it_lacks(odre: OdreClient, day: date, n_hours: int) -> None:
    frame = odre.short_term(TYPES, day, day)
    lacking = 4 if n_hours == 25 else 0
    assert frame.groupby("forecast_type").size().to_dict() == dict.fromkeys(TYPES, 4 * n_hours - lacking)
    assert set(frame["source"]) == {"odre-consolidated"}
    realised = frame[frame["forecast_type"] == "REALISED"].set_index("interval_start")["load_mw"]
    truth = SyntheticCurves().truth(day).set_index("interval_start")["load_mw"]
    means = truth.groupby(pd.DatetimeIndex(truth.index).floor("30min")).transform("mean")
    assert not realised.index.has_duplicates
    assert realised.sort_index().tolist() == means[means.index.isin(realised.index)].tolist()
    absent = quarters(day).difference(pd.DatetimeIndex(realised.index))
    assert [moment.isoformat() for moment in absent[:1]] == [f"{day}T00:00:00+00:00"] * (lacking // 4)


@every_day_length
def test_where_nothing_is_consolidated_yet_real_time_is_taken(
    odre: OdreClient, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    now = day_end(day) + timedelta(hours=12)
    simulator.set_clock(lambda: now)
    frame = odre.short_term(["REALISED"], day, day)
    assert set(frame["source"]) == {"odre-realtime"}
    assert len(frame) == min(96, 4 * n_hours)
    truth = SyntheticCurves().truth(day)
    expected = truth[truth["interval_start"].isin(frame["interval_start"])]["load_mw"]
    assert frame.sort_values("interval_start")["load_mw"].tolist() == expected.tolist()


def test_a_window_over_the_border_takes_each_from_its_data_set(odre: OdreClient) -> None:
    first, last = date(2025, 10, 30), date(2025, 11, 2)
    frame = odre.short_term(["REALISED"], first, last)
    assert len(frame) == 4 * 96
    by_day = frame.groupby(frame["interval_start"].map(delivery_day))["source"].unique()
    assert [list(names) for names in by_day] == [["odre-consolidated"]] * 2 + [["odre-realtime"]] * 2


@every_day_length
def test_the_repeated_hour_that_is_absent_stays_missing(
    odre: OdreClient, engine: Engine, day: date, n_hours: int
) -> None:
    report = ingest_actuals(odre, engine, day, day, source="odre", now=NOW)
    lacking = 4 if n_hours == 25 else 0
    assert (report.expected, report.received) == (4 * n_hours, 4 * n_hours - lacking)
    assert report.conflicts.empty
    means = average_hours(engine, day, day, now=NOW)
    assert (means.expected, means.received) == (n_hours, n_hours - lacking // 4)
    assert ingest_actuals(odre, engine, day, day, source="odre", now=NOW).written.inserted == 0


@every_day_length
def test_a_consolidated_value_replaces_a_real_time_one_and_never_the_other_way(
    odre: OdreClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    then = day_end(day) + timedelta(hours=12)
    simulator.set_clock(lambda: then)
    ingest_actuals(odre, engine, day, day, source="odre", now=then)
    before = stored(engine, "raw_consumption", day)
    assert set(before["source"]) == {"odre-realtime"}
    simulator.set_clock(lambda: NOW)
    ingest_actuals(odre, engine, day, day, source="odre", now=NOW)
    after = stored(engine, "raw_consumption", day)
    assert set(after["source"]) == {"odre-consolidated"}
    with engine.connect() as connection:
        revisions = queries.revisions_between(connection, day_start(day), day_end(day))
    changed = before["load_mw"] != after["load_mw"]
    assert changed.sum() > n_hours
    assert revisions["old_load_mw"].tolist() == before.loc[changed, "load_mw"].tolist()
    assert revisions["new_load_mw"].tolist() == after.loc[changed, "load_mw"].tolist()
    simulator.set_clock(lambda: then)
    again = ingest_actuals(odre, engine, day, day, source="odre", now=then)
    assert again.written.unchanged == len(before)
    pd.testing.assert_frame_equal(stored(engine, "raw_consumption", day), after)


@every_day_length
def test_a_backfilled_forecast_counts_from_its_nominal_time_and_is_stored_once(
    odre: OdreClient, engine: Engine, day: date, n_hours: int
) -> None:
    report = forecasts(odre, engine, day, now=NOW)
    n_stored = min(n_hours, 24)
    assert (report.expected, report.received, report.written.inserted) == (n_hours, n_stored, 2 * n_stored)
    later = NOW + timedelta(days=1)
    assert forecasts(odre, engine, day, now=later).written.inserted == 0
    rows = stored(engine, "rte_forecasts", day)
    d1, intraday = (rows[rows["forecast_type"] == kind] for kind in ("D-1", "ID"))
    assert set(known_at(d1)) == set(d1["published_at"]) == {pd.Timestamp(nominal_publication("D-1", day))}
    assert (intraday["published_at"] == intraday["hour_start"] + pd.Timedelta(hours=1)).all()
    assert set(rows["source"]) == {"odre-consolidated"}
    assert set(hours(day)) >= set(d1["hour_start"])


@every_day_length
def test_a_live_forecast_counts_since_it_was_seen_and_its_revision_since_that_was(
    odre: OdreClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    early = nominal_publication("D-1", day) - timedelta(minutes=15)
    revised = nominal_publication("D-1", day) + timedelta(hours=2)
    simulator.set_clock(lambda: early)
    forecasts(odre, engine, day, now=early)
    simulator.set_clock(lambda: revised)
    simulator.set_faults([f"revised@{day}/D-1"])
    for _ in range(2):
        forecasts(odre, engine, day, now=revised)
    rows = stored(engine, "rte_forecasts", day)
    assert rows.groupby("published_at").size().to_dict() == {
        pd.Timestamp(early): min(n_hours, 24),
        pd.Timestamp(revised): min(n_hours, 24),
    }


@pytest.mark.parametrize("fault", ["odre-429=0:2", "odre-500:2", "odre-503:2", "odre-cut:2"])
def test_a_passing_fault_is_retried(odre: OdreClient, simulator: SimulatorHandle, fault: str) -> None:
    simulator.set_faults([fault])
    assert len(odre.short_term(["REALISED"], DAY, DAY)) == 96


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("odre-429=0", SourceUnavailableError, "429"),
        ("odre-503", SourceUnavailableError, "503"),
        ("odre-cut", SourceUnavailableError, "not the expected JSON"),
        ("odre-403", SourceRefusedError, "ODRE_BASE_URL"),
    ],
)
def test_a_lasting_fault_ends_in_a_typed_error(
    odre: OdreClient, simulator: SimulatorHandle, fault: str, kind: type[Exception], words: str
) -> None:
    simulator.set_faults([fault])
    with pytest.raises(kind, match=words):
        odre.short_term(["REALISED"], DAY, DAY)


@pytest.mark.parametrize("fault", ["nd", "null", "missing"])
def test_what_has_no_number_stays_missing(odre: OdreClient, simulator: SimulatorHandle, fault: str) -> None:
    simulator.set_faults([f"{fault}@2025-06-02T10:00Z", f"{fault}@2025-06-02T10:00Z/D-1"])
    frame = odre.short_term(["REALISED", "D-1"], DAY, DAY)
    valued = frame[frame["load_mw"].notna()].groupby("forecast_type").size()
    assert valued.to_dict() == {"D-1": 95, "REALISED": 94}


def test_only_what_is_needed_is_asked(odre: OdreClient, simulator: SimulatorHandle) -> None:
    odre.short_term(TYPES, DAY, DAY)
    assert odre.short_term(["D-2"], DAY, DAY).empty
    assert simulator.requests() == {CATALOG_PATH: {"200": 1}}
    with pytest.raises(ValueError, match="31 days"):
        odre.short_term(["REALISED"], DAY, DAY + timedelta(days=31))


def test_a_wrong_host_is_said(simulator: SimulatorHandle) -> None:
    with pytest.raises(SourceRequestError, match="404"):
        quick_odre(simulator.url + "/elsewhere").short_term(["REALISED"], DAY, DAY)
    with pytest.raises(SourceUnavailableError, match="ODRE_BASE_URL"):
        quick_odre("http://127.0.0.1:9").check_access()
