"""The simulator's weekly forecasts: which days are out when, and that no client gets in without a token."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import requests

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start, delivery_day, to_utc
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.simulator.conftest import Client, Clock

WEEKLY = "/open_api/consumption/v1/weekly_forecasts"


def get(client: Client, **query: str) -> requests.Response:
    return client.session.get(client.url + WEEKLY, params=query, headers=client.headers, timeout=10)


def elements(client: Client, **query: str) -> list[dict[str, Any]]:
    reply = get(client, **query)
    assert reply.status_code == 200, reply.text
    return list(json.loads(reply.content.decode("utf-8-sig"))["weekly_forecasts"])


def window(first: date, last: date) -> dict[str, str]:
    start, end = (bound.astimezone(PARIS).isoformat() for bound in (day_start(first), day_end(last)))
    return {"start_date": start, "end_date": end}


@every_day_length
def test_a_day_comes_out_nine_days_before_and_changes_until_three_before(
    client: Client, clock: Clock, day: date, n_hours: int
) -> None:
    served = []
    for lead in (9, 6, 3, 0):
        clock.now = to_utc(day - timedelta(days=lead), time(7))
        [element] = elements(client, **window(day, day))
        assert len(element["values"]) == 2 * n_hours
        assert element["peak"]["value"] == max(value["value"] for value in element["values"])
        served.append(element)
    leads = [(day - delivery_day(datetime.fromisoformat(element["updated_date"]))).days for element in served]
    assert leads == [9, 6, 3, 3]
    assert served[0]["values"] != served[1]["values"] != served[2]["values"] == served[3]["values"]
    clock.now = to_utc(day - timedelta(days=9), time(6, 59))
    assert elements(client, **window(day, day)) == []


def test_without_days_it_answers_for_those_that_are_forecast(client: Client, clock: Clock) -> None:
    clock.set("2025-06-01T09:35:00+02:00")
    starts = [element["start_date"][:10] for element in elements(client)]
    assert starts == [f"2025-06-{number:02}" for number in range(4, 11)]


def test_a_value_tells_its_publication_only_where_it_is_another(
    client: Client, simulator: SimulatorHandle
) -> None:
    day = date(2025, 6, 20)
    simulator.set_faults([f"revised=5@{day}T10:00Z/WEEKLY"])
    [element] = elements(client, **window(day, day))
    [told] = [value for value in element["values"] if "updated_date" in value]
    assert told["start_date"] == f"{day}T12:00:00+02:00"
    assert told["updated_date"] > element["updated_date"]


@pytest.mark.parametrize(
    "query", [{"start_date": "2025-06-01T00:00:00+02:00"}, window(date(2025, 1, 1), date(2026, 1, 1))]
)
def test_a_wrong_window_is_refused(client: Client, query: dict[str, str]) -> None:
    assert get(client, **query).status_code == 400


def test_it_takes_a_token(client: Client) -> None:
    client.headers = {}
    assert get(client).status_code == 401
