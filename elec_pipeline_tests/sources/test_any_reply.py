"""Whatever a source answers, it is read, with a count of what was left out, or ends in the one typed error.

The replies are those of the simulator, with something in them changed.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
import requests
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from elec_pipeline.domain.inputs import WEATHER
from elec_pipeline.domain.plausibility import LIMITS, beyond
from elec_pipeline.errors import SourceReplyError
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.odre_reply import read_export
from elec_pipeline.sources.open_meteo_reply import read_hourly
from elec_pipeline.sources.open_meteo_variables import previous_run
from elec_pipeline.sources.retries import retry_after_seconds
from elec_pipeline.sources.rte_reply import read_short_term
from elec_pipeline.sources.rte_token_reply import LONGEST_S, Token, read_token
from elec_pipeline.sources.rte_weekly_reply import read_weekly
from elec_pipeline_tests.conftest import DST_DAYS, NOW

ASKED = {previous_run(name, days): name for days in (1, 2) for name in WEATHER}
VARIABLES = list(ASKED)
WEIGHTS = [0.5, 0.3, 0.2]
many = hypothesis_settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Kind:
    """A kind of reply: a sound one, and its reader."""

    sound: Any
    read: Callable[[bytes, LeftOut], pd.DataFrame | Token]


def read_rte(body: bytes, left_out: LeftOut) -> pd.DataFrame:
    return read_short_term(body, left_out)


def read_rtes_week(body: bytes, left_out: LeftOut) -> pd.DataFrame:
    return read_weekly(body, left_out)


def read_open_data(body: bytes, left_out: LeftOut) -> pd.DataFrame:
    return read_export(body, ["REALISED", "D-1", "ID"], source="odre-realtime", half_hours=True, left_out=left_out)


def read_weather(body: bytes, left_out: LeftOut) -> pd.DataFrame:
    return read_hourly(body, ASKED, WEIGHTS, left_out)


def read_a_token(body: bytes, _: LeftOut) -> Token:
    return read_token(body, "https://rte.example/token")


READERS: dict[str, Callable[[bytes, LeftOut], pd.DataFrame | Token]] = {
    "token": read_a_token,
    "consumption": read_rte,
    "forecasts": read_rte,
    "weekly forecasts": read_rtes_week,
    "open data": read_open_data,
    "weather": read_weather,
}


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    """A sound reply of each kind, cut to a few values: so that a change hits what matters."""
    day = date(2025, 6, 2)
    assert day not in DST_DAYS
    window = {"start_date": "2025-06-02T00:00:00+02:00", "end_date": "2025-06-03T00:00:00+02:00"}
    with running(SyntheticCurves(), now=lambda: NOW) as simulator:
        token = requests.post(f"{simulator.url}/token/oauth/", auth=("simulator", "simulator"), timeout=9).json()
        bearer = {"Authorization": f"Bearer {token['access_token']}"}

        def ask(path: str, **query: str) -> Any:
            return requests.get(simulator.url + path, params=query, headers=bearer, timeout=9).json()

        consumption = "/open_api/consumption/v1/short_term"
        dataset = "/api/explore/v2.1/catalog/datasets/eco2mix-national-tr/exports/json"
        places = {"latitude": "48.9,43.3,45.8", "longitude": "2.4,5.4,4.8", "hourly": ",".join(VARIABLES)}
        sound = {
            "token": token,
            "consumption": ask(consumption, type="REALISED", **window),
            "forecasts": ask(consumption, type="ID,D-1,D-2", **window),
            "weekly forecasts": ask("/open_api/consumption/v1/weekly_forecasts", **window),
            "open data": ask(
                dataset,
                select="date,heure,date_heure,consommation,prevision_j1,prevision_j",
                where="date_heure >= date'2026-01-13T23:00:00Z' and date_heure < date'2026-01-14T23:00:00Z'",
                timezone="UTC",
            ),
            "weather": ask(
                "/v1/forecast",
                start_date=str(day),
                end_date=str(day),
                timeformat="unixtime",
                timezone="UTC",
                **places,
            ),
        }
    of_rte = [*sound["consumption"]["short_term"], *sound["forecasts"]["short_term"]]
    for block in [*of_rte, *sound["weekly forecasts"]["weekly_forecasts"]]:
        del block["values"][4:]
    del sound["open data"][4:]
    for place in sound["weather"]:
        for series in place["hourly"].values():
            del series[4:]
    return {name: Kind(reply, READERS[name]) for name, reply in sound.items()}


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**18), 0, 3, 1e308, math.nan, math.inf, -math.inf]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["50000", "1e999", "NaN", "ND", "-1", "\ud800", "\x00", "2025-06-02", "2025-06-02T00:00:00"]),
    st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-06-02T00:00:00+99:99"]),
    st.sampled_from(
        [
            [],
            {},
            [[]],
            [None],
            {"values": None},
            {"short_term": 1},
            {"weekly_forecasts": 1},
            {"time": {}},
            [0, "x", {}],
        ]
    ),
)
how = st.sampled_from(["replace", "delete", "as text", "in a list", "twice"])


def paths(tree: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    branches = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, below in branches:
        yield from paths(below, (*here, key))


def changed(reply: Any, data: st.DataObject) -> Any:
    """Return a copy of a reply with one to three changes, at any level."""
    tree = {"reply": json.loads(json.dumps(reply))}
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([each for each in paths(tree) if each]))
        parent: Any = tree
        for key in path[:-1]:
            parent = parent[key]
        last, way = path[-1], data.draw(how)
        if way == "delete" and len(path) > 1:
            del parent[last]
        elif way == "as text":
            parent[last] = json.dumps(parent[last])
        elif way == "in a list":
            parent[last] = [parent[last]]
        elif way == "twice" and isinstance(parent, list):
            parent.insert(last, copy.deepcopy(parent[last]))
        else:
            parent[last] = copy.deepcopy(data.draw(junk))  # the next change must not reach the strategy's own
    return tree["reply"]


def check(outcome: pd.DataFrame | Token) -> None:
    """Check that what was read can be stored: right types, nothing infinite, times on the quarter-hour."""
    if isinstance(outcome, Token):
        assert outcome.access.isascii()
        assert outcome.lifetime_s is None or 0 <= outcome.lifetime_s <= LONGEST_S
        return
    numbers = [name for name in ("load_mw", *VARIABLES) if name in outcome]
    for name in numbers:
        assert outcome[name].dtype == "float64"
        assert not outcome[name].isin([math.inf, -math.inf]).any()
    if "time" in outcome:
        assert str(outcome["time"].dtype) == "datetime64[us, UTC]"
        assert not any(beyond(outcome[series], LIMITS[name]).any() for series, name in ASKED.items())
        return
    for name in ("interval_start", "published_at"):
        assert str(outcome[name].dtype) == "datetime64[us, UTC]"
    assert outcome["interval_start"].notna().all()
    assert set(outcome["interval_start"].dt.minute) <= {0, 15, 30, 45}
    assert set(outcome["resolution_minutes"]) <= {15, 30, 60}
    assert all(isinstance(each, str) for each in outcome["forecast_type"])


@pytest.mark.parametrize("name", READERS)
def test_a_sound_reply_is_read_whole(kinds: dict[str, Kind], name: str) -> None:
    left_out = LeftOut()
    outcome = kinds[name].read(json.dumps(kinds[name].sound).encode(), left_out)
    assert not left_out
    check(outcome)
    assert isinstance(outcome, Token) or not outcome.empty


@pytest.mark.parametrize("name", READERS)
@many
@given(data=st.data())
def test_a_changed_reply_is_read_or_ends_in_the_one_error(
    kinds: dict[str, Kind], name: str, data: st.DataObject
) -> None:
    body = json.dumps(changed(kinds[name].sound, data)).encode()
    left_out = LeftOut()
    try:
        outcome = kinds[name].read(body, left_out)
    except SourceReplyError as error:
        assert not left_out, "what was not kept is not left out"
        str(error).encode()
    else:
        check(outcome)


@pytest.mark.parametrize("name", READERS)
@many
@given(data=st.data())
def test_other_bytes_are_read_or_end_in_the_one_error(
    kinds: dict[str, Kind], name: str, data: st.DataObject
) -> None:
    sound = json.dumps(kinds[name].sound).encode()
    cut = data.draw(st.integers(0, len(sound)))
    spoiled = data.draw(st.sampled_from([sound[:cut], sound[cut:], sound[:cut] + b"\xff\x00" + sound[cut:]]))
    body = data.draw(st.one_of(st.just(spoiled), st.binary(max_size=40)))
    try:
        check(kinds[name].read(body, LeftOut()))
    except SourceReplyError as error:
        str(error).encode()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"0",
        b'"text"',
        b"NaN",
        b"<html><body>maintenance</body></html>",
        b"[" * 100_000,
        b"9" * 5000,
        b"\xef\xbb\xbf",
        b"[null]",
        b'{"error": true, "reason": "busy"}',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_such_reply_at_all_ends_in_the_one_error(
    kinds: dict[str, Kind], name: str, body: bytes
) -> None:
    with pytest.raises(SourceReplyError):
        kinds[name].read(body, LeftOut())


@pytest.mark.parametrize("name", ["forecasts", "open data", "weather"])
@many
@given(data=st.data())
def test_what_is_lost_by_one_spoilt_value_is_counted(
    kinds: dict[str, Kind], name: str, data: st.DataObject
) -> None:
    """One leaf of the reply becomes an object: no protocol has that anywhere."""
    reply = json.loads(json.dumps(kinds[name].sound))
    leaves = [path for path in paths(reply) if not isinstance(_at(reply, path), (dict, list))]
    path = data.draw(st.sampled_from([path for path in leaves if "hourly_units" not in path]))
    parent = _at(reply, path[:-1])
    parent[path[-1]] = {"not": "a value"}
    whole = kinds[name].read(json.dumps(kinds[name].sound).encode(), LeftOut())
    left_out = LeftOut()
    rest = kinds[name].read(json.dumps(reply).encode(), left_out)
    assert isinstance(whole, pd.DataFrame)
    assert isinstance(rest, pd.DataFrame)
    values = [each for each in ("load_mw", *VARIABLES) if each in whole]
    lost = whole[values].notna().to_numpy().sum() - rest[values].notna().to_numpy().sum()
    assert lost == 0 or left_out
    assert lost <= max(8, len(values)), "one value takes its own row or block with it, no more"


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


@given(
    st.one_of(st.text(max_size=30), st.integers().map(str), st.datetimes().map(lambda at: f"Mon, {at:%d %b %Y}"))
)
def test_no_retry_after_is_too_much(header: str) -> None:
    seconds = retry_after_seconds(header, datetime(2025, 1, 1, tzinfo=UTC))
    assert seconds is None or seconds >= 0
