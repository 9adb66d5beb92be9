"""A database as the older project left it: its layout, a history of forecasts filled in one go, then daily ones.

Hours and loads are made up. When a forecast was made stands in a column without a zone, as the session's clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pandas as pd
import psycopg

from elec_pipeline.domain.delivery_day import Issue, hours, issue_time
from elec_pipeline.store import urls
from elec_pipeline.store.embedded import EmbeddedServer

LAYOUT = """
CREATE TABLE historical_data (id serial PRIMARY KEY, "timestamp" timestamptz NOT NULL UNIQUE,
    value double precision NOT NULL, source text, import_date timestamp DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE rte_forecasts (id serial PRIMARY KEY, "timestamp" timestamptz NOT NULL UNIQUE,
    forecast_value double precision NOT NULL, forecast_date timestamptz DEFAULT now());
CREATE TABLE predictions (id serial PRIMARY KEY, "timestamp" timestamptz NOT NULL,
    predicted_value double precision NOT NULL, model_name text, horizon text,
    prediction_date timestamp DEFAULT CURRENT_TIMESTAMP, UNIQUE ("timestamp", model_name));
"""
FILLED, DAILY = "chronos-filled-in", "chronos-daily"
BEFORE = 2
"""Days before the delivery day of which there are hours too."""


def filled_at(day: date) -> datetime:
    """When the history up to a day was filled in: in the middle of the day, ahead of some of its hours."""
    return issue_time(day, Issue.EVENING) + timedelta(hours=17, minutes=8, seconds=55, microseconds=956_047)


def axis_of(day: date) -> pd.DatetimeIndex:
    """The hours that a day's database holds."""
    return hours(day - timedelta(days=BEFORE), day)


@contextmanager
def older_database(server: EmbeddedServer, name: str) -> Iterator[str]:
    """The URL of an empty database, for as long as the block lasts."""
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield server.url(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def fill_older(url: str, *days: date, zone: str = "UTC") -> None:
    """Write what the older project would hold of some days.

    Args:
        url: Of an empty database; its sessions, and so the dumps of it, are in the zone from then on.
        days: Each with the days before it; loads are 50,000 and so on, forecasts 1,000 (filled in) or 2,000 more.
        zone: Of the sessions.
    """
    with psycopg.connect(urls.for_psycopg(url), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET timezone = '{zone}'")
    with psycopg.connect(urls.for_psycopg(url)) as connection, connection.cursor() as cursor:
        cursor.execute(LAYOUT)
        for day in days:
            axis = [at.to_pydatetime() for at in axis_of(day)]
            cursor.executemany(
                "INSERT INTO historical_data (\"timestamp\", value, source) VALUES (%s, %s, 'RTE')",
                [(at, 50_000 + n) for n, at in enumerate(axis)],
            )
            made = filled_at(day)
            cursor.executemany(
                'INSERT INTO rte_forecasts ("timestamp", forecast_value, forecast_date) VALUES (%s, %s, %s)',
                [(at, 50_500 + n, made) for n, at in enumerate(axis)],
            )
            of_day = [at.to_pydatetime() for at in hours(day)]
            issues = [(FILLED, 51_000, made, axis), (DAILY, 52_000, issue_time(day, Issue.EVENING), of_day)]
            cursor.executemany(
                'INSERT INTO predictions ("timestamp", predicted_value, model_name, horizon, prediction_date) '
                "VALUES (%s, %s, %s, %s, %s::timestamptz)",
                [
                    (at, load + axis.index(at), model, f"H+{n + 1}", issued)
                    for model, load, issued, of_issue in issues
                    for n, at in enumerate(of_issue)
                ],
            )
