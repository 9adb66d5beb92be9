"""The open data's routes, asked by a client that knows only the public interface."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests

from elec_pipeline.domain.delivery_day import day_end, day_start
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.simulator.conftest import Client, Clock

CATALOG = "/api/explore/v2.1/catalog/datasets/"
CONSOLIDATED, REAL_TIME = "eco2mix-national-cons-def", "eco2mix-national-tr"


def ask(simulator: SimulatorHandle, path: str, **query: str) -> requests.Response:
    return requests.get(simulator.url + CATALOG + path, params=query, timeout=10)


def whole_day(day: date) -> str:
    return f"date_heure >= date'{day_start(day).isoformat()}' and date_heure < date'{day_end(day).isoformat()}'"


def export(simulator: SimulatorHandle, dataset: str, day: date) -> list[dict[str, Any]]:
    reply = ask(simulator, f"{dataset}/exports/json", where=whole_day(day))
    assert reply.status_code == 200, reply.text
    rows: list[dict[str, Any]] = reply.json()
    return rows


@every_day_length
@pytest.mark.parametrize("dataset", [CONSOLIDATED, REAL_TIME])
def test_every_day_has_96_rows(
    simulator: SimulatorHandle, clock: Clock, dataset: str, day: date, n_hours: int
) -> None:
    if dataset == REAL_TIME:
        clock.now = day_end(day) + timedelta(days=1)
    rows = export(simulator, dataset, day)
    assert len(rows) == 96
    assert sorted(row["heure"] for row in rows) == [f"{q // 4:02d}:{q % 4 * 15:02d}" for q in range(96)]
    instants = [row["date_heure"] for row in rows]
    assert len(set(instants)) == (92 if n_hours == 23 else 96)
    assert instants != sorted(instants)
    if n_hours == 23:
        twice = [row for row in rows if row["date_heure"] == f"{day}T01:00:00+00:00"]
        assert {row["heure"] for row in twice} == {"02:00", "03:00"}
        assert twice[0]["prevision_j1"] != twice[1]["prevision_j1"]
    if n_hours == 25:
        assert f"{day}T00:00:00+00:00" not in instants
        assert f"{day}T01:00:00+00:00" in instants


def test_consolidated_consumption_is_by_half_hour(simulator: SimulatorHandle) -> None:
    rows = sorted(export(simulator, CONSOLIDATED, date(2025, 6, 2)), key=lambda row: str(row["heure"]))
    assert all(row["consommation"] is None for row in rows[1::2])
    assert all(row["consommation"] > 10_000 for row in rows[::2])
    assert all(row["prevision_j1"] > 10_000 for row in rows)


def test_real_time_is_an_hour_late_and_has_tomorrows_forecast(simulator: SimulatorHandle, clock: Clock) -> None:
    clock.set("2025-07-01T19:00:00+02:00")
    today = [row for row in export(simulator, REAL_TIME, date(2025, 7, 1)) if row["consommation"]]
    assert max(row["heure"] for row in today) == "17:45"
    assert not any(row["prevision_j1"] for row in export(simulator, REAL_TIME, date(2025, 7, 2)))
    clock.set("2025-07-01T20:00:00+02:00")
    tomorrow = export(simulator, REAL_TIME, date(2025, 7, 2))
    assert all(row["prevision_j1"] and row["consommation"] is row["prevision_j"] is None for row in tomorrow)


def test_each_data_set_ends_where_it_does(simulator: SimulatorHandle) -> None:
    assert len(export(simulator, CONSOLIDATED, date(2025, 10, 31))) == 96
    assert export(simulator, CONSOLIDATED, date(2025, 11, 1)) == []
    assert len(export(simulator, REAL_TIME, date(2025, 11, 1))) == 96
    assert export(simulator, REAL_TIME, date(2025, 9, 1)) == []
    assert len(export(simulator, CONSOLIDATED, date(2012, 1, 1))) == 96


def test_records_come_in_pages_with_limits(simulator: SimulatorHandle) -> None:
    window = whole_day(date(2025, 6, 2))
    reply = ask(
        simulator, f"{CONSOLIDATED}/records", where=window, order_by="date_heure desc", limit="50", offset="90"
    )
    assert reply.json()["total_count"] == 96
    assert [row["heure"] for row in reply.json()["results"]][-1] == "00:00"
    assert len(reply.json()["results"]) == 6
    assert len(ask(simulator, f"{CONSOLIDATED}/records", where=window).json()["results"]) == 10
    for refused in (
        {"limit": "101"},
        {"limit": "100", "offset": "9901"},
        {"where": "nature = 1"},
        {"select": "no"},
    ):
        reply = ask(simulator, f"{CONSOLIDATED}/records", **refused)
        assert (reply.status_code, "error_code" in reply.json()) == (400, True)
    assert ask(simulator, "eco2mix-lunar/records").status_code == 404


def test_csv_has_semicolons_and_a_mark(simulator: SimulatorHandle) -> None:
    reply = ask(
        simulator,
        f"{CONSOLIDATED}/exports/csv",
        where=whole_day(date(2025, 6, 2)),
        select="date_heure,consommation",
        order_by="date_heure",
    )
    assert reply.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["date_heure", "consommation"]
    assert rows[2][1] == ""
    assert len(rows) == 97


def test_its_faults_are_its_own(simulator: SimulatorHandle, client: Client) -> None:
    simulator.set_faults(["odre-429=7:1", "503", "nd@2025-06-02T10:00Z"])
    reply = ask(simulator, f"{REAL_TIME}/records")
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "7")
    assert client.get().status_code == 503
    at = {row["date_heure"]: row for row in export(simulator, CONSOLIDATED, date(2025, 6, 2))}
    assert at["2025-06-02T10:00:00+00:00"]["consommation"] == "ND"
    assert datetime.fromisoformat(str(at["2025-06-02T10:00:00+00:00"]["date_heure"])).tzinfo is not None
