"""Reads through one pool of read-only connections, cached until something changes.

Here: Streamlit's caches round `reads`. Not here: what is read.

Every cached read takes the data's version, so that a write makes it stale and nothing else does; each cache
keeps a few answers, so that memory is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd
import streamlit as st
from sqlalchemy import Connection, Engine

from dashboard import reads, reads_why
from elec_pipeline.alerts.ledger import Entry
from elec_pipeline.alerts.watch import lasting
from elec_pipeline.domain.delivery_day import Issue, day_end, day_start
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.forecasting.lifecycle.registry import ModelInUse, in_use
from elec_pipeline.settings import settings
from elec_pipeline.store import queries
from elec_pipeline.store.models import RegisteredModel
from elec_pipeline.store.reader import open_reader

P = ParamSpec("P")
T = TypeVar("T")
FEW = 16
CONNECTIONS = 4
"""Sessions beyond this many that read at the same moment wait for each other."""
STATEMENT_TIMEOUT_S = 15.0


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """Return this process's engine."""
    return open_reader(settings(), connections=CONNECTIONS, statement_timeout_s=STATEMENT_TIMEOUT_S)


def ask(read: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run one read in a transaction of its own."""
    with engine().connect() as connection:
        return read(connection, *args, **kwargs)


def minute_of(now: datetime) -> datetime:
    """Return the minute that has begun: what depends on tables and clock is read once in each."""
    return now.replace(second=0, microsecond=0)


def version() -> str:
    """Return the token of what the tables hold now; never cached."""
    return ask(queries.data_version)


@st.cache_data(max_entries=FEW, show_spinner=False)
def series(token: str, first: date, last: date, issue: Issue | None, *, by_hour: bool) -> pd.DataFrame:
    """Return the series of a period, by hour or by day; see `reads`."""
    del token
    return ask(reads.hourly if by_hour else reads.daily, first, last, issue)


@st.cache_data(max_entries=FEW, show_spinner=False)
def quarters(token: str, first: date, last: date, issue: Issue | None) -> pd.DataFrame:
    """Return the series of a period by the quarter-hour; see `queries.quarters_side_by_side`."""
    del token
    return ask(queries.quarters_side_by_side, first, last, issue)


@st.cache_data(max_entries=FEW, show_spinner=False)
def quarter_issues(token: str, first: date, last: date) -> pd.DataFrame:
    """Return what every issue said of each quarter-hour; see `reads.quarter_issues`."""
    del token
    return ask(reads.quarter_issues, first, last)


@st.cache_data(max_entries=FEW, show_spinner=False)
def issues(token: str, first: date, last: date) -> pd.DataFrame:
    """Return what every issue said of each hour; see `reads.issues`."""
    del token
    return ask(reads.issues, first, last)


@st.cache_data(max_entries=FEW, show_spinner=False)
def scored(token: str, first: date, last: date, issue: Issue | None) -> pd.DataFrame:
    """Return the series that lately are scored; see `reads.scored`."""
    del token
    return ask(reads.scored, first, last, issue)


@st.cache_data(max_entries=FEW, show_spinner=False)
def compared(token: str, first: date, last: date) -> pd.DataFrame:
    """Return every forecaster against the actuals; see `reads.compared`."""
    del token
    return ask(reads.compared, first, last)


@st.cache_data(max_entries=FEW, show_spinner=False)
def scores(token: str, first: date, last: date) -> pd.DataFrame:
    """Return the stored scores of every forecaster; see `queries.accuracy_between`."""
    del token
    return ask(queries.accuracy_between, first, last)


@st.cache_data(max_entries=FEW, show_spinner=False)
def newest_day(token: str) -> date | None:
    """Return the newest day that anything is known of."""
    del token
    return ask(reads.newest_day)


def oldest_day() -> date | None:
    """Return the first day of the history of actual consumption."""
    return ask(reads.oldest_day)


@st.cache_data(max_entries=FEW, show_spinner=False)
def day_ahead(token: str, minute: datetime) -> date | None:
    """Return the delivery day that a reader wants at a minute (`minute_of`)."""
    del token
    return ask(reads.day_ahead, minute)


@st.cache_data(max_entries=FEW, show_spinner=False)
def standings(token: str, minute: datetime) -> dict[str, reads.Standing]:
    """Return how each series stands at a minute (`minute_of`)."""
    del token
    return ask(reads.standings, minute)


def weather(now: datetime) -> tuple[datetime, dict[str, datetime]] | None:
    """Return what is known of the weather to come; it depends on the clock, so it is read each time."""
    return ask(reads.weather, now)


@st.cache_data(max_entries=FEW, show_spinner=False)
def vintages(token: str, day: date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return of a delivery day: actuals, revisions, every vintage of RTE's, every issue of ours."""
    del token
    start, end = day_start(day), day_end(day)
    return (
        ask(queries.hours_between, start, end),
        ask(queries.revisions_between, start, end),
        ask(queries.vintages_between, start, end),
        ask(queries.first_predictions, start, end),
    )


@st.cache_data(max_entries=FEW, show_spinner=False)
def newest_within_day(token: str, minute: datetime) -> pd.DataFrame:
    """Return the newest issue made within the day, as of a minute (`minute_of`)."""
    del token
    return ask(queries.newest_intraday, minute)


@st.cache_data(max_entries=FEW, show_spinner=False)
def newest_week(token: str, minute: datetime) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the newest issue of the week ahead, as of a minute (`minute_of`)."""
    del token
    return ask(queries.newest_week_ahead, minute)


@st.cache_data(max_entries=FEW, show_spinner=False)
def why(token: str, day: date, issue: Issue | None) -> reads_why.Why | None:
    """Return what there is to say of an issue of a delivery day; see `reads_why.why`."""
    del token
    return reads_why.why(engine(), day, issue)


@st.cache_data(max_entries=FEW, show_spinner=False)
def completeness(token: str, first: date, last: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return quarter-hours present and values revised, by day."""
    del token
    return ask(queries.quarters_by_day, first, last), ask(queries.revisions_by_day, first, last)


def open_alerts(now: datetime) -> list[Entry]:
    """Return the problems that people are told of and that are not over; read each time, for the clock counts."""
    return [entry for entry in ask(lasting, now) if entry.closed_at is None]


def models() -> tuple[ModelInUse, list[RegisteredModel]]:
    """Return the model in use, and every registered version."""
    return in_use(engine(), settings()), ask(queries.registered_models)


@st.cache_data(max_entries=FEW, show_spinner=False)
def card(token: str, version: str) -> dict[str, Any]:
    """Return the card of a model version; empty where its checkpoint is not there any more."""
    del token
    used = in_use(engine(), settings())
    places = [used.model, *(each.location for each in ask(queries.registered_models) if each.version == version)]
    for place in places:
        try:
            found = card_of("" if place == "bundled" else place)
        except ModelUnavailableError:
            continue
        if found.get("version") == version:
            return found
    return {}
