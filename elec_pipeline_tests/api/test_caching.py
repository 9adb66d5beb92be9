"""What is kept, what a caller need not fetch again, and when it changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.store.database import open_database
from elec_pipeline.store.forecasts import write_vintages
from elec_pipeline_tests.api.conftest import AUTUMN, Api, Serve, raw
from elec_pipeline_tests.conftest import every_day_length, settings_for

PATHS = ["/api/data", "/api/data/real", "/api/status", "/v1/rte-forecasts", "/v1/accuracy?format=csv"]


@pytest.mark.parametrize("path", PATHS)
def test_what_a_caller_has_is_not_sent_again(api: Api, path: str) -> None:
    first = api.get(path)
    assert first.headers["cache-control"] == "public, no-cache"
    again = api.ask(path, {"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert api.ask(path, {"If-None-Match": '"another"'}).content == first.content


@pytest.mark.parametrize("order", [1, -1])
def test_what_a_caller_has_may_be_told_in_several_headers(api: Api, order: int) -> None:
    etag = api.get("/api/data").headers["etag"]
    headers = [("If-None-Match", each) for each in ('"another"', etag)][::order]
    assert raw(api, "/api/data", headers).status == 304
    assert raw(api, "/api/data", [("If-None-Match", '"another"')] * 2).status == 200


@every_day_length
def test_a_tag_changes_when_new_data_lands(copied: str, serve: Serve, day: date, n_hours: int) -> None:
    api, engine = serve(copied), open_database(settings_for(copied))
    query = {"start": day.isoformat()}
    before = api.get("/api/data", **query)
    revise(engine, day)
    after = api.ask("/api/data", {"If-None-Match": before.headers["etag"]}, **query)
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert [entry["rte forecast"] for entry in after.json()[:n_hours]] == [61_234.5] * n_hours
    engine.dispose()


def test_the_newest_data_are_seen_within_a_second(copied: str, serve: Serve) -> None:
    api, engine = serve(copied, holds_s=0.3), open_database(settings_for(copied))
    first = api.get("/api/data").headers["etag"]
    revise(engine, AUTUMN[1])
    tags = {api.get("/api/data").headers["etag"] for _ in range(500)}
    assert len(tags | {first}) == 2
    assert api.get("/api/data").headers["etag"] != first
    engine.dispose()


def test_answers_are_compressed_where_a_caller_understands_it(api: Api) -> None:
    plain = api.ask("/api/data", {"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    small = api.ask("/api/data", {"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == plain.content  # requests unpacks it
    assert int(small.headers["content-length"]) < len(plain.content) / 4
    parquet = api.ask("/v1/actuals", {"Accept-Encoding": "gzip"}, format="parquet")
    assert "content-encoding" not in parquet.headers


@pytest.mark.parametrize(
    ("accept_encoding", "is_compressed"),
    [
        (["gzip"], True),
        (["br", "gzip;q=0.1"], True),
        (["identity;q=0, *"], True),
        (["gzip;q=0"], False),
        (["gzip;q=0.000, *"], False),
        (["*", "gzip; Q=0"], False),
        (["gzip;q=0.5, identity"], False),
        (["br"], False),
        ([], False),
    ],
)
def test_an_answer_is_compressed_by_what_a_caller_likes_best(
    api: Api,
    accept_encoding: list[str],
    is_compressed: bool,  # noqa: FBT001
) -> None:
    reply = raw(api, "/api/data", [("Accept-Encoding", each) for each in accept_encoding])
    assert reply.getheader("content-encoding") == ("gzip" if is_compressed else None)


def test_with_a_key_no_cache_between_may_keep_an_answer(filled: str, serve: Serve) -> None:
    api = serve(filled, elec_api_key="s3cret")
    reply = api.ask("/api/data", {"X-API-Key": "s3cret"})
    assert reply.headers["cache-control"] == "private, no-cache"


def revise(engine: Engine, day: date) -> None:
    """Let RTE publish another forecast of a day."""
    published = datetime(2026, 1, 10, tzinfo=UTC)
    table = pd.DataFrame({"hour_start": hours(day), "load_mw": 61_234.5})
    write_vintages(engine, table.assign(forecast_type="D-1", published_at=published), source="simulator")
